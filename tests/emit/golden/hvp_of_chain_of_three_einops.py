"""The gradients of the einsum ab,bc,cd->ad and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import numpy as np


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    da = np.einsum("ad,bc,cd->ab", dz, b, c, optimize=True)
    da_by_b = np.einsum("ad,bc,cd->ab", dz, b_dot, c, optimize=True)
    da_by_c = np.einsum("ad,bc,cd->ab", dz, b, c_dot, optimize=True)
    da_dot = da_by_b + da_by_c
    db = np.einsum("ab,ad,cd->bc", a, dz, c, optimize=True)
    db_by_a = np.einsum("ab,ad,cd->bc", a_dot, dz, c, optimize=True)
    db_by_c = np.einsum("ab,ad,cd->bc", a, dz, c_dot, optimize=True)
    db_dot = db_by_a + db_by_c
    dc = np.einsum("ab,bc,ad->cd", a, b, dz, optimize=True)
    dc_by_a = np.einsum("ab,bc,ad->cd", a_dot, b, dz, optimize=True)
    dc_by_b = np.einsum("ab,bc,ad->cd", a, b_dot, dz, optimize=True)
    dc_dot = dc_by_a + dc_by_b
    return da, db, dc, da_dot, db_dot, dc_dot
