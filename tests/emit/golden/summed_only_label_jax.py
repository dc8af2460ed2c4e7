"""The einsum bij,jk->ik and its gradients.

    Z[i,k] = Σ_b Σ_j  X[b,i,j] · W[j,k]

    of complex numbers, a gradient has the other factors without conjugates

Written by einsum-grad; needs JAX. Run as a script, it checks its gradients.
"""

import math

import jax  # pip install jax
import jax.numpy as jnp


def save(x, w):
    """Return what the output and the gradients share."""
    x, w = promoted(x, w)
    x_ij = sum_of_rows(x)
    return [x_ij]


def output(x, w, saved):
    """Return the output Z."""
    (x_ij,) = saved
    return x_ij @ w


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    (x_ij,) = saved

    # dw: put dz in the place of w; ij,ik->jk runs as it stands.
    dw = x_ij.T @ dz

    # dx_ij: put dz in the place of x_ij; ik,jk->ij runs as it stands.
    dx_ij = dz @ w.T

    # dx: put dx_ij in the place of x, ij->bij. No operand on the left has b: every b gets the same
    # gradient.
    dx = jnp.broadcast_to(dx_ij, x.shape)

    return like(dx, x), like(dw, w)


def promoted(*operands):
    """Return the operands in one dtype, so that no part of the product is made in a narrower."""
    dtype = jnp.result_type(*operands)
    return [jnp.asarray(operand, dtype) for operand in operands]


def sum_of_rows(array):
    """Return the sum over the first axis: of wide rows as a product with ones.

    On a CPU, XLA adds up one column after the other, which takes up to twenty times as long where
    a row is longer than the nearest cache. A size is no int while it is unknown, in an export.
    """
    columns = math.prod(array.shape[1:])
    if isinstance(columns, int) and columns < 8192:
        return array.sum(axis=0, dtype=array.dtype)
    ones, rows = jnp.ones(array.shape[0], array.dtype), array.reshape(array.shape[0], columns)
    return jnp.matmul(ones, rows, precision="highest").reshape(array.shape[1:])


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if not jnp.iscomplexobj(operand):
        gradient = gradient.real
    return gradient.astype(jnp.result_type(operand))


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 3:
        raise ValueError("operand x needs 3 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[2] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[2]} and {w.shape[0]}")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    saved = save(x, w)
    return output(x, w, saved)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != (x.shape[1], w.shape[1]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    saved = save(x, w)
    return pullback(dz, x, w, saved)


def apply(x, w):
    """Return the output Z, which JAX differentiates, to any order and in any mode."""
    return forward(x, w)


def draw(random, shape, largest):
    """Return random whole numbers."""
    real, imaginary = jax.random.randint(next(random), (2, *shape), -largest, largest + 1) * 1.0
    return real + 1j * imaginary


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    jax.config.update("jax_enable_x64", True)
    random = map(jax.random.key, range(1000))
    shapes = [(2, 3, 4), (4, 5)]
    names = ["dx", "dw"]
    places = [0, 1]
    operands = [draw(random, shape, 4) for shape in shapes]
    dz = draw(random, forward(*operands).shape, 999)
    failed = 0
    gradients = backward(dz, *operands)
    for name, place, gradient in zip(names, places, gradients, strict=True):
        # An einsum is linear: <gradient, v> = <dz, z with v in the operand's place>.
        v = draw(random, shapes[place], 999)
        z = forward(*operands[:place], v, *operands[place + 1 :])
        got = (gradient * v).sum()
        expected = (dz * z).sum()
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    applied = jax.vjp(apply, *operands)[1](dz)
    if not all(map(jax.numpy.allclose, [applied[place] for place in places], gradients)):
        failed += 1
        print("apply is wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
