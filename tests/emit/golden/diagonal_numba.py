"""The einsum ii,ij->j and its gradients.

    Z[j] = Σ_i  X[i,i] · W[i,j]

Written by einsum-grad; needs numba and NumPy. Run as a script, it checks its gradients.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_z(start, stop, x, w):
    """Return this range's part of z."""
    z = np.zeros(w.shape[1], x.dtype)
    for i in range(start, stop):
        for j in range(w.shape[1]):
            z[j] += x[i, i] * w[i, j]
    return z


def output(x, w):
    """Return the output Z."""
    return added(in_parallel(make_z, x.shape[0], w.size, x, w))


@kernel
def make_dw_dx(start, stop, dz, x, w, dw, dx):
    """Write dw and dx for a range of i."""
    zero = dz.dtype.type(0)
    for i in range(start, stop):
        dx_i = zero
        for j in range(dz.shape[0]):
            dx_i += dz[j] * w[i, j]
            dw[i, j] = x[i, i] * dz[j]
        dx[i, i] = dx_i


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    # dx_i: put dz in the place of x_i; j,ij->i runs as it stands.
    # dw: put dz in the place of w; i,j->ij runs as it stands.
    # dx: put dx_i in the place of x, i->ii. i stands twice in x, so only its diagonal gets a
    # gradient.
    dw = np.empty(w.shape, x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    in_parallel(make_dw_dx, x.shape[0], w.size, dz, x, w, dw, dx)

    return dx, dw


@kernel
def make_z_dw_dx(start, stop, dz, x, w, dw, dx):
    """Write dw and dx for a range of i, and return this range's part of z."""
    zero = dz.dtype.type(0)
    z = np.zeros(w.shape[1], dz.dtype)
    for i in range(start, stop):
        dx_i = zero
        for j in range(w.shape[1]):
            z[j] += x[i, i] * w[i, j]
            dx_i += dz[j] * w[i, j]
            dw[i, j] = x[i, i] * dz[j]
        dx[i, i] = dx_i
    return z


def value_and_gradients(dz, x, w):
    """Return the output Z, and the gradients (dx, dw) for a cotangent dz of Z."""
    # dx_i: put dz in the place of x_i; j,ij->i runs as it stands.
    # dw: put dz in the place of w; i,j->ij runs as it stands.
    # dx: put dx_i in the place of x, i->ii. i stands twice in x, so only its diagonal gets a
    # gradient.
    dw = np.empty(w.shape, x.dtype)
    dx = np.zeros(x.shape, x.dtype)
    z = added(in_parallel(make_z_dw_dx, x.shape[0], w.size, dz, x, w, dw, dx))

    return z, (dx, dw)


def added(parts):
    """Return the sum, or each of the sums, of what a kernel returned for each part."""
    if isinstance(parts[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*parts)]
    return np.add.reduce(parts, dtype=parts[0].dtype)


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if not x.shape[0] == x.shape[1] == w.shape[0]:
        raise ValueError("label i has more than one size")
    if x.dtype != w.dtype:
        raise ValueError("the operands have more than one dtype")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != (w.shape[1],):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    return pullback(dz, x, w)


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
    shapes = [(2, 2), (2, 3)]
    names = ["dx", "dw"]
    places = [0, 1]
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
    both = (forward(*operands), *gradients)
    z, gradients = value_and_gradients(dz, *operands)
    if not all(map(np.allclose, both, (z, *gradients))):
        failed += 1
        print("value_and_gradients is wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
