"""The einsum ab,bc,cd->ad and its tangent.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""


def jvp(a, b, c, a_dot, b_dot, c_dot):
    """Return (z, z_dot)."""
    xp = namespace(a)
    t1 = xp.matmul(a, b)
    t1_by_a = xp.matmul(a_dot, b)
    t1_by_b = xp.matmul(a, b_dot)
    t1_dot = t1_by_a + t1_by_b
    z = xp.matmul(t1, c)
    z_by_t1 = xp.matmul(t1_dot, c)
    z_by_c = xp.matmul(t1, c_dot)
    z_dot = z_by_t1 + z_by_c
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
