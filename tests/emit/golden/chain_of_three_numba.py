"""The einsum ab,bc,cd->ad and its gradients.

    Z[a,d] = Σ_b Σ_c  A[a,b] · B[b,c] · C[c,d]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def save(a, b, c):
    """Return what the output and the gradients share."""
    t1 = a @ b
    return [t1]


def output(a, b, c, saved):
    """Return the output Z."""
    (t1,) = saved
    return t1 @ c


def pullback(dz, a, b, c, saved):
    """Return the gradients (da, db, dc) for a cotangent dz of Z."""
    (t1,) = saved

    # dc: put dz in the place of c; ac,ad->cd runs as it stands.
    dc = t1.T @ dz

    # dt1: put dz in the place of t1; ad,cd->ac runs as it stands.
    dt1 = dz @ c.T

    # da: put dt1 in the place of a; ac,bc->ab runs as it stands.
    da = dt1 @ b.T

    # db: put dt1 in the place of b; ab,ac->bc runs as it stands.
    db = a.T @ dt1

    return da, db, dc


def check_sizes(a, b, c):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if a.ndim != 2:
        raise ValueError("operand a needs 2 axes")
    if b.ndim != 2:
        raise ValueError("operand b needs 2 axes")
    if c.ndim != 2:
        raise ValueError("operand c needs 2 axes")
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"label b has the sizes {a.shape[1]} and {b.shape[0]}")
    if b.shape[1] != c.shape[0]:
        raise ValueError(f"label c has the sizes {b.shape[1]} and {c.shape[0]}")
    if not a.dtype == b.dtype == c.dtype:
        raise ValueError("the operands have more than one dtype")


def forward(a, b, c):
    """Return the output Z."""
    check_sizes(a, b, c)
    saved = save(a, b, c)
    return output(a, b, c, saved)


def backward(dz, a, b, c):
    """Return the gradients (da, db, dc) for a cotangent dz of Z."""
    check_sizes(a, b, c)
    if dz.shape != (a.shape[0], c.shape[1]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != a.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    saved = save(a, b, c)
    return pullback(dz, a, b, c, saved)


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3), (3, 4), (4, 5)]
    names = ["da", "db", "dc"]
    places = [0, 1, 2]
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
