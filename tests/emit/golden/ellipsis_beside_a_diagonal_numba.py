"""The einsum ...ii,...i->... and its gradients.

    Z[...] = Σ_i  X[...,i,i] · W[...,i]

    a is all axes of ... as one

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def output(x, w):
    """Return the output Z."""
    x_ai = np.einsum("...ii->...i", x)
    return np.einsum("...i,...i->...", x_ai, w)


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    x_ai = np.einsum("...ii->...i", x)

    # dw: put dz in the place of w; ai,a->ai runs as it stands.
    dw = x_ai * dz[..., None]

    # dx_ai: put dz in the place of x_ai; a,ai->ai runs as it stands.
    dx_ai = dz[..., None] * w

    # dx: put dx_ai in the place of x, ai->aii. i stands twice in x, so only its diagonal gets a
    # gradient.
    dx = np.zeros(x.shape, dx_ai.dtype)
    # What is assigned to this view of the diagonal of i is written to dx.
    np.einsum("...ii->...i", dx)[...] = dx_ai

    return dx, dw


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim < 2:
        raise ValueError("operand x needs at least 2 axes")
    if w.ndim < 1:
        raise ValueError("operand w needs at least 1 axis")
    if x.shape[:-2] != w.shape[:-1]:
        raise ValueError("the axes of ... differ; write a module for these shapes")
    if not x.shape[-2] == x.shape[-1] == w.shape[-1]:
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
    if dz.shape != x.shape[:-2]:
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    return pullback(dz, x, w)


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2, 3, 2, 2), (2, 3, 2)]
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
