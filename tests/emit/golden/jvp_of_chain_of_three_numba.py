"""The einsum ab,bc,cd->ad and its tangent.

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
def make_z_dot(start, stop, z_by_t1, z_by_c, z_dot):
    """Write z_dot for a range of a."""
    for a in range(start, stop):
        for d in range(z_by_t1.shape[1]):
            z_dot[a, d] = z_by_t1[a, d] + z_by_c[a, d]


def jvp(a, b, c, a_dot, b_dot, c_dot):
    """Return (z, z_dot)."""
    t1 = a @ b
    t1_by_a = a_dot @ b
    t1_by_b = a @ b_dot
    t1_dot = np.empty((a.shape[0], b.shape[1]), a.dtype)
    in_parallel(make_t1_dot, a.shape[0], a.shape[0] * b.shape[1], t1_by_a, t1_by_b, t1_dot)
    del t1_by_a, t1_by_b
    z = t1 @ c
    z_by_t1 = t1_dot @ c
    del t1_dot
    z_by_c = t1 @ c_dot
    del t1
    z_dot = np.empty((a.shape[0], c.shape[1]), a.dtype)
    in_parallel(make_z_dot, a.shape[0], a.shape[0] * c.shape[1], z_by_t1, z_by_c, z_dot)
    return z, z_dot


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
