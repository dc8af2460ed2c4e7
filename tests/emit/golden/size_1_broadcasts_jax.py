"""The einsum ij,i1->i and its gradients.

    Z[i] = Σ_j  X[i,j] · W[i,0]

    1 is an axis of size 1 that broadcasts
    of complex numbers, a gradient has the other factors without conjugates

Written by einsum-grad; needs JAX. Run as a script, it checks its gradients.
"""

import jax  # pip install jax
import jax.numpy as jnp


def save(x, w):
    """Return what the output and the gradients share."""
    x, w = promoted(x, w)
    x_i = x.sum(axis=1, dtype=x.dtype)
    return [x_i]


def output(x, w, saved):
    """Return the output Z."""
    (x_i,) = saved
    return x_i * w[:, 0]


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    (x_i,) = saved

    # dx_i: put dz in the place of x_i; i,i->i runs as it stands.
    dx_i = dz * w[:, 0]

    # dw_i: put dz in the place of w_i; i,i->i runs as it stands.
    dw_i = dz * x_i

    # dw: put dw_i in the place of w, i->i1. Axis 1 of w has size 1, put back at the end.
    dw = dw_i[:, None]

    # dx: put dx_i in the place of x, i->ij. No operand on the left has j: every j gets the same
    # gradient.
    dx = jnp.broadcast_to(dx_i[:, None], x.shape)

    return like(dx, x), like(dw, w)


def promoted(*operands):
    """Return the operands in one dtype, so that no part of the product is made in a narrower."""
    dtype = jnp.result_type(*operands)
    return [jnp.asarray(operand, dtype) for operand in operands]


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if not jnp.iscomplexobj(operand):
        gradient = gradient.real
    return gradient.astype(jnp.result_type(operand))


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[0] != w.shape[0]:
        raise ValueError(f"label i has the sizes {x.shape[0]} and {w.shape[0]}")
    if w.shape[1] != 1:
        raise ValueError("axis 1 of operand w needs size 1")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    saved = save(x, w)
    return output(x, w, saved)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != (x.shape[0],):
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
    shapes = [(2, 3), (2, 1)]
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
