"""The einsum ...ii,...i->... and its gradients.

    Z[...] = Σ_i  X[...,i,i] · W[...,i]

    a is all axes of ... as one
    of complex numbers, a gradient has the other factors without conjugates

Written by einsum-grad; needs JAX. Run as a script, it checks its gradients.
"""

import jax  # pip install jax
import jax.numpy as jnp


def output(x, w):
    """Return the output Z."""
    x_ai = jnp.einsum("...ii->...i", x)
    return jnp.einsum("...i,...i->...", x_ai, w)


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    x_ai = jnp.einsum("...ii->...i", x)

    # dw: put dz in the place of w; ai,a->ai runs as it stands.
    dw = dz[..., None] * x_ai

    # dx_ai: put dz in the place of x_ai; a,ai->ai runs as it stands.
    dx_ai = dz[..., None] * w

    # dx: put dx_ai in the place of x, ai->aii. i stands twice in x, so only its diagonal gets a
    # gradient.
    dx = diag_embed(dx_ai)

    return like(dx, x), like(dw, w)


def diag_embed(array, axis1=-2, axis2=-1):
    """Return zeros with the last axis of an array on the diagonal of axis1 and axis2."""
    axis1, axis2 = axis1 % (array.ndim + 1), axis2 % (array.ndim + 1)
    array = jnp.expand_dims(jnp.moveaxis(array, -1, axis1), axis2)
    others = [axis for axis in range(array.ndim) if axis not in (axis1, axis2)]
    diagonal = jnp.expand_dims(jnp.eye(array.shape[axis1], dtype=bool), others)
    return jnp.where(diagonal, array, jnp.zeros((), array.dtype))


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if not jnp.iscomplexobj(operand):
        gradient = gradient.real
    return gradient.astype(jnp.result_type(operand))


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim < 2:
        raise ValueError("operand x needs at least 2 axes")
    if w.ndim < 1:
        raise ValueError("operand w needs at least 1 axis")
    if x.shape[:-2] != w.shape[:-1]:
        raise ValueError("the axes of ... differ; write a module for these shapes")
    if not x.shape[-2] == x.shape[-1] == w.shape[-1]:
        raise ValueError("label i has more than one size")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != x.shape[:-2]:
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    return pullback(dz, x, w)


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
    shapes = [(2, 3, 2, 2), (2, 3, 2)]
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
