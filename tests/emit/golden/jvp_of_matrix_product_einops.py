"""The einsum ij,jk->ik and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = np.einsum("ij,jk->ik", x, w)
    z_by_x = np.einsum("ij,jk->ik", x_dot, w)
    z_by_w = np.einsum("ij,jk->ik", x, w_dot)
    z_dot = z_by_x + z_by_w
    return z, z_dot
