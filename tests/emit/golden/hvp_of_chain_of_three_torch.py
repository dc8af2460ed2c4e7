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
    dc = t1.mH @ dz
    dc_dot = t1_dot.mH @ dz
    dt1 = dz @ c.mH
    dt1_dot = dz @ c_dot.mH
    b_conj = b.conj()
    da = dt1 @ b_conj.T
    da_by_dt1 = dt1_dot @ b_conj.T
    da_by_b_conj = dt1 @ b_dot.mH
    da_dot = da_by_dt1 + da_by_b_conj
    a_conj = a.conj()
    db = a_conj.T @ dt1
    db_by_a_conj = a_dot.mH @ dt1
    db_by_dt1 = a_conj.T @ dt1_dot
    db_dot = db_by_a_conj + db_by_dt1
    return da, db, dc, da_dot, db_dot, dc_dot
