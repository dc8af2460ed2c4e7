"""The einsum ab,bc,cd->ad and its tangent.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def jvp(a, b, c, a_dot, b_dot, c_dot):
    """Return (z, z_dot)."""
    z = np.einsum("ab,bc,cd->ad", a, b, c, optimize=True)
    z_by_a = np.einsum("ab,bc,cd->ad", a_dot, b, c, optimize=True)
    z_by_b = np.einsum("ab,bc,cd->ad", a, b_dot, c, optimize=True)
    z_by_c = np.einsum("ab,bc,cd->ad", a, b, c_dot, optimize=True)
    z_dot = z_by_a + z_by_b + z_by_c
    return z, z_dot
