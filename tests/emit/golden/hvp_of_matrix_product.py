"""The gradients of the einsum ij,jk->ik and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx = dz.dot(w.T)
    dx_dot = dz.dot(w_dot.T)
    dw = x.T.dot(dz)
    dw_dot = x_dot.T.dot(dz)
    return dx, dw, dx_dot, dw_dot
