"""The einsum ija,jkl->ikal and its gradients.

    Z[i,k,a,l] = Σ_j  X[i,j,a] · W[j,k,l]

    of complex numbers, a gradient has the conjugates of the other factors

Written by einsum-grad; needs a library of the array API. Run as a script, it checks its gradients.
"""

import math


def output(x, w):
    """Return the output Z."""
    xp = namespace(x)
    return xp.permute_dims(xp.tensordot(x, w, axes=([1], [0])), (0, 2, 1, 3))


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    xp = namespace(dz)

    # dx: put dz in the place of x; ikal,jkl->ija runs as it stands.
    dx = xp.matrix_transpose(xp.tensordot(dz, conj(w), axes=([1, 3], [1, 2])))

    # dw: put dz in the place of w; ija,ikal->jkl runs as it stands.
    dw = xp.tensordot(conj(x), dz, axes=([0, 2], [0, 2]))

    return like(dx, x), like(dw, w)


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


def conj(array):
    """Return the complex conjugate; a real array as it is."""
    xp = namespace(array)
    return xp.conj(array) if xp.isdtype(array.dtype, "complex floating") else array


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    xp = namespace(gradient)
    if xp.isdtype(gradient.dtype, "complex floating"):
        if not xp.isdtype(operand.dtype, "complex floating"):
            gradient = xp.real(gradient)
    return xp.astype(gradient, operand.dtype, copy=False)


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    check_arrays(x, w)
    if x.ndim != 3:
        raise ValueError("operand x needs 3 axes")
    if w.ndim != 3:
        raise ValueError("operand w needs 3 axes")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    check_arrays(dz, x)
    if dz.shape != (x.shape[0], w.shape[1], x.shape[2], w.shape[2]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    return pullback(dz, x, w)


def draw(random, xp, shape, largest):
    """Return random whole numbers."""
    numbers = [
        random.randint(-largest, largest) + 1j * random.randint(-largest, largest)
        for _ in range(math.prod(shape))
    ]
    return xp.reshape(xp.asarray(numbers, dtype=xp.complex128), shape)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    import importlib
    import sys
    from random import Random

    # The library of the arrays is NumPy, or what the command line names.
    library = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "numpy")
    random, xp = Random(0), namespace(library.zeros(1))
    shapes = [(2, 3, 4), (3, 5, 2)]
    names = ["dx", "dw"]
    places = [0, 1]
    operands = [draw(random, xp, shape, 4) for shape in shapes]
    dz = draw(random, xp, forward(*operands).shape, 999)
    failed = 0
    gradients = backward(dz, *operands)
    for name, place, gradient in zip(names, places, gradients, strict=True):
        # An einsum is linear: <gradient, v> = <dz, z with v in the operand's place>.
        v = draw(random, xp, shapes[place], 999)
        z = forward(*operands[:place], v, *operands[place + 1 :])
        got = xp.real(xp.sum(xp.conj(gradient) * v))
        expected = xp.real(xp.sum(xp.conj(dz) * z))
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
