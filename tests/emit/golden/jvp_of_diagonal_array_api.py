"""The einsum ii,ij->j and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    xp = namespace(x)
    x_i = diagonal(x)
    x_i_dot = diagonal(x_dot)
    z = xp.matmul(w.T, x_i)
    z_by_x_i = xp.matmul(w.T, x_i_dot)
    z_by_w = xp.matmul(w_dot.T, x_i)
    z_dot = z_by_x_i + z_by_w
    return z, z_dot


def namespace(array):
    """Return the functions of the array API standard for an array."""
    if hasattr(array, "__array_namespace__"):
        return array.__array_namespace__()
    if not hasattr(array, "shape"):
        raise TypeError(f"this is no array: {array!r}")
    try:
        import array_api_compat
    except ModuleNotFoundError:
        raise ImportError("for these arrays: pip install array-api-compat") from None
    return array_api_compat.array_namespace(array)


def diagonal(array, axis1=0, axis2=1):
    """Return the diagonal of two axes, as the last axis."""
    xp = namespace(array)
    array = xp.moveaxis(array, (axis1, axis2), (-2, -1))
    *others, size = array.shape[:-1]
    if 0 in array.shape:  # dask reshapes no empty arrays
        return xp.sum(array, axis=-1, dtype=array.dtype)
    return xp.reshape(array, (*others, size * size))[..., :: size + 1]
