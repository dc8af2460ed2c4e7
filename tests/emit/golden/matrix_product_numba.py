"""The einsum ij,jk->ik and its gradients.

    Z[i,k] = Σ_j  X[i,j] · W[j,k]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def output(x, w):
    """Return the output Z."""
    return x @ w


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    # dx: put dz in the place of x; ik,jk->ij runs as it stands.
    dx = dz @ w.T

    # dw: put dz in the place of w; ij,ik->jk runs as it stands.
    dw = x.T @ dz

    return dx, dw


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")
    if x.dtype != w.dtype:
        raise ValueError("the operands have more than one dtype")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != (x.shape[0], w.shape[1]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    return pullback(dz, x, w)


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3), (3, 4)]
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
        got = np.sum(gradient * v)
        expected = np.sum(dz * z)
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
