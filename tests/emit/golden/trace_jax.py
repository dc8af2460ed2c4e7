"""The einsum ii-> and its gradients.

    Z = Σ_i  X[i,i]

    of complex numbers, a gradient has the other factors without conjugates

Written by einsum-grad; needs JAX. Run as a script, it checks its gradients.
"""

import jax
import jax.numpy as jnp  # pip install jax


def output(x):
    """Return the output Z."""
    return jnp.diagonal(x).sum(dtype=x.dtype)


def pullback(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    # dx: put dz in the place of x, ->ii. No operand on the left has i: every i gets the same
    # gradient. i stands twice in x, so only its diagonal gets a gradient.
    dx_i = jnp.broadcast_to(dz, (x.shape[0],))
    dx = jnp.diag(dx_i)

    return (like(dx, x),)


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if not jnp.iscomplexobj(operand):
        gradient = gradient.real
    return gradient.astype(jnp.result_type(operand))


def check_sizes(x):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if x.shape[0] != x.shape[1]:
        raise ValueError(f"label i has the sizes {x.shape[0]} and {x.shape[1]}")


def forward(x):
    """Return the output Z."""
    check_sizes(x)
    return output(x)


def backward(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    check_sizes(x)
    dz = jnp.asarray(dz)
    if dz.shape != ():
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    return pullback(dz, x)


def apply(x):
    """Return the output Z, which JAX differentiates, to any order and in any mode."""
    return forward(x)


def draw(random, shape, largest):
    """Return random whole numbers."""
    real, imaginary = jax.random.randint(next(random), (2, *shape), -largest, largest + 1) * 1.0
    return real + 1j * imaginary


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    jax.config.update("jax_enable_x64", True)
    random = map(jax.random.key, range(1000))
    shapes = [(2, 2)]
    names = ["dx"]
    places = [0]
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
    if not all(map(jnp.allclose, [applied[place] for place in places], gradients)):
        failed += 1
        print("apply is wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
