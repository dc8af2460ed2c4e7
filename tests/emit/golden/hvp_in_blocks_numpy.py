"""The gradients of the einsum ij,ij->ij and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx = empty(x.shape, x.dtype)
    dx_dot = empty(x.shape, x.dtype)
    dw = empty(x.shape, x.dtype)
    dw_dot = empty(x.shape, x.dtype)

    def work(part):
        dz_part = dz[part]
        w_part = w[part]
        w_dot_part = w_dot[part]
        x_part = x[part]
        x_dot_part = x_dot[part]
        dx_part = dx[part]
        np.multiply(dz_part, w_part, out=dx_part)
        dx_dot_part = dx_dot[part]
        np.multiply(dz_part, w_dot_part, out=dx_dot_part)
        dw_part = dw[part]
        np.multiply(x_part, dz_part, out=dw_part)
        dw_dot_part = dw_dot[part]
        np.multiply(x_dot_part, dz_part, out=dw_dot_part)

    in_blocks(work, x.shape[0], 16)
    return dx, dw, dx_dot, dw_dot


def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)


def in_blocks(work, length, parts):
    """Return what work returns for each of so many slices of range(length)."""
    step = max(1, -(-length // parts))
    return [work(slice(start, start + step)) for start in range(0, max(length, 1), step)]
