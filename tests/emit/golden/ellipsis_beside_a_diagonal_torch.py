"""The einsum ...ii,...i->... and its gradients.

    Z[...] = Σ_i  X[...,i,i] · W[...,i]

    a is all axes of ... as one
    of complex numbers, a gradient has the conjugates of the other factors

Written by einsum-grad; needs PyTorch. Run as a script, it checks its gradients.
"""

import math

import torch


def output(x, w):
    """Return the output Z."""
    x_aii = x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])
    x_ai = x_aii.diagonal(dim1=1, dim2=2)
    w_ai = w.reshape(math.prod(w.shape[:-1]), *w.shape[-1:])
    z_a = (x_ai * w_ai).sum(dim=1)
    return z_a.reshape(x.shape[:-2])


def pullback(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    x_aii = x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])
    x_ai = x_aii.diagonal(dim1=1, dim2=2)

    # dw: put dz in the place of w; ai,a->ai runs as it stands.
    dz_a = dz.flatten()
    dw_ai = x_ai.conj() * dz_a[:, None]
    dw = dw_ai.reshape(x.shape[:-2] + dw_ai.shape[1:])

    # dx_ai: put dz in the place of x_ai; a,ai->ai runs as it stands.
    w_ai = w.reshape(math.prod(w.shape[:-1]), *w.shape[-1:])
    dx_ai = dz_a[:, None] * w_ai.conj()

    # dx: put dx_ai in the place of x, ai->aii. i stands twice in x, so only its diagonal gets a
    # gradient.
    dx_aii = torch.diag_embed(dx_ai)
    dx = dx_aii.reshape(x.shape[:-2] + dx_aii.shape[1:])

    return like(dx, x), like(dw, w)


def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if gradient.is_complex() and not operand.is_complex():
        gradient = gradient.real
    return gradient.to(operand.dtype)


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


def forward(x, w):
    """Return the output Z."""
    check_sizes(x, w)
    return output(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    check_sizes(x, w)
    if dz.shape != x.shape[:-2]:
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
        got = (gradient.conj() * v).sum().real
        expected = (dz.conj() * z).sum().real
        right = abs(got - expected) <= 1e-9 * (abs(got) + abs(expected))
        failed += not right
        print(f"{name} is right" if right else f"{name} is wrong: {got}, not {expected}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
