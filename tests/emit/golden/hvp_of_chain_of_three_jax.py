"""The gradients of the einsum ab,bc,cd->ad and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    t1 = a @ b
    t1_by_a = a_dot @ b
    t1_by_b = a @ b_dot
    t1_dot = t1_by_a + t1_by_b
    dc = t1.T @ dz
    dc_dot = t1_dot.T @ dz
    dt1 = dz @ c.T
    dt1_dot = dz @ c_dot.T
    da = dt1 @ b.T
    da_by_dt1 = dt1_dot @ b.T
    da_by_b = dt1 @ b_dot.T
    da_dot = da_by_dt1 + da_by_b
    db = a.T @ dt1
    db_by_a = a_dot.T @ dt1
    db_by_dt1 = a.T @ dt1_dot
    db_dot = db_by_a + db_by_dt1
    return da, db, dc, da_dot, db_dot, dc_dot
