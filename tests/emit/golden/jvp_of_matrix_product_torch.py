"""The einsum ij,jk->ik and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = x @ w
    z_by_x = x_dot @ w
    z_by_w = x @ w_dot
    z_dot = z_by_x + z_by_w
    return z, z_dot
