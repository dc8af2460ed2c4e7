"""The gradients of the einsum ij,jk->ik and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx = dz @ w.mH
    dx_dot = dz @ w_dot.mH
    dw = x.mH @ dz
    dw_dot = x_dot.mH @ dz
    return dx, dw, dx_dot, dw_dot
