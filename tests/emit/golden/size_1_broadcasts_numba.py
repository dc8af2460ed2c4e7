"""The einsum ij,i1->i and its gradients.

    Z[i] = Σ_j  X[i,j] · W[i,0]

    1 is an axis of size 1 that broadcasts

Written by einsum-grad; needs numba and NumPy. Run as a script, it checks its gradients.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


@kernel
def make_x_i(x, x_i):
    """Write x_i."""
    zero = x.dtype.type(0)
    for i in range(x.shape[0]):
        x_i_sum = zero
        for j in range(x.shape[1]):
            x_i_sum += x[i, j]
        x_i[i] = x_i_sum


def save(x, w):
    """Return what the output and the gradients share."""
    x_i = np.empty((x.shape[0],), x.dtype)
    make_x_i(x, x_i)
    return [x_i]


@kernel
def make_z(w, x_i, z):
    """Write z."""
    for i in range(x_i.shape[0]):
        z[i] = x_i[i] * w[i, 0]


def output(x, w, saved):
    """Return the output Z."""
    (x_i,) = saved
    z = np.empty((x.shape[0],), x.dtype)
    make_z(w, x_i, z)
    return z


@kernel
def make_dx_i_dw_i(dz, w, x_i, dx_i, dw_i):
    """Write dx_i and dw_i."""
    for i in range(dz.shape[0]):
        dx_i[i] = dz[i] * w[i, 0]
        dw_i[i] = x_i[i] * dz[i]


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    (x_i,) = saved

    # dx_i: put dz in the place of x_i; i,i->i runs as it stands.
    # dw_i: put dz in the place of w_i; i,i->i runs as it stands.
    dx_i = np.empty((x.shape[0],), x.dtype)
    dw_i = np.empty((x.shape[0],), x.dtype)
    make_dx_i_dw_i(dz, w, x_i, dx_i, dw_i)

    # dw: put dw_i in the place of w, i->i1. Axis 1 of w has size 1, put back at the end.
    dw = dw_i[:, None]

    # dx: put dx_i in the place of x, i->ij. No operand on the left has j: every j gets the same
    # gradient.
    dx = np.broadcast_to(dx_i[:, None], x.shape)

    return dx, dw


@kernel
def make_z_dx_i_dw_i(dz, x, w, z, dx_i, dw_i):
    """Write z, dx_i and dw_i."""
    zero = dz.dtype.type(0)
    x_i = np.empty(x.shape[0], dz.dtype)
    x_i[:] = zero
    for j in range(x.shape[1]):
        for i in range(x.shape[0]):
            x_i[i] += x[i, j]
    for i in range(x.shape[0]):
        z[i] = x_i[i] * w[i, 0]
        dx_i[i] = dz[i] * w[i, 0]
        dw_i[i] = x_i[i] * dz[i]


def value_and_gradients(dz, x, w):
    """Return the output Z, and the gradients (dx, dw) for a cotangent dz of Z."""
    # dx_i: put dz in the place of x_i; i,i->i runs as it stands.
    # dw_i: put dz in the place of w_i; i,i->i runs as it stands.
    z = np.empty((x.shape[0],), x.dtype)
    dx_i = np.empty((x.shape[0],), x.dtype)
    dw_i = np.empty((x.shape[0],), x.dtype)
    make_z_dx_i_dw_i(dz, x, w, z, dx_i, dw_i)

    # dw: put dw_i in the place of w, i->i1. Axis 1 of w has size 1, put back at the end.
    dw = dw_i[:, None]

    # dx: put dx_i in the place of x, i->ij. No operand on the left has j: every j gets the same
    # gradient.
    dx = np.broadcast_to(dx_i[:, None], x.shape)

    return z, (dx, dw)


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[0] != w.shape[0]:
        raise ValueError(f"label i has the sizes {x.shape[0]} and {w.shape[0]}")
    if w.shape[1] != 1:
        raise ValueError("axis 1 of operand w needs size 1")
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
    if dz.shape != (x.shape[0],):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    saved = save(x, w)
    return pullback(dz, x, w, saved)


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3), (2, 1)]
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
