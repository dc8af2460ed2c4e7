"""The gradients of the einsum ij,ij,j->ij and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    t1 = a * b
    t1_by_a = a_dot * b
    t1_by_b = a * b_dot
    t1_dot = t1_by_a + t1_by_b
    dc = (t1.conj() * dz).sum(dim=0)
    dc_dot = (t1_dot.conj() * dz).sum(dim=0)
    dt1 = dz * c.conj()
    dt1_dot = dz * c_dot.conj()
    b_conj = b.conj()
    da = dt1 * b_conj
    da_by_dt1 = dt1_dot * b_conj
    da_by_b_conj = dt1 * b_dot.conj()
    da_dot = da_by_dt1 + da_by_b_conj
    a_conj = a.conj()
    db = a_conj * dt1
    db_by_a_conj = a_dot.conj() * dt1
    db_by_dt1 = a_conj * dt1_dot
    db_dot = db_by_a_conj + db_by_dt1
    return da, db, dc, da_dot, db_dot, dc_dot
