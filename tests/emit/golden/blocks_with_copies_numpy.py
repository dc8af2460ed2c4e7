"""The einsum aebf,dfce->abcd and its gradients.

    Z[a,b,c,d] = Σ_e Σ_f  X[a,e,b,f] · W[d,f,c,e]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def save(x, w):
    """Return what the output and the gradients share."""
    x_abfe = copied(x.transpose(0, 2, 3, 1))
    w_cdfe = copied(w.transpose(2, 0, 1, 3))
    return [x_abfe, w_cdfe]


def output(x, w, saved):
    """Return the output Z."""
    x_abfe, w_cdfe = saved
    left = x_abfe.reshape(x.shape[0] * x.shape[2], x.shape[3] * x.shape[1])
    right = w_cdfe.transpose(2, 3, 0, 1).reshape(x.shape[3] * x.shape[1], w.shape[2] * w.shape[0])
    z = empty((x.shape[0], x.shape[2], w.shape[2], w.shape[0]), x.dtype)
    np.matmul(left, right, out=z.reshape(x.shape[0] * x.shape[2], w.shape[2] * w.shape[0]))
    return z


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    x_abfe, w_cdfe = saved

    # dx: put dz in the place of x; abcd,dfce->aebf runs as it stands.
    left = dz.reshape(x.shape[0] * x.shape[2], w.shape[2] * w.shape[0])
    right = w_cdfe.reshape(w.shape[2] * w.shape[0], x.shape[3] * x.shape[1])
    dx_abfe = empty((x.shape[0], x.shape[2], x.shape[3], x.shape[1]), x.dtype)
    np.matmul(left, right, out=dx_abfe.reshape(x.shape[0] * x.shape[2], x.shape[3] * x.shape[1]))
    dx = dx_abfe.transpose(0, 3, 1, 2)

    # dw: put dz in the place of w; aebf,abcd->dfce runs as it stands.
    left = dz.transpose(2, 3, 0, 1).reshape(w.shape[2] * w.shape[0], x.shape[0] * x.shape[2])
    right = x_abfe.reshape(x.shape[0] * x.shape[2], x.shape[3] * x.shape[1])
    dw_cdfe = empty((w.shape[2], w.shape[0], x.shape[3], x.shape[1]), x.dtype)
    np.matmul(left, right, out=dw_cdfe.reshape(w.shape[2] * w.shape[0], x.shape[3] * x.shape[1]))
    dw = dw_cdfe.transpose(1, 2, 0, 3)

    return dx, dw


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 4:
        raise ValueError("operand x needs 4 axes")
    if w.ndim != 4:
        raise ValueError("operand w needs 4 axes")
    if x.shape[1] != w.shape[3]:
        raise ValueError(f"label e has the sizes {x.shape[1]} and {w.shape[3]}")
    if x.shape[3] != w.shape[1]:
        raise ValueError(f"label f has the sizes {x.shape[3]} and {w.shape[1]}")
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
    if dz.shape != (x.shape[0], x.shape[2], w.shape[2], w.shape[0]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    saved = save(x, w)
    return pullback(dz, x, w, saved)


def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)


def copied(array):
    """Return a copy whose last axis is the one without gaps."""
    return array.copy()


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3, 4, 5), (2, 5, 3, 3)]
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
