"""The gradients of the einsum ij,ij,j->ij and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""

import math

import jax.numpy as jnp


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    t1 = a * b
    t1_by_a = a_dot * b
    t1_by_b = a * b_dot
    t1_dot = t1_by_a + t1_by_b
    dc = sum_of_rows(t1 * dz)
    dc_dot = sum_of_rows(t1_dot * dz)
    dt1 = dz * c
    dt1_dot = dz * c_dot
    da = dt1 * b
    da_by_dt1 = dt1_dot * b
    da_by_b = dt1 * b_dot
    da_dot = da_by_dt1 + da_by_b
    db = a * dt1
    db_by_a = a_dot * dt1
    db_by_dt1 = a * dt1_dot
    db_dot = db_by_a + db_by_dt1
    return da, db, dc, da_dot, db_dot, dc_dot


def sum_of_rows(array):
    """Return the sum over the first axis: of wide rows as a product with ones.

    On a CPU, XLA adds up one column after the other, which takes up to twenty times as long where
    a row is longer than the nearest cache. A size is no int while it is unknown, in an export.
    """
    columns = math.prod(array.shape[1:])
    if isinstance(columns, int) and columns < 8192:
        return array.sum(axis=0, dtype=array.dtype)
    ones, rows = jnp.ones(array.shape[0], array.dtype), array.reshape(array.shape[0], columns)
    return jnp.matmul(ones, rows, precision="highest").reshape(array.shape[1:])
