"""The einsum ij,j->ij and its gradients.

    Z[i,j] = X[i,j] · W[j]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def output(x, w):
    """Return the output Z."""
    z = empty(x.shape, x.dtype)

    def work(part):
        x_part = x[part]
        z_part = z[part]
        np.multiply(x_part, w, out=z_part)

    in_blocks(work, x.shape[0], 2)
    return z


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    # dw: put dz in the place of w; ij,ij->j runs as it stands.
    # dx: put dz in the place of x; ij,j->ij runs as it stands.
    dx = empty(x.shape, x.dtype)

    def work(part):
        x_part = x[part]
        dz_part = dz[part]
        dw_part = np.einsum("ij,ij->j", x_part, dz_part)
        dx_part = dx[part]
        np.multiply(dz_part, w, out=dx_part)
        return dw_part

    dw = summed_in_blocks(work, x.shape[0], 4)

    return dx, dw


def value_and_gradients(dz, x, w):
    """Return the output Z, and the gradients (dx, dw) for a cotangent dz of Z."""
    # dw: put dz in the place of w; ij,ij->j runs as it stands.
    # dx: put dz in the place of x; ij,j->ij runs as it stands.
    z = empty(x.shape, x.dtype)
    dx = empty(x.shape, x.dtype)

    def work(part):
        x_part = x[part]
        dz_part = dz[part]
        z_part = z[part]
        np.multiply(x_part, w, out=z_part)
        dw_part = np.einsum("ij,ij->j", x_part, dz_part)
        dx_part = dx[part]
        np.multiply(dz_part, w, out=dx_part)
        return dw_part

    dw = summed_in_blocks(work, x.shape[0], 6)

    return z, (dx, dw)


def summed_in_blocks(work, length, parts):
    """Return the sum, or each of the sums, of what work returns for so many slices."""
    results = in_blocks(work, length, parts)
    if isinstance(results[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*results)]
    return np.add.reduce(results, dtype=results[0].dtype)


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 1:
        raise ValueError("operand w needs 1 axis")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")
    if x.dtype != w.dtype:
        raise ValueError("the operands have more than one dtype")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != x.shape:
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    return pullback(dz, x, w)


def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)


def in_blocks(work, length, parts):
    """Return what work returns for each of so many slices of range(length)."""
    step = max(1, -(-length // parts))
    return [work(slice(start, start + step)) for start in range(0, max(length, 1), step)]


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3), (3,)]
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
