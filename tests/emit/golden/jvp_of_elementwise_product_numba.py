"""The einsum ij,ij,j->ij and its tangent.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_z_z_dot(start, stop, a, b, c, a_dot, b_dot, c_dot, z, z_dot):
    """Write z and z_dot for a range of i."""
    for i in range(start, stop):
        for j in range(a.shape[1]):
            t1 = a[i, j] * b[i, j]
            t1_by_a = a_dot[i, j] * b[i, j]
            t1_by_b = a[i, j] * b_dot[i, j]
            t1_dot = t1_by_a + t1_by_b
            z[i, j] = t1 * c[j]
            z_by_t1 = t1_dot * c[j]
            z_by_c = t1 * c_dot[j]
            z_dot[i, j] = z_by_t1 + z_by_c


def jvp(a, b, c, a_dot, b_dot, c_dot):
    """Return (z, z_dot)."""
    z = np.empty(a.shape, a.dtype)
    z_dot = np.empty(a.shape, a.dtype)
    in_parallel(make_z_z_dot, a.shape[0], a.size, a, b, c, a_dot, b_dot, c_dot, z, z_dot)
    return z, z_dot


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
