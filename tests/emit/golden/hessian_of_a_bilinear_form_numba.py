"""The Hessian of the einsum i,ij,j-> by a, c as one and by a, c as one.

The sum of these patterns, each with the axes of the rows and then those of the columns:

    ij->ij
    ij->ji

Written by einsum-grad. Run as a script, it checks its products.
"""

import numpy as np


def check_sizes(a, b, c):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if a.ndim != 1:
        raise ValueError("operand a needs 1 axis")
    if b.ndim != 2:
        raise ValueError("operand b needs 2 axes")
    if c.ndim != 1:
        raise ValueError("operand c needs 1 axis")
    if not a.shape[0] == b.shape[0] == b.shape[1] == c.shape[0]:
        raise ValueError("label i has more than one size")


def forward(a, b, c):
    """Return the output Z of the einsum."""
    check_sizes(a, b, c)
    t1 = b.T @ a
    return t1 @ c


def matvec(tangent, a, b, c):
    """Return the derivative times tangent."""
    check_sizes(a, b, c)
    if tangent.shape != c.shape:
        raise ValueError(f"tangent has shape {tangent.shape}, which does not fit")
    # ij,j->i
    z_1 = b @ tangent
    # ij,i->j
    z_2 = b.T @ tangent
    return z_1 + z_2


def rmatvec(cotangent, a, b, c):
    """Return the transpose times cotangent."""
    check_sizes(a, b, c)
    if cotangent.shape != a.shape:
        raise ValueError(f"cotangent has shape {cotangent.shape}, which does not fit")
    # ij,i->j
    z_1 = b.T @ cotangent
    # ij,j->i
    z_2 = b @ cotangent
    return z_1 + z_2


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check both products on random operands; return 0 if they are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2,), (2, 2), (2,)]
    operands = [draw(random, shape, 99) for shape in shapes]
    dz = draw(random, forward(*operands).shape, 9)
    u = draw(random, shapes[0], 9)
    v = draw(random, shapes[0], 9)
    # The einsum is linear in each operand: its derivative has u and v in their places.
    expected = 0.0
    for places in [(0, 2), (2, 0)]:
        moved = dict(enumerate(operands)) | dict(zip(places, [u, v]))
        expected += np.sum(dz * forward(*moved.values()))
    cotangent = np.multiply.outer(dz, u)
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
