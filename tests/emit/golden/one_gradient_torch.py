"""The einsum ij,jk->ik and its gradients.

    Z[i,k] = Σ_j  X[i,j] · W[j,k]

    of complex numbers, a gradient has the conjugates of the other factors

Written by einsum-grad; needs PyTorch. Run as a script, it checks its gradients.
"""

import torch  # pip install torch


def output(x, w):
    """Return the output Z."""
    return x @ w


def pullback(dz, x, w):
    """Return the gradients (dw,) for a cotangent dz of Z."""
    # dw: put dz in the place of w; ij,ik->jk runs as it stands.
    dw = x.mH @ dz

    return (like(dw, w),)


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
    if x.ndim != 2:
        raise ValueError("operand x needs 2 axes")
    if w.ndim != 2:
        raise ValueError("operand w needs 2 axes")
    if x.shape[1] != w.shape[0]:
        raise ValueError(f"label j has the sizes {x.shape[1]} and {w.shape[0]}")


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dw,) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.device != x.device:
        raise ValueError(f"dz is on {dz.device}, and x on {x.device}")
    if dz.shape != (x.shape[0], w.shape[1]):
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
    shapes = [(2, 3), (3, 4)]
    names = ["dw"]
    places = [1]
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
