"""The einsum ij,ij,j->ij and its tangent.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def jvp(a, b, c, a_dot, b_dot, c_dot):
    """Return (z, z_dot)."""
    z = np.einsum("ij,ij,j->ij", a, b, c, optimize=True)
    z_by_a = np.einsum("ij,ij,j->ij", a_dot, b, c, optimize=True)
    z_by_b = np.einsum("ij,ij,j->ij", a, b_dot, c, optimize=True)
    z_by_c = np.einsum("ij,ij,j->ij", a, b, c_dot, optimize=True)
    z_dot = z_by_a + z_by_b + z_by_c
    return z, z_dot
