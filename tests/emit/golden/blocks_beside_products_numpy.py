"""The einsum bij,jk,bk->ik and its gradients.

    Z[i,k] = Σ_b Σ_j  A[b,i,j] · B[j,k] · C[b,k]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def save(a, b, c):
    """Return what the output and the gradients share."""
    t1 = empty((a.shape[2], a.shape[0], b.shape[1]), a.dtype)

    def work(part):
        b_part = b[part]
        t1_part = t1[part]
        np.multiply(b_part[:, None, :], c, out=t1_part)

    in_blocks(work, a.shape[2], 2)
    a_ijb = copied(a.transpose(1, 2, 0))
    return [t1, a_ijb]


def output(a, b, c, saved):
    """Return the output Z."""
    t1, a_ijb = saved
    left = a_ijb.reshape(a.shape[1], a.shape[2] * a.shape[0])
    right = t1.reshape(a.shape[2] * a.shape[0], b.shape[1])
    z = empty((a.shape[1], b.shape[1]), a.dtype)
    np.matmul(left, right, out=z)
    return z


def pullback(dz, a, b, c, saved):
    """Return the gradients (da, db, dc) for a cotangent dz of Z."""
    t1, a_ijb = saved

    # da: put dz in the place of a; ik,kbj->bij runs as it stands.
    left = t1.reshape(a.shape[2] * a.shape[0], b.shape[1])
    da_jbi = empty((a.shape[2], a.shape[0], a.shape[1]), a.dtype)
    np.matmul(left, dz.T, out=da_jbi.reshape(a.shape[2] * a.shape[0], a.shape[1]))
    da = da_jbi.transpose(1, 2, 0)

    # dt1: put dz in the place of t1; bij,ik->kbj runs as it stands.
    right = a_ijb.reshape(a.shape[1], a.shape[2] * a.shape[0])
    dt1 = empty((b.shape[1], a.shape[2], a.shape[0]), a.dtype)
    np.matmul(dz.T, right, out=dt1.reshape(b.shape[1], a.shape[2] * a.shape[0]))

    # db: put dt1 in the place of b; kbj,bk->jk runs as it stands.
    c_kb = copied(c.T)
    db_kj = empty((b.shape[1], a.shape[2]), a.dtype)

    def work(part):
        dt1_part = dt1[part]
        c_kb_part = c_kb[part]
        db_kj_part = db_kj[part]
        np.matvec(dt1_part, c_kb_part, out=db_kj_part)

    in_blocks(work, b.shape[1], 2)
    db = db_kj.T

    # dc: put dt1 in the place of c; jk,kbj->bk runs as it stands.
    b_kj = copied(b.T)
    dc_kb = empty((b.shape[1], a.shape[0]), a.dtype)

    def work(part):
        dt1_part = dt1[part]
        b_kj_part = b_kj[part]
        dc_kb_part = dc_kb[part]
        np.matvec(dt1_part.transpose(0, 2, 1), b_kj_part, out=dc_kb_part)

    in_blocks(work, b.shape[1], 2)
    dc = dc_kb.T

    return da, db, dc


def check_sizes(a, b, c):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if a.ndim != 3:
        raise ValueError("operand a needs 3 axes")
    if b.ndim != 2:
        raise ValueError("operand b needs 2 axes")
    if c.ndim != 2:
        raise ValueError("operand c needs 2 axes")
    if a.shape[0] != c.shape[0]:
        raise ValueError(f"label b has the sizes {a.shape[0]} and {c.shape[0]}")
    if a.shape[2] != b.shape[0]:
        raise ValueError(f"label j has the sizes {a.shape[2]} and {b.shape[0]}")
    if b.shape[1] != c.shape[1]:
        raise ValueError(f"label k has the sizes {b.shape[1]} and {c.shape[1]}")
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
    if dz.shape != (a.shape[1], b.shape[1]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != a.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    saved = save(a, b, c)
    return pullback(dz, a, b, c, saved)


def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)


def in_blocks(work, length, parts):
    """Return what work returns for each of so many slices of range(length)."""
    step = max(1, -(-length // parts))
    return [work(slice(start, start + step)) for start in range(0, max(length, 1), step)]


def copied(array):
    """Return a copy whose last axis is the one without gaps."""
    return array.copy()


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3, 4), (4, 5), (2, 5)]
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
