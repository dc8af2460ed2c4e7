"""The einsum ,-> and its gradients.

    Z = X · W

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def output(x, w):
    """Return the output Z."""
    return x * w


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    # dx: put dz in the place of x; ,-> runs as it stands.
    dx = dz * w

    # dw: put dz in the place of w; ,-> runs as it stands.
    dw = x * dz

    return dx, dw


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if np.ndim(x) != 0:
        raise ValueError("operand x needs 0 axes")
    if np.ndim(w) != 0:
        raise ValueError("operand w needs 0 axes")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    dz = np.asarray(dz)
    if dz.shape != ():
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    return pullback(dz, x, w)


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(), ()]
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
