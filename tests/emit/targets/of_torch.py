"""What the tests of torch's modules share: tensors of whole numbers, and all that is computed."""

from typing import Any


def whole(shape: Any, dtype: Any = None, seed: int = 0, largest: int = 2) -> Any:
    """Whole numbers that depend on the seed alone."""
    import torch

    random = torch.Generator(device="cpu").manual_seed(seed)
    made = torch.randint(-largest, largest + 1, tuple(shape), generator=random, device="cpu")
    return made.to(dtype or torch.float64)


def results(found: Any, operands: Any, dz: Any) -> list[Any]:
    """The output, the gradients of `backward`, and those of autograd over `apply`."""
    import torch

    inputs = [operand.detach().requires_grad_() for operand in operands]
    output = found["apply"](*inputs)
    applied = torch.autograd.grad(output, inputs, dz)
    return [output.detach(), *found["backward"](dz, *operands), *applied]


def expected(pattern: str, operands: Any, dz: Any) -> list[Any]:
    """What torch.einsum gives for these."""
    import torch

    inputs = [operand.detach().requires_grad_() for operand in operands]
    output = torch.einsum(pattern, *inputs)
    gradients = torch.autograd.grad(output, inputs, dz)
    return [output.detach(), *gradients, *gradients]
