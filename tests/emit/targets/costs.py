"""What a function of torch costs: the flops of forward and backward, and the bytes kept between."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.emit.targets.corpus import Shapes


class Costs(NamedTuple):
    """`kept` counts each tensor that autograd saves; `stored` each storage of such once."""

    flops: int
    kept: int
    stored: int


def costs(function: Callable[..., Any], shapes: Shapes, mask: tuple[bool, ...]) -> Costs:
    """The costs with gradients by the operands that `mask` has."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    operands = [
        torch.ones(shape, dtype=torch.float64, requires_grad=wanted)
        for shape, wanted in zip(shapes, mask, strict=True)
    ]
    kept: list[Any] = []

    def keep(tensor: Any) -> Any:
        kept.append(tensor)
        return tensor

    with FlopCounterMode(display=False) as counter:
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            output = function(*operands)
        wanted = [operand for operand in operands if operand.requires_grad]
        torch.autograd.grad(output, wanted, torch.ones_like(output))
    storages = {tensor.untyped_storage().data_ptr(): tensor for tensor in kept}
    return Costs(
        counter.get_total_flops(),
        sum(tensor.numel() * tensor.element_size() for tensor in kept),
        sum(tensor.untyped_storage().nbytes() for tensor in storages.values()),
    )
