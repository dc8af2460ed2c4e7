"""The gradients of the einsum ii,ij->j and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx_i = np.einsum("ij,j->i", w, dz)
    dx_i_dot = np.einsum("ij,j->i", w_dot, dz)
    dx = np.zeros(x.shape, dx_i.dtype)
    # What is assigned to this view of the diagonal of i is written to dx.
    np.einsum("ii->i", dx)[...] = dx_i
    dx_dot = np.zeros(x.shape, dx_i_dot.dtype)
    # What is assigned to this view of the diagonal of i is written to dx_dot.
    np.einsum("ii->i", dx_dot)[...] = dx_i_dot
    dw = np.einsum("ii,j->ij", x, dz)
    dw_dot = np.einsum("ii,j->ij", x_dot, dz)
    return dx, dw, dx_dot, dw_dot
