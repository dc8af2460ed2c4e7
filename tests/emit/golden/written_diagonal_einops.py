"""The einsum i->ii and its gradients.

    Z[i,i] = X[i]

Written by einsum-grad; needs NumPy. Run as a script, it checks its gradients.
"""

import numpy as np


def check_sizes(x):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 1:
        raise ValueError("operand x needs 1 axis")


def forward(x):
    """Return the output Z."""
    check_sizes(x)
    z = np.zeros((x.shape[0], x.shape[0]), x.dtype)
    # What is assigned to this view of the diagonal of i is written to z.
    np.einsum("ii->i", z)[...] = x
    return z


def backward(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    check_sizes(x)
    if dz.shape != (x.shape[0], x.shape[0]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")

    # dx: put dz in the place of x, ii->i. i stands twice in dz: only its diagonal is read. Every
    # label of x is on the left: this runs as it stands.
    dx_i = np.einsum("ii->i", dz)
    dx = dx_i.view()
    dx.flags.writeable = False

    return (dx,)


def draw(random, shape, largest):
    """Return random whole numbers."""
    return random.integers(-largest, largest + 1, shape).astype(float)


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = np.random.default_rng(0)
    shapes = [(2,)]
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
