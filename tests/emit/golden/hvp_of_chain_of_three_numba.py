"""The gradients of the einsum ab,bc,cd->ad and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_t1_dot(start, stop, t1_by_a, t1_by_b, t1_dot):
    """Write t1_dot for a range of a."""
    for a in range(start, stop):
        for c in range(t1_by_a.shape[1]):
            t1_dot[a, c] = t1_by_a[a, c] + t1_by_b[a, c]


@kernel
def make_da_dot(start, stop, da_by_dt1, da_by_b, da_dot):
    """Write da_dot for a range of a."""
    for a in range(start, stop):
        for b in range(da_by_dt1.shape[1]):
            da_dot[a, b] = da_by_dt1[a, b] + da_by_b[a, b]


@kernel
def make_db_dot(start, stop, db_by_a, db_by_dt1, db_dot):
    """Write db_dot for a range of b."""
    for b in range(start, stop):
        for c in range(db_by_a.shape[1]):
            db_dot[b, c] = db_by_a[b, c] + db_by_dt1[b, c]


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    t1 = a @ b
    t1_by_a = a_dot @ b
    t1_by_b = a @ b_dot
    t1_dot = np.empty((a.shape[0], b.shape[1]), a.dtype)
    in_parallel(make_t1_dot, a.shape[0], a.shape[0] * b.shape[1], t1_by_a, t1_by_b, t1_dot)
    del t1_by_a, t1_by_b
    dc = t1.T @ dz
    del t1
    dc_dot = t1_dot.T @ dz
    del t1_dot
    dt1 = dz @ c.T
    dt1_dot = dz @ c_dot.T
    da = dt1 @ b.T
    da_by_dt1 = dt1_dot @ b.T
    da_by_b = dt1 @ b_dot.T
    da_dot = np.empty(a.shape, a.dtype)
    in_parallel(make_da_dot, a.shape[0], a.size, da_by_dt1, da_by_b, da_dot)
    del da_by_dt1, da_by_b
    db = a.T @ dt1
    db_by_a = a_dot.T @ dt1
    del dt1
    db_by_dt1 = a.T @ dt1_dot
    del dt1_dot
    db_dot = np.empty(b.shape, a.dtype)
    in_parallel(make_db_dot, a.shape[1], b.size, db_by_a, db_by_dt1, db_dot)
    return da, db, dc, da_dot, db_dot, dc_dot


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
