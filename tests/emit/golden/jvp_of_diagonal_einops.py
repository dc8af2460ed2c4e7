"""The einsum ii,ij->j and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = np.einsum("ii,ij->j", x, w)
    z_by_x = np.einsum("ii,ij->j", x_dot, w)
    z_by_w = np.einsum("ii,ij->j", x, w_dot)
    z_dot = z_by_x + z_by_w
    return z, z_dot
