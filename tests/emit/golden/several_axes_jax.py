"""The einsum ija,jkl->ikal and its gradients.

    Z[i,k,a,l] = Σ_j  X[i,j,a] · W[j,k,l]

    of complex numbers, a gradient has the other factors without conjugates

Written by einsum-grad; needs JAX. Run as a script, it checks its gradients.
"""

import jax  # pip install jax
import jax.numpy as jnp


def output(x, w):
    """Return the output Z."""
    return jnp.einsum("ija,jkl->ikal", x, w)


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    # dx: put dz in the place of x; ikal,jkl->ija runs as it stands.
    dx = jnp.einsum("ikal,jkl->ija", dz, w)

    # dw: put dz in the place of w; ija,ikal->jkl runs as it stands.
    dw = jnp.einsum("ija,ikal->jkl", x, dz)

    return like(dx, x), like(dw, w)


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if not jnp.iscomplexobj(operand):
        gradient = gradient.real
    return gradient.astype(jnp.result_type(operand))


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 3:
        raise ValueError("operand x needs 3 axes")
    if w.ndim != 3:
        raise ValueError("operand w needs 3 axes")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != (x.shape[0], w.shape[1], x.shape[2], w.shape[2]):
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
    shapes = [(2, 3, 4), (3, 5, 2)]
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
