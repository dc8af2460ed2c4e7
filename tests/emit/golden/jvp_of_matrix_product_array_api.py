"""The einsum ij,jk->ik and its tangent.

x_dot is the tangent of x; other tangents are named likewise.

Written by einsum-grad.
"""


def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    xp = namespace(x)
    z = xp.matmul(x, w)
    z_by_x = xp.matmul(x_dot, w)
    z_by_w = xp.matmul(x, w_dot)
    z_dot = z_by_x + z_by_w
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
