"""The gradients of the einsum ab,bc,cd->ad and their derivatives along tangents.

a_dot is the tangent of a; other tangents are named likewise.

Written by einsum-grad.
"""


def hvp(dz, a, b, c, a_dot, b_dot, c_dot):
    """Return (da, db, dc, da_dot, db_dot, dc_dot)."""
    xp = namespace(dz)
    t1 = xp.matmul(a, b)
    t1_by_a = xp.matmul(a_dot, b)
    t1_by_b = xp.matmul(a, b_dot)
    t1_dot = t1_by_a + t1_by_b
    dc = xp.matmul(conj(t1).T, dz)
    dc_dot = xp.matmul(conj(t1_dot).T, dz)
    dt1 = xp.matmul(dz, conj(c).T)
    dt1_dot = xp.matmul(dz, conj(c_dot).T)
    b_conj = conj(b)
    da = xp.matmul(dt1, b_conj.T)
    da_by_dt1 = xp.matmul(dt1_dot, b_conj.T)
    da_by_b_conj = xp.matmul(dt1, conj(b_dot).T)
    da_dot = da_by_dt1 + da_by_b_conj
    a_conj = conj(a)
    db = xp.matmul(a_conj.T, dt1)
    db_by_a_conj = xp.matmul(conj(a_dot).T, dt1)
    db_by_dt1 = xp.matmul(a_conj.T, dt1_dot)
    db_dot = db_by_a_conj + db_by_dt1
    return da, db, dc, da_dot, db_dot, dc_dot


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
