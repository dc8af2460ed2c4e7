"""The gradients of the einsum ij,jk->ik and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx = np.einsum("ik,jk->ij", dz, w)
    dx_dot = np.einsum("ik,jk->ij", dz, w_dot)
    dw = np.einsum("ij,ik->jk", x, dz)
    dw_dot = np.einsum("ij,ik->jk", x_dot, dz)
    return dx, dw, dx_dot, dw_dot
