"""The einsum ,-> and its gradients.

    Z = X · W

    of complex numbers, a gradient has the conjugates of the other factors

Written by einsum-grad; needs PyTorch. Run as a script, it checks its gradients.
"""

import torch  # pip install torch


def output(x, w):
    """Return the output Z."""
    return x * w


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    # dx: put dz in the place of x; ,-> runs as it stands.
    dx = dz * w.conj()

    # dw: put dz in the place of w; ,-> runs as it stands.
    dw = dz * x.conj()

    return like(dx, x), like(dw, w)


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if gradient.dtype == operand.dtype:
        return gradient
    if gradient.is_complex() and not operand.is_complex():
        gradient = gradient.real
    return gradient.to(operand.dtype)


def check_sizes(x, w):
    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""
    if x.device != w.device:
        raise ValueError(f"x is on {x.device}, and w on {w.device}")
    if x.ndim != 0:
        raise ValueError("operand x needs 0 axes")
    if w.ndim != 0:
        raise ValueError("operand w needs 0 axes")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.device != x.device:
        raise ValueError(f"dz is on {dz.device}, and x on {x.device}")
    if dz.shape != ():
        raise ValueError(f"dz has shape {dz.shape}, unlike the output")
    return pullback(dz, x, w)


def apply(x, w):
    """Return the output Z, which PyTorch differentiates, to any order and in any mode."""
    return forward(x, w)


def draw(random, shape, largest):
    """Return random whole numbers."""
    real, imaginary = torch.randint(-largest, largest + 1, (2, *shape), generator=random).double()
    return real + 1j * imaginary


def main():
    """Check each gradient on random operands; return 0 if all are right, else 1."""
    random = torch.Generator().manual_seed(0)
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
        got = (gradient.conj() * v).sum().real
        expected = (dz.conj() * z).sum().real
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    variables = [operands[place].requires_grad_() for place in places]
    applied = torch.autograd.grad(apply(*operands), variables, dz)
    if not all(map(torch.allclose, applied, gradients)):
        failed += 1
        print("apply is wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
