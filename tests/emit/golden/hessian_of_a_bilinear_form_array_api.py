"""The Hessian of the einsum i,ij,j-> by a, c as one and by a, c as one.

The sum of these patterns, each with the axes of the rows and then those of the columns:

    ij->ij
    ij->ji

Written by einsum-grad. Run as a script, it checks its products.
"""

import math


def check_sizes(a, b, c):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    check_arrays(a, b, c)
    if a.ndim != 1:
        raise ValueError("operand a needs 1 axis")
    if b.ndim != 2:
        raise ValueError("operand b needs 2 axes")
    if c.ndim != 1:
        raise ValueError("operand c needs 1 axis")
    if not a.shape[0] == b.shape[0] == b.shape[1] == c.shape[0]:
        raise ValueError("label i has more than one size")


def forward(a, b, c):
    """Return the output Z of the einsum."""
    xp = namespace(a)
    check_sizes(a, b, c)
    t1 = xp.matmul(b.T, a)
    return xp.matmul(t1, c)


def matvec(tangent, a, b, c):
    """Return the derivative times tangent."""
    xp = namespace(tangent)
    check_sizes(a, b, c)
    check_arrays(tangent, a)
    if tangent.shape != c.shape:
        raise ValueError(f"tangent has shape {tangent.shape}, which does not fit")
    # ij,j->i
    z_1 = xp.matmul(b, tangent)
    # ij,i->j
    z_2 = xp.matmul(b.T, tangent)
    return z_1 + z_2


def rmatvec(cotangent, a, b, c):
    """Return the transpose times cotangent."""
    xp = namespace(cotangent)
    check_sizes(a, b, c)
    check_arrays(cotangent, a)
    if cotangent.shape != a.shape:
        raise ValueError(f"cotangent has shape {cotangent.shape}, which does not fit")
    # ij,i->j
    z_1 = xp.matmul(b.T, cotangent)
    # ij,j->i
    z_2 = xp.matmul(b, cotangent)
    return z_1 + z_2


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


def check_arrays(*arrays):
    """Raise TypeError unless these are arrays of one library; ValueError for unknown sizes."""
    libraries = {namespace(array).__name__ for array in arrays}
    if len(libraries) > 1:
        raise TypeError(f"arrays of several libraries: {', '.join(sorted(libraries))}")
    for array in arrays:
        # An unknown size is None in the standard, and nan in dask.
        if any(size is None or size != size for size in array.shape):
            raise ValueError(f"sizes are unknown: {array.shape}; dask has compute_chunk_sizes()")


def draw(random, xp, shape, largest):
    """Return random whole numbers."""
    numbers = [random.randint(-largest, largest) for _ in range(math.prod(shape))]
    return xp.reshape(xp.asarray(numbers, dtype=xp.float64), shape)


def main():
    """Check both products on random operands; return 0 if they are right, else 1."""
    import importlib
    import sys
    from random import Random

    # The library of the arrays is NumPy, or what the command line names.
    library = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "numpy")
    random, xp = Random(0), namespace(library.zeros(1))
    shapes = [(2,), (2, 2), (2,)]
    operands = [draw(random, xp, shape, 99) for shape in shapes]
    dz = draw(random, xp, forward(*operands).shape, 9)
    u = draw(random, xp, shapes[0], 9)
    v = draw(random, xp, shapes[0], 9)
    # The einsum is linear in each operand: its derivative has u and v in their places.
    expected = 0.0
    for places in [(0, 2), (2, 0)]:
        moved = dict(enumerate(operands)) | dict(zip(places, [u, v]))
        expected += xp.sum(dz * forward(*moved.values()))
    cotangent = xp.tensordot(dz, u, axes=0)
    products = {
        "matvec": xp.sum(cotangent * matvec(v, *operands)),
        "rmatvec": xp.sum(rmatvec(cotangent, *operands) * v),
    }
    failed = 0
    for name, got in products.items():
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
