"""The gradients of the einsum ij,jk->ik and their derivatives along tangents.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    xp = namespace(dz)
    dx = xp.matmul(dz, conj(w).T)
    dx_dot = xp.matmul(dz, conj(w_dot).T)
    dw = xp.matmul(conj(x).T, dz)
    dw_dot = xp.matmul(conj(x_dot).T, dz)
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
