"""The gradients of the einsum ii,ij->j and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import torch  # pip install torch


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    x_i = x.diagonal()
    x_i_dot = x_dot.diagonal()
    dx_i = w.conj() @ dz
    dx_i_dot = w_dot.conj() @ dz
    dw = dz * x_i.conj()[:, None]
    dw_dot = dz * x_i_dot.conj()[:, None]
    dx = torch.diag_embed(dx_i)
    dx_dot = torch.diag_embed(dx_i_dot)
    return dx, dw, dx_dot, dw_dot
