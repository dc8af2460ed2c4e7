"""The Jacobian of the einsum ij,jk->ik by x.

The sum of these patterns, each with the axes of the rows and then those of the columns:

    jk->ikij

Written by einsum-grad. Run as a script, it checks its products.
"""

import numpy as np


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")


def forward(x, w):
    """Return the output Z of the einsum."""
    check_sizes(x, w)
    return x @ w


def matvec(tangent, x, w):
    """Return the derivative times tangent."""
    check_sizes(x, w)
    if tangent.shape != x.shape:
        raise ValueError(f"tangent has shape {tangent.shape}, which does not fit")
    # jk,ij->ik
    return tangent @ w


def rmatvec(cotangent, x, w):
    """Return the transpose times cotangent."""
    check_sizes(x, w)
    if cotangent.shape != (x.shape[0], w.shape[1]):
        raise ValueError(f"cotangent has shape {cotangent.shape}, which does not fit")
    # jk,ik->ij
    return cotangent @ w.T


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check both products on random operands; return 0 if they are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3), (3, 4)]
    operands = [draw(random, shape, 99) for shape in shapes]
    dz = draw(random, forward(*operands).shape, 9)
    v = draw(random, shapes[0], 9)
    # The einsum is linear in each operand: its derivative has v in its place.
    expected = 0.0
    for places in [(0,)]:
        moved = dict(enumerate(operands)) | dict(zip(places, [v]))
        expected += np.sum(dz * forward(*moved.values()))
    cotangent = dz
    products = {
        "matvec": np.sum(cotangent * matvec(v, *operands)),
        "rmatvec": np.sum(rmatvec(cotangent, *operands) * v),
    }
    failed = 0
    for name, got in products.items():
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
