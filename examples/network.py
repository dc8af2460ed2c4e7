"""Four einsum layers with a sigmoid after each, differentiated, and held against torch.

Run it with:  .venv/bin/python examples/network.py

The patterns are the awkward ones: a matrix product, a layer that multiplies by an array with an
axis of size 1 and sums over it, and one that sums everything, so that a label stands in one
operand alone. The last output is a scalar; the program prints the gradient of every weight beside
how it was derived. Where torch is installed, each gradient is compared with torch's.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

import einsum_grad as eg

INPUT = (2, 3)
LAYERS = (
    ("ij,jk->ik", (3, 4)),
    ("ij,jk->ik", (4, 5)),
    ("ij,cij->ij", (1, 2, 5)),
    ("ab,bd->", (5, 3)),
)


def network(x: eg.Tensor, weights: Sequence[eg.Tensor]) -> eg.Tensor:
    """Return the scalar output; `x` has shape `INPUT`, the weights those of `LAYERS`."""
    for (pattern, _), weight in zip(LAYERS, weights, strict=True):
        x = eg.sigmoid(eg.einsum(pattern, x, weight))
    return x


def arrays() -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the input and the weights, the same in each run."""
    random = np.random.default_rng(0)
    return random.standard_normal(INPUT), [random.standard_normal(shape) for _, shape in LAYERS]


def gradients() -> tuple[float, list[np.ndarray]]:
    """Return the output and the gradient of each weight."""
    x, weights = arrays()
    tensors = [eg.Tensor(weight, requires_grad=True) for weight in weights]
    output = network(eg.Tensor(x), tensors)
    output.backward()
    return output.item(), [tensor.grad for tensor in tensors]


def torch_gradients() -> tuple[float, list[np.ndarray]]:
    """Return the same, from torch."""
    import torch

    x, weights = arrays()
    tensors = [torch.tensor(weight, requires_grad=True) for weight in weights]
    output = torch.tensor(x)
    for (pattern, _), tensor in zip(LAYERS, tensors, strict=True):
        output = torch.sigmoid(torch.einsum(pattern, output, tensor))
    output.backward()
    return output.item(), [tensor.grad.numpy() for tensor in tensors]


def main() -> None:
    """Print every gradient, and how far it is from torch's."""
    output, ours = gradients()
    print(f"output {output:.6f}")
    for (pattern, shape), gradient in zip(LAYERS, ours, strict=True):
        plan = eg.compile(pattern).plan.gradients[1]
        print(f"\n{pattern:<12} weight {shape}: {plan.pattern}, repeated along", end=" ")
        print(" ".join(plan.repeat_axes) or "nothing")
        print(np.array_str(gradient, precision=4))
    if find_spec("torch") is None:
        print("\ntorch is not installed: nothing to compare with")
        return
    expected, theirs = torch_gradients()
    worst = max(np.abs(one - other).max() for one, other in zip(ours, theirs, strict=True))
    print(f"\ntorch: output {expected:.6f}, largest difference of a gradient {worst:.1e}")


if __name__ == "__main__":
    main()
