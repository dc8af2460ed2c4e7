"""The einsum ij,i1->i and its gradients.

    Z[i] = Σ_j  X[i,j] · W[i,0]

    1 is an axis of size 1 that broadcasts

Written by einsum-grad; needs einops and NumPy. Run as a script, it checks its gradients.
"""

import einops
import numpy as np


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
    return np.einsum("ij,i->i", x, einops.rearrange(w, "i 1 -> i"))


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != (x.shape[0],):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")

    # dx: put dz in the place of x, i,i1->ij. Axis 1 of w has size 1 and is dropped. No operand on
    # the left has j: every j gets the same gradient.
    dx_i = np.einsum("i,i->i", dz, einops.rearrange(w, "i 1 -> i"))
    dx = einops.repeat(dx_i, "i -> i j", j=x.shape[1])

    # dw: put dz in the place of w, ij,i->i1. Axis 1 of w has size 1, put back at the end.
    dw_i = np.einsum("ij,i->i", x, dz)
    dw = einops.rearrange(dw_i, "i -> i 1")

    return dx, dw


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
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
        got = np.sum(gradient * v)
        expected = np.sum(dz * z)
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
