"""The gradients of the einsum ii,ij->j and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_dw_dw_dot_dx_dx_dot(start, stop, dz, x, w, x_dot, w_dot, dw, dw_dot, dx, dx_dot):
    """Write dw, dw_dot, dx and dx_dot for a range of i."""
    zero = dz.dtype.type(0)
    dx_i = np.empty(w.shape[0], dz.dtype)
    dx_i[start:stop] = zero
    dx_i_dot = np.empty(w.shape[0], dz.dtype)
    dx_i_dot[start:stop] = zero
    for j in range(w.shape[1]):
        for i in range(start, stop):
            dx_i[i] += w[i, j] * dz[j]
            dx_i_dot[i] += w_dot[i, j] * dz[j]
            dw[i, j] = x[i, i] * dz[j]
            dw_dot[i, j] = x_dot[i, i] * dz[j]
    for i in range(start, stop):
        dx[i, i] = dx_i[i]
        dx_dot[i, i] = dx_i_dot[i]


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dw = np.empty(w.shape, x.dtype)
    dw_dot = np.empty(w.shape, x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    dx_dot = np.zeros(x.shape, x.dtype)
    in_parallel(
        make_dw_dw_dot_dx_dx_dot, x.shape[0], w.size, dz, x, w, x_dot, w_dot, dw, dw_dot, dx, dx_dot
    )
    return dx, dw, dx_dot, dw_dot


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))
