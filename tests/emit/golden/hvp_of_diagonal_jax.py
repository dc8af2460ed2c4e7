"""The gradients of the einsum ii,ij->j and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import jax.numpy as jnp


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    x_i = jnp.diagonal(x)
    x_i_dot = jnp.diagonal(x_dot)
    dx_i = w @ dz
    dx_i_dot = w_dot @ dz
    dw = jnp.einsum("i,j->ij", x_i, dz)
    dw_dot = jnp.einsum("i,j->ij", x_i_dot, dz)
    dx = jnp.diag(dx_i)
    dx_dot = jnp.diag(dx_i_dot)
    return dx, dw, dx_dot, dw_dot
