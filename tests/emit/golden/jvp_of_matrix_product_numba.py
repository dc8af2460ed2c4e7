"""The einsum ij,jk->ik and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_z_dot(start, stop, z_by_x, z_by_w, z_dot):
    """Write z_dot for a range of i."""
    for i in range(start, stop):
        for k in range(z_by_x.shape[1]):
            z_dot[i, k] = z_by_x[i, k] + z_by_w[i, k]


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = x @ w
    z_by_x = x_dot @ w
    z_by_w = x @ w_dot
    z_dot = np.empty((x.shape[0], w.shape[1]), x.dtype)
    in_parallel(make_z_dot, x.shape[0], x.shape[0] * w.shape[1], z_by_x, z_by_w, z_dot)
    return z, z_dot


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
