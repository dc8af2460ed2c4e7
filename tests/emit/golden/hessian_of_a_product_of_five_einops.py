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
    return np.einsum("i,i,i,i,i->", a, b, c, d, e, optimize=True)


def matvec(tangent, a, b, c, d, e):
    """Return the derivative times tangent."""
    check_sizes(a, b, c, d, e)
    if tangent.shape != a.shape:
        raise ValueError(f"tangent has shape {tangent.shape}, which does not fit")
    # i,i,i,i->i
    z_1 = np.einsum("i,i,i,i->i", c, d, e, tangent, optimize=True)
    # i,i,i,i->i
    z_2 = np.einsum("i,i,i,i->i", b, d, e, tangent, optimize=True)
    # i,i,i,i->i
    z_3 = np.einsum("i,i,i,i->i", b, c, e, tangent, optimize=True)
    # i,i,i,i->i
    z_4 = np.einsum("i,i,i,i->i", b, c, d, tangent, optimize=True)
    # i,i,i,i->i
    z_5 = np.einsum("i,i,i,i->i", c, d, e, tangent, optimize=True)
    # i,i,i,i->i
    z_6 = np.einsum("i,i,i,i->i", a, d, e, tangent, optimize=True)
    # i,i,i,i->i
    z_7 = np.einsum("i,i,i,i->i", a, c, e, tangent, optimize=True)
    # i,i,i,i->i
    z_8 = np.einsum("i,i,i,i->i", a, c, d, tangent, optimize=True)
    # i,i,i,i->i
    z_9 = np.einsum("i,i,i,i->i", b, d, e, tangent, optimize=True)
    # i,i,i,i->i
    z_10 = np.einsum("i,i,i,i->i", a, d, e, tangent, optimize=True)
    # i,i,i,i->i
    z_11 = np.einsum("i,i,i,i->i", a, b, e, tangent, optimize=True)
    # i,i,i,i->i
    z_12 = np.einsum("i,i,i,i->i", a, b, d, tangent, optimize=True)
    # i,i,i,i->i
    z_13 = np.einsum("i,i,i,i->i", b, c, e, tangent, optimize=True)
    # i,i,i,i->i
    z_14 = np.einsum("i,i,i,i->i", a, c, e, tangent, optimize=True)
    # i,i,i,i->i
    z_15 = np.einsum("i,i,i,i->i", a, b, e, tangent, optimize=True)
    # i,i,i,i->i
    z_16 = np.einsum("i,i,i,i->i", a, b, c, tangent, optimize=True)
    # i,i,i,i->i
    z_17 = np.einsum("i,i,i,i->i", b, c, d, tangent, optimize=True)
    # i,i,i,i->i
    z_18 = np.einsum("i,i,i,i->i", a, c, d, tangent, optimize=True)
    # i,i,i,i->i
    z_19 = np.einsum("i,i,i,i->i", a, b, d, tangent, optimize=True)
    # i,i,i,i->i
    z_20 = np.einsum("i,i,i,i->i", a, b, c, tangent, optimize=True)
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
    z_1 = np.einsum("i,i,i,i->i", c, d, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_2 = np.einsum("i,i,i,i->i", b, d, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_3 = np.einsum("i,i,i,i->i", b, c, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_4 = np.einsum("i,i,i,i->i", b, c, d, cotangent, optimize=True)
    # i,i,i,i->i
    z_5 = np.einsum("i,i,i,i->i", c, d, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_6 = np.einsum("i,i,i,i->i", a, d, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_7 = np.einsum("i,i,i,i->i", a, c, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_8 = np.einsum("i,i,i,i->i", a, c, d, cotangent, optimize=True)
    # i,i,i,i->i
    z_9 = np.einsum("i,i,i,i->i", b, d, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_10 = np.einsum("i,i,i,i->i", a, d, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_11 = np.einsum("i,i,i,i->i", a, b, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_12 = np.einsum("i,i,i,i->i", a, b, d, cotangent, optimize=True)
    # i,i,i,i->i
    z_13 = np.einsum("i,i,i,i->i", b, c, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_14 = np.einsum("i,i,i,i->i", a, c, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_15 = np.einsum("i,i,i,i->i", a, b, e, cotangent, optimize=True)
    # i,i,i,i->i
    z_16 = np.einsum("i,i,i,i->i", a, b, c, cotangent, optimize=True)
    # i,i,i,i->i
    z_17 = np.einsum("i,i,i,i->i", b, c, d, cotangent, optimize=True)
    # i,i,i,i->i
    z_18 = np.einsum("i,i,i,i->i", a, c, d, cotangent, optimize=True)
    # i,i,i,i->i
    z_19 = np.einsum("i,i,i,i->i", a, b, d, cotangent, optimize=True)
    # i,i,i,i->i
    z_20 = np.einsum("i,i,i,i->i", a, b, c, cotangent, optimize=True)
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
