"""The gradients of the einsum ij,jk->ik and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx = dz @ w.T
    dx_dot = dz @ w_dot.T
    dw = x.T @ dz
    dw_dot = x_dot.T @ dz
    return dx, dw, dx_dot, dw_dot
