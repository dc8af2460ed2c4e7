"""The einsum ii-> and its gradients.

    Z = Σ_i  X[i,i]

Written by einsum-grad; needs numba and NumPy. Run as a script, it checks its gradients.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_z(start, stop, x):
    """Return this range's part of z."""
    zero = x.dtype.type(0)
    z = np.zeros((), x.dtype)
    z_sum = zero
    for i in range(start, stop):
        z_sum += x[i, i]
    z[()] = z_sum
    return z


def output(x):
    """Return the output Z."""
    return added(in_parallel(make_z, x.shape[0], x.shape[0], x))


@kernel
def make_dx(start, stop, dz, dx):
    """Write dx for a range of i."""
    for i in range(start, stop):
        dx[i, i] = dz


def pullback(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    dx = np.zeros(x.shape, x.dtype)
    in_parallel(make_dx, x.shape[0], x.shape[0], dz[()], dx)

    return (dx,)


def added(parts):
    """Return the sum, or each of the sums, of what a kernel returned for each part."""
    if isinstance(parts[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*parts)]
    return np.add.reduce(parts, dtype=parts[0].dtype)


def check_sizes(x):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if x.shape[0] != x.shape[1]:
        raise ValueError(f"label i has the sizes {x.shape[0]} and {x.shape[1]}")


def forward(x):
    """Return the output Z."""
    check_sizes(x)
    return output(x)


def backward(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    check_sizes(x)
    dz = np.asarray(dz, x.dtype)
    if dz.shape != ():
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    return pullback(dz, x)


def in_parallel(kernel, length, steps, *arguments):
    """Return what a kernel returns for each part of range(length), a thread for each."""
    from concurrent.futures import ThreadPoolExecutor

    parts = max(1, min(16, length, steps >> 16))
    bounds = np.arange(parts + 1, dtype=np.uint64) * length // parts
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda *part: kernel(*part, *arguments), bounds[:-1], bounds[1:]))


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 2)]
    names = ["dx"]
    places = [0]
    operands = [draw(random, shape, 4) for shape in shapes]
    dz = draw(random, forward(*operands).shape, 999)
    failed = 0
    gradients = backward(dz, *operands)
    for name, place, gradient in zip(names, places, gradients, strict=True):
        # An einsum is linear: <gradient, v> = <dz, z with v in the operand's place>.
        v = draw(random, shapes[place], 999)
        z = forward(*operands[:place], v, *operands[place + 1 :])
        got = np.sum(gradient * v)
        expected = np.sum(dz * z)
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
