"""The gradients of the einsum ii,ij->j and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    xp = namespace(dz)
    x_i = diagonal(x)
    x_i_dot = diagonal(x_dot)
    dx_i = xp.matmul(conj(w), dz)
    dx_i_dot = xp.matmul(conj(w_dot), dz)
    dw = dz * conj(x_i)[:, None]
    dw_dot = dz * conj(x_i_dot)[:, None]
    dx = embed(dx_i)
    dx_dot = embed(dx_i_dot)
    return dx, dw, dx_dot, dw_dot


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


def conj(array):
    """Return the complex conjugate; a real array as it is."""
    xp = namespace(array)
    return xp.conj(array) if xp.isdtype(array.dtype, "complex floating") else array


def diagonal(array, axis1=0, axis2=1):
    """Return the diagonal of two axes, as the last axis."""
    xp = namespace(array)
    array = xp.moveaxis(array, (axis1, axis2), (-2, -1))
    *others, size = array.shape[:-1]
    if 0 in array.shape:  # dask reshapes no empty arrays
        return xp.sum(array, axis=-1, dtype=array.dtype)
    return xp.reshape(array, (*others, size * size))[..., :: size + 1]


def embed(array, axis1=-2, axis2=-1):
    """Return zeros with the last axis of an array on the diagonal of two axes."""
    xp = namespace(array)
    *others, size = array.shape
    first, shape = array[..., None], (*others, size, size)
    made = xp.broadcast_to(xp.zeros_like(first), shape)
    if 0 not in shape:  # dask reshapes no empty arrays
        # Cut into rows that are one shorter, the entries move on by one from row to row.
        flat = xp.reshape(xp.concat([first, made], axis=-1), (*others, size * (size + 1)))
        made = xp.reshape(flat[..., : size * size], shape)
    return xp.moveaxis(made, (-2, -1), (axis1, axis2))
