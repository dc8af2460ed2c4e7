"""What a task takes: within the budget, and never so much that cores have no work."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from einsum_grad.lower import lowering, machine, steps
from einsum_grad.lower.partition.chunks import axes_of, read_chunks
from einsum_grad.lower.partition.partition import FORM, Partition, partition
from tests.patterns import pattern

BLOCK = 8 * 10 * 10
"""The bytes of a block of 10×10 numbers."""


def parted(text: str, sizes: Mapping[str, int], budget: int, chunk: int = 10) -> Partition:
    """The partition of a pattern without gradients, all chunks of one size."""
    program = lowering(pattern(text), (), FORM, sizes).program()
    chunks = read_chunks(dict.fromkeys(sizes, chunk), sizes)
    given = [axes_of(value.labels, chunks) for value in program.operands]
    return partition(program, sizes, given, 8, budget)


def groups(found: Partition) -> tuple[int, int]:
    """The group and the number of groups of the only step."""
    (step,) = steps(found.program.forward)
    return found.group(step), found.groups(step)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (100 * BLOCK, (8, 1)),  # all that is summed
        (18 * BLOCK, (8, 1)),  # 8 pairs of blocks, the result, and a product to be added to it
        (17 * BLOCK, (4, 2)),  # 7 pairs would fit: equal groups are of 4
        (6 * BLOCK, (2, 4)),
        (BLOCK, (1, 8)),
    ],
)
def test_a_group_is_as_large_as_the_budget_allows(budget: int, expected: tuple[int, int]) -> None:
    assert groups(parted("ij,jk->ik", dict.fromkeys("ijk", 80), budget)) == expected


def test_there_are_as_many_tasks_as_an_operand_has_blocks() -> None:
    assert groups(parted("ij,ij->", dict.fromkeys("ij", 80), 2**27)) == (1, 64)
    assert groups(parted("ij,jk->ik", {"i": 80, "j": 80, "k": 20}, 2**27)) == (2, 4)
    assert groups(parted("ij,jk->ik", dict.fromkeys("ijk", 80), 2**27)) == (8, 1)


def test_a_tree_adds_what_fits_the_budget() -> None:
    def fan_in(budget: int) -> int:
        found = parted("ij,jk->ik", dict.fromkeys("ijk", 80), budget)
        return found.fan_in(found.program.output)

    assert fan_in(BLOCK) == machine.LEAST_FAN_IN
    assert fan_in(9 * BLOCK) == 8
    assert fan_in(2**27) == machine.MOST_FAN_IN


def test_levels_end_in_one_task() -> None:
    found = parted("ij,jk->ik", {"i": 10, "j": 700, "k": 10}, BLOCK)
    (step,) = steps(found.program.forward)
    assert list(found.levels(step)) == [18, 5, 2, 1]


def test_operands_keep_blocks_above_the_budget_and_results_have_none() -> None:
    found = parted("i,j->ij", {"i": 100, "j": 100}, 8 * 50, chunk=100)
    assert found.block_bytes(found.program.output) <= 8 * 50
    kept = parted("i->", {"i": 100}, 8, chunk=100)
    assert kept.chunks == {"i": (100,)}
