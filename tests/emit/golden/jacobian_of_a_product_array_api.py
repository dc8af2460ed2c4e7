"""The Jacobian of the einsum ij,jk->ik by x.

The sum of these patterns, each with the axes of the rows and then those of the columns:

    jk->ikij

Written by einsum-grad. Run as a script, it checks its products.
"""

import math


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    check_arrays(x, w)
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")


def forward(x, w):
    """Return the output Z of the einsum."""
    xp = namespace(x)
    check_sizes(x, w)
    return xp.matmul(x, w)


def matvec(tangent, x, w):
    """Return the derivative times tangent."""
    xp = namespace(tangent)
    check_sizes(x, w)
    check_arrays(tangent, x)
    if tangent.shape != x.shape:
        raise ValueError(f"tangent has shape {tangent.shape}, which does not fit")
    # jk,ij->ik
    return xp.matmul(tangent, w)


def rmatvec(cotangent, x, w):
    """Return the transpose times cotangent."""
    xp = namespace(cotangent)
    check_sizes(x, w)
    check_arrays(cotangent, x)
    if cotangent.shape != (x.shape[0], w.shape[1]):
        raise ValueError(f"cotangent has shape {cotangent.shape}, which does not fit")
    # jk,ik->ij
    return xp.matmul(cotangent, w.T)


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
    shapes = [(2, 3), (3, 4)]
    operands = [draw(random, xp, shape, 99) for shape in shapes]
    dz = draw(random, xp, forward(*operands).shape, 9)
    v = draw(random, xp, shapes[0], 9)
    # The einsum is linear in each operand: its derivative has v in its place.
    expected = 0.0
    for places in [(0,)]:
        moved = dict(enumerate(operands)) | dict(zip(places, [v]))
        expected += xp.sum(dz * forward(*moved.values()))
    cotangent = dz
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
