"""The einsum bij,jk->ik and its gradients.

    Z[i,k] = Σ_b Σ_j  X[b,i,j] · W[j,k]

Written by einsum-grad; needs numba and NumPy. Run as a script, it checks its gradients.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_x_ij(start, stop, x, x_ij):
    """Write x_ij for a range of i."""
    zero = x.dtype.type(0)
    for i in range(start, stop):
        x_ij[i, :] = zero
        for b in range(x.shape[0]):
            for j in range(x.shape[2]):
                x_ij[i, j] += x[b, i, j]


def save(x, w):
    """Return what the output and the gradients share."""
    x_ij = np.empty((x.shape[1], x.shape[2]), x.dtype)
    in_parallel(make_x_ij, x.shape[1], x.size, x, x_ij)
    return [x_ij]


def output(x, w, saved):
    """Return the output Z."""
    (x_ij,) = saved
    return x_ij @ w


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    (x_ij,) = saved

    # dw: put dz in the place of w; ij,ik->jk runs as it stands.
    dw = x_ij.T @ dz

    # dx_ij: put dz in the place of x_ij; ik,jk->ij runs as it stands.
    dx_ij = dz @ w.T

    # dx: put dx_ij in the place of x, ij->bij. No operand on the left has b: every b gets the same
    # gradient.
    dx = np.broadcast_to(dx_ij, x.shape)

    return dx, dw


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 3:
        raise ValueError("operand x needs 3 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[2] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[2]} and {w.shape[0]}")
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
    if dz.shape != (x.shape[1], w.shape[1]):
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
    shapes = [(2, 3, 4), (4, 5)]
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
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
