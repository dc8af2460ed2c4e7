"""The einsum ii,ij->j and its gradients.

    Z[j] = Σ_i  X[i,i] · W[i,j]

    of complex numbers, a gradient has the conjugates of the other factors

Written by einsum-grad; needs a library of the array API. Run as a script, it checks its gradients.
"""

import math


def output(x, w):
    """Return the output Z."""
    xp = namespace(x)
    x_i = diagonal(x)
    return xp.matmul(w.T, x_i)


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    xp = namespace(dz)
    x_i = diagonal(x)

    # dx_i: put dz in the place of x_i; j,ij->i runs as it stands.
    dx_i = xp.matmul(conj(w), dz)

    # dw: put dz in the place of w; i,j->ij runs as it stands.
    dw = dz * conj(x_i)[:, None]

    # dx: put dx_i in the place of x, i->ii. i stands twice in x, so only its diagonal gets a
    # gradient.
    dx = embed(dx_i)

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


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    check_arrays(x, w)
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if not x.shape[0] == x.shape[1] == w.shape[0]:
        raise ValueError("label i has more than one size")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    check_arrays(dz, x)
    if dz.shape != (w.shape[1],):
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
    shapes = [(2, 2), (2, 3)]
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
