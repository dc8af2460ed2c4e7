"""The einsum ab,cd->ab and its gradients.

    Z[a,b] = Σ_c Σ_d  X[a,b] · W[c,d]

Written by einsum-grad; needs numba and NumPy. Run as a script, it checks its gradients.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_w_scalar(start, stop, w):
    """Return this range's part of w_scalar."""
    zero = w.dtype.type(0)
    w_scalar = np.zeros((), w.dtype)
    w_scalar_sum = zero
    for c in range(start, stop):
        for d in range(w.shape[1]):
            w_scalar_sum += w[c, d]
    w_scalar[()] = w_scalar_sum
    return w_scalar


def save(x, w):
    """Return what the output and the gradients share."""
    w_scalar = added(in_parallel(make_w_scalar, w.shape[0], w.size, w))
    return [w_scalar]


@kernel
def make_z(start, stop, x, w_scalar, z):
    """Write z for a range of a."""
    for a in range(start, stop):
        for b in range(x.shape[1]):
            z[a, b] = x[a, b] * w_scalar


def output(x, w, saved):
    """Return the output Z."""
    (w_scalar,) = saved
    z = np.empty(x.shape, x.dtype)
    in_parallel(make_z, x.shape[0], x.size, x, w_scalar[()], z)
    return z


@kernel
def make_dw_scalar_dx(start, stop, dz, x, w_scalar, dx):
    """Write dx for a range of a, and return this range's part of dw_scalar."""
    zero = dz.dtype.type(0)
    dw_scalar = np.zeros((), dz.dtype)
    dw_scalar_sum = zero
    for a in range(start, stop):
        for b in range(x.shape[1]):
            dw_scalar_sum += x[a, b] * dz[a, b]
            dx[a, b] = dz[a, b] * w_scalar
    dw_scalar[()] = dw_scalar_sum
    return dw_scalar


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    (w_scalar,) = saved

    # dw_scalar: put dz in the place of w_scalar; ab,ab-> runs as it stands.
    # dx: put dz in the place of x; ab,->ab runs as it stands.
    dx = np.empty(x.shape, x.dtype)
    dw_scalar = added(in_parallel(make_dw_scalar_dx, x.shape[0], x.size, dz, x, w_scalar[()], dx))

    # dw: put dw_scalar in the place of w, ->cd. No operand on the left has c or d: every c and d
    # gets the same gradient.
    dw = np.broadcast_to(dw_scalar, w.shape)

    return dx, dw


@kernel
def make_z_dw_scalar_dx(start, stop, dz, x, w_scalar, z, dx):
    """Write z and dx for a range of a, and return this range's part of dw_scalar."""
    zero = dz.dtype.type(0)
    dw_scalar = np.zeros((), dz.dtype)
    dw_scalar_sum = zero
    for a in range(start, stop):
        for b in range(x.shape[1]):
            z[a, b] = x[a, b] * w_scalar
            dw_scalar_sum += x[a, b] * dz[a, b]
            dx[a, b] = dz[a, b] * w_scalar
    dw_scalar[()] = dw_scalar_sum
    return dw_scalar


def value_and_gradients(dz, x, w):
    """Return the output Z, and the gradients (dx, dw) for a cotangent dz of Z."""
    w_scalar = added(in_parallel(make_w_scalar, w.shape[0], w.size, w))

    # dw_scalar: put dz in the place of w_scalar; ab,ab-> runs as it stands.
    # dx: put dz in the place of x; ab,->ab runs as it stands.
    z = np.empty(x.shape, x.dtype)
    dx = np.empty(x.shape, x.dtype)
    dw_scalar = added(
        in_parallel(make_z_dw_scalar_dx, x.shape[0], x.size, dz, x, w_scalar[()], z, dx)
    )

    # dw: put dw_scalar in the place of w, ->cd. No operand on the left has c or d: every c and d
    # gets the same gradient.
    dw = np.broadcast_to(dw_scalar, w.shape)

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
    if x.dtype != w.dtype:
        raise ValueError("the operands have more than one dtype")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    saved = save(x, w)
    return output(x, w, saved)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != x.shape:
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    saved = save(x, w)
    return pullback(dz, x, w, saved)


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
    shapes = [(2, 3), (4, 5)]
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
