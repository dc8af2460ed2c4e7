"""The gradients of the einsum ij,ij,j->ij and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_dc_to_db_dot(start, stop, dz, a, b, c, a_dot, b_dot, c_dot, da, da_dot, db, db_dot):
    """Write da, da_dot, db and db_dot for a range of i, and return this range's part of dc and
    dc_dot."""
    dc = np.zeros(a.shape[1], dz.dtype)
    dc_dot = np.zeros(a.shape[1], dz.dtype)
    for i in range(start, stop):
        for j in range(a.shape[1]):
            t1 = a[i, j] * b[i, j]
            t1_by_a = a_dot[i, j] * b[i, j]
            t1_by_b = a[i, j] * b_dot[i, j]
            t1_dot = t1_by_a + t1_by_b
            dc[j] += t1 * dz[i, j]
            dc_dot[j] += t1_dot * dz[i, j]
            dt1 = dz[i, j] * c[j]
            dt1_dot = dz[i, j] * c_dot[j]
            da[i, j] = dt1 * b[i, j]
            da_by_dt1 = dt1_dot * b[i, j]
            da_by_b = dt1 * b_dot[i, j]
            da_dot[i, j] = da_by_dt1 + da_by_b
            db[i, j] = a[i, j] * dt1
            db_by_a = a_dot[i, j] * dt1
            db_by_dt1 = a[i, j] * dt1_dot
            db_dot[i, j] = db_by_a + db_by_dt1
    return dc, dc_dot


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    da = np.empty(a.shape, a.dtype)
    da_dot = np.empty(a.shape, a.dtype)
    db = np.empty(a.shape, a.dtype)
    db_dot = np.empty(a.shape, a.dtype)
    dc, dc_dot = added(
        in_parallel(make_dc_to_db_dot, a.shape[0], a.size, dz, a, b, c, a_dot, b_dot, c_dot, da,
        da_dot, db, db_dot)
    )
    return da, db, dc, da_dot, db_dot, dc_dot


def added(parts):
    """Return the sum, or each of the sums, of what a kernel returned for each part."""
    if isinstance(parts[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*parts)]
    return np.add.reduce(parts, dtype=parts[0].dtype)


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
