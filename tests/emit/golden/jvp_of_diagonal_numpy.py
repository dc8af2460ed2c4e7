"""The einsum ii,ij->j and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    x_i = np.einsum("ii->i", x)
    x_i_dot = np.einsum("ii->i", x_dot)
    z = w.T @ x_i
    z_by_x_i = w.T @ x_i_dot
    z_by_w = w_dot.T @ x_i
    z_dot = z_by_x_i + z_by_w
    return z, z_dot
