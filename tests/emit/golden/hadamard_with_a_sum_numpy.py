"""The einsum ab,cd->ab and its gradients.

    Z[a,b] = Σ_c Σ_d  X[a,b] · W[c,d]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def save(x, w):
    """Return what the output and the gradients share."""
    w_scalar = w.sum(axis=(0, 1))
    return [w_scalar]


def output(x, w, saved):
    """Return the output Z."""
    (w_scalar,) = saved
    return x * w_scalar


def pullback(dz, x, w, saved):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    (w_scalar,) = saved

    # dw_scalar: put dz in the place of w_scalar; ab,ab-> runs as it stands.
    dw_scalar = np.vdot(x, dz)

    # dx: put dz in the place of x; ab,->ab runs as it stands.
    dx = dz * w_scalar

    # dw: put dw_scalar in the place of w, ->cd. No operand on the left has c or d: every c and d
    # gets the same gradient.
    dw = np.broadcast_to(dw_scalar, w.shape)

    return dx, dw


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")


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
    saved = save(x, w)
    return pullback(dz, x, w, saved)


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
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
