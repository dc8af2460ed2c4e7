"""What `apply` of a torch module costs, against torch.einsum, for every mask of requires_grad."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from tests.emit.targets.corpus import CASES, NAMES, SIZES, Shapes, module
from tests.emit.targets.costs import Costs, costs

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.oracle


def of_both(pattern: str, shapes: Shapes, told: Any) -> dict[tuple[bool, ...], tuple[Costs, Costs]]:
    """For each mask what `apply` costs, and what torch.einsum does."""
    sizes = {label: SIZES[label] for label in set(pattern) & SIZES.keys()}
    apply = module(pattern, "torch", **(told or ({} if "..." in pattern else {"sizes": sizes})))[
        "apply"
    ]
    functions: tuple[Callable[..., Any], ...] = (
        apply,
        lambda *operands: torch.einsum(pattern, *operands),
    )
    masks = itertools.product((False, True), repeat=len(shapes))
    return {
        mask: (costs(functions[0], shapes, mask), costs(functions[1], shapes, mask))
        for mask in masks
        if any(mask)
    }


FEW = [
    pytest.param(*case, id=name)
    for case, name in zip(CASES, NAMES, strict=True)
    if len(case[1]) <= 2
]
MANY = [
    pytest.param(*case, id=name)
    for case, name in zip(CASES, NAMES, strict=True)
    if len(case[1]) > 2
]


@pytest.mark.parametrize(("pattern", "shapes", "told"), FEW)
def test_no_mask_costs_more_than_einsum(pattern: str, shapes: Shapes, told: Any) -> None:
    for mask, (ours, theirs) in of_both(pattern, shapes, told).items():
        assert all(map(int.__le__, ours, theirs)), (mask, ours, theirs)


@pytest.mark.parametrize(("pattern", "shapes", "told"), MANY)
def test_all_masks_of_many_operands_cost_no_more(pattern: str, shapes: Shapes, told: Any) -> None:
    # One order of contraction is best for one mask, and another for the next: torch.einsum's is
    # that of the forward alone, ours that of the forward and all gradients.
    found = of_both(pattern, shapes, told)
    full = max(found, key=sum)
    assert all(map(int.__le__, *found[full]))
    ours, theirs = (
        Costs(*map(sum, zip(*each, strict=True))) for each in zip(*found.values(), strict=True)
    )
    assert ours.flops <= theirs.flops
    # Four factors in a row keep 29 arrays over all masks, and in pairs 28.
    most = 29 / 28 if pattern == "ij,ij,ij,ij->ij" else 1
    assert ours.kept <= most * theirs.kept
    assert ours.stored <= most * theirs.stored
