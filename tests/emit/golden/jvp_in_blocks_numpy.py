"""The einsum ij,ij->ij and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = empty(x.shape, x.dtype)
    z_dot = empty(x.shape, x.dtype)

    def work(part):
        x_part = x[part]
        w_part = w[part]
        x_dot_part = x_dot[part]
        w_dot_part = w_dot[part]
        z_part = z[part]
        np.multiply(x_part, w_part, out=z_part)
        z_by_x_part = x_dot_part * w_part
        z_by_w_part = x_part * w_dot_part
        z_dot_part = z_by_x_part + z_by_w_part
        z_dot[part] = z_dot_part

    in_blocks(work, x.shape[0], 14)
    return z, z_dot


def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)


def in_blocks(work, length, parts):
    """Return what work returns for each of so many slices of range(length)."""
    step = max(1, -(-length // parts))
    return [work(slice(start, start + step)) for start in range(0, max(length, 1), step)]
