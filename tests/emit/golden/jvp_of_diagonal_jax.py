"""The einsum ii,ij->j and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""

import jax.numpy as jnp


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    x_i = jnp.diagonal(x)
    x_i_dot = jnp.diagonal(x_dot)
    z = x_i @ w
    z_by_x_i = x_i_dot @ w
    z_by_w = x_i @ w_dot
    z_dot = z_by_x_i + z_by_w
    return z, z_dot
