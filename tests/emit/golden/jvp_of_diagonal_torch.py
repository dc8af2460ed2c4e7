"""The einsum ii,ij->j and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import torch  # pip install torch


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    x_i = x.diagonal()
    x_i_dot = x_dot.diagonal()
    z = torch.tensordot(x_i, w, dims=1)
    z_by_x_i = torch.tensordot(x_i_dot, w, dims=1)
    z_by_w = torch.tensordot(x_i, w_dot, dims=1)
    z_dot = z_by_x_i + z_by_w
    return z, z_dot
