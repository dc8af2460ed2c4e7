"""The einsum ab,bc,cd->ad and its tangent.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""


def jvp(a, b, c, a_dot, b_dot, c_dot):
    """Return (z, z_dot)."""
    t1 = a @ b
    t1_by_a = a_dot @ b
    t1_by_b = a @ b_dot
    t1_dot = t1_by_a + t1_by_b
    del t1_by_a, t1_by_b
    z = t1 @ c
    z_by_t1 = t1_dot @ c
    del t1_dot
    z_by_c = t1 @ c_dot
    del t1
    z_dot = z_by_t1 + z_by_c
    return z, z_dot
