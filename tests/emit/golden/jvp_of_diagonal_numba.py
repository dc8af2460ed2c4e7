"""The einsum ii,ij->j and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_z_z_dot(start, stop, x, w, x_dot, w_dot, z, z_dot):
    """Write z and z_dot for a range of j."""
    zero = x.dtype.type(0)
    z[start:stop] = zero
    z_by_x_i = np.empty(w.shape[1], x.dtype)
    z_by_x_i[start:stop] = zero
    z_by_w = np.empty(w.shape[1], x.dtype)
    z_by_w[start:stop] = zero
    for i in range(w.shape[0]):
        for j in range(start, stop):
            z[j] += w[i, j] * x[i, i]
            z_by_x_i[j] += w[i, j] * x_dot[i, i]
            z_by_w[j] += w_dot[i, j] * x[i, i]
    for j in range(start, stop):
        z_dot[j] = z_by_x_i[j] + z_by_w[j]


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = np.empty((w.shape[1],), x.dtype)
    z_dot = np.empty((w.shape[1],), x.dtype)
    in_parallel(make_z_z_dot, w.shape[1], w.size, x, w, x_dot, w_dot, z, z_dot)
    return z, z_dot


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
