"""The einsum i->bi and its gradients.

    Z[b,i] = X[i]

    b has size 4

Written by einsum-grad; needs numba and NumPy. Run as a script, it checks its gradients.
"""

import numba
import numpy as np

kernel = numba.njit(fastmath={"reassoc"}, nogil=True)


def output(x):
    """Return the output Z."""
    return np.broadcast_to(x, (4, x.shape[0]))


@kernel
def make_dx(dz, dx):
    """Write dx."""
    zero = dz.dtype.type(0)
    for i in range(dz.shape[1]):
        dx_sum = zero
        for b in range(4):
            dx_sum += dz[b, i]
        dx[i] = dx_sum


def pullback(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    # dx: put dz in the place of x; bi->i runs as it stands.
    dx = np.empty(x.shape, x.dtype)
    make_dx(dz, dx)

    return (dx,)


def check_sizes(x):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.ndim != 1:
        raise ValueError("operand x needs 1 axis")


def forward(x):
    """Return the output Z."""
    check_sizes(x)
    return output(x)


def backward(dz, x):
    """Return the gradients (dx,) for a cotangent dz of Z."""
    check_sizes(x)
    if dz.shape != (4, x.shape[0]):
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    if dz.dtype != x.dtype:
        raise ValueError(f"dz has dtype {dz.dtype}, unlike the operands")
    return pullback(dz, x)


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
