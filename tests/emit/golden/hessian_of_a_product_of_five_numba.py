"""The Hessian of the einsum i,i,i,i,i-> by a, b, c, d, e as one and by a, b, c, d, e as one.

The sum of these patterns, each with the axes of the rows and then those of the columns:

    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii
    i,i,i->ii

Written by einsum-grad. Run as a script, it checks its products.
"""

import numpy as np


def check_sizes(a, b, c, d, e):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if a.ndim != 1:
        raise ValueError("operand a needs 1 axis")
    if b.ndim != 1:
        raise ValueError("operand b needs 1 axis")
    if c.ndim != 1:
        raise ValueError("operand c needs 1 axis")
    if d.ndim != 1:
        raise ValueError("operand d needs 1 axis")
    if e.ndim != 1:
        raise ValueError("operand e needs 1 axis")
    if not a.shape[0] == b.shape[0] == c.shape[0] == d.shape[0] == e.shape[0]:
        raise ValueError("label i has more than one size")


def forward(a, b, c, d, e):
    """Return the output Z of the einsum."""
    check_sizes(a, b, c, d, e)
    t1 = a * b
    t2 = t1 * c
    t3 = t2 * d
    return t3 @ e


def matvec(tangent, a, b, c, d, e):
    """Return the derivative times tangent."""
    check_sizes(a, b, c, d, e)
    if tangent.shape != a.shape:
        raise ValueError(f"tangent has shape {tangent.shape}, which does not fit")
    # i,i,i,i->i
    t1 = c * d
    t2 = t1 * e
    z_1 = t2 * tangent
    # i,i,i,i->i
    t1 = b * d
    t2 = t1 * e
    z_2 = t2 * tangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * e
    z_3 = t2 * tangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * d
    z_4 = t2 * tangent
    # i,i,i,i->i
    t1 = c * d
    t2 = t1 * e
    z_5 = t2 * tangent
    # i,i,i,i->i
    t1 = a * d
    t2 = t1 * e
    z_6 = t2 * tangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * e
    z_7 = t2 * tangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * d
    z_8 = t2 * tangent
    # i,i,i,i->i
    t1 = b * d
    t2 = t1 * e
    z_9 = t2 * tangent
    # i,i,i,i->i
    t1 = a * d
    t2 = t1 * e
    z_10 = t2 * tangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * e
    z_11 = t2 * tangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * d
    z_12 = t2 * tangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * e
    z_13 = t2 * tangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * e
    z_14 = t2 * tangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * e
    z_15 = t2 * tangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * c
    z_16 = t2 * tangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * d
    z_17 = t2 * tangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * d
    z_18 = t2 * tangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * d
    z_19 = t2 * tangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * c
    z_20 = t2 * tangent
    return (
        z_1 + z_2 + z_3 + z_4 + z_5 + z_6 + z_7 + z_8 + z_9 + z_10 + z_11 + z_12 + z_13 + z_14
        + z_15 + z_16 + z_17 + z_18 + z_19 + z_20
    )


def rmatvec(cotangent, a, b, c, d, e):
    """Return the transpose times cotangent."""
    check_sizes(a, b, c, d, e)
    if cotangent.shape != a.shape:
        raise ValueError(f"cotangent has shape {cotangent.shape}, which does not fit")
    # i,i,i,i->i
    t1 = c * d
    t2 = t1 * e
    z_1 = t2 * cotangent
    # i,i,i,i->i
    t1 = b * d
    t2 = t1 * e
    z_2 = t2 * cotangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * e
    z_3 = t2 * cotangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * d
    z_4 = t2 * cotangent
    # i,i,i,i->i
    t1 = c * d
    t2 = t1 * e
    z_5 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * d
    t2 = t1 * e
    z_6 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * e
    z_7 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * d
    z_8 = t2 * cotangent
    # i,i,i,i->i
    t1 = b * d
    t2 = t1 * e
    z_9 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * d
    t2 = t1 * e
    z_10 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * e
    z_11 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * d
    z_12 = t2 * cotangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * e
    z_13 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * e
    z_14 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * e
    z_15 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * c
    z_16 = t2 * cotangent
    # i,i,i,i->i
    t1 = b * c
    t2 = t1 * d
    z_17 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * c
    t2 = t1 * d
    z_18 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * d
    z_19 = t2 * cotangent
    # i,i,i,i->i
    t1 = a * b
    t2 = t1 * c
    z_20 = t2 * cotangent
    return (
        z_1 + z_2 + z_3 + z_4 + z_5 + z_6 + z_7 + z_8 + z_9 + z_10 + z_11 + z_12 + z_13 + z_14
        + z_15 + z_16 + z_17 + z_18 + z_19 + z_20
    )


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check both products on random operands; return 0 if they are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2,), (2,), (2,), (2,), (2,)]
    operands = [draw(random, shape, 99) for shape in shapes]
    dz = draw(random, forward(*operands).shape, 9)
    u = draw(random, shapes[0], 9)
    v = draw(random, shapes[0], 9)
    # The einsum is linear in each operand: its derivative has u and v in their places.
    expected = 0.0
    for places in [
        (0, 1), (0, 2), (0, 3), (0, 4), (1, 0), (1, 2), (1, 3), (1, 4), (2, 0), (2, 1), (2, 3),
        (2, 4), (3, 0), (3, 1), (3, 2), (3, 4), (4, 0), (4, 1), (4, 2), (4, 3)
    ]:
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
