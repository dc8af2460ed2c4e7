"""Chunks of labels: agreed on, split, read, and counted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.lower.partition.chunks import (
    agreed,
    block_bytes,
    limited,
    read_chunks,
    rechunk_tasks,
    split,
)

chunks = st.lists(st.integers(1, 6), min_size=1, max_size=4).map(tuple)


def test_the_larger_array_decides() -> None:
    sizes, small, large = {"i": 4, "j": 6}, ((6,),), ((4,), (2, 4))
    assert agreed([("j",), ("i", "j")], [small, large], sizes)["j"] == (2, 4)
    assert agreed([("i", "j"), ("j",)], [large, small], sizes)["j"] == (2, 4)


def test_the_first_of_equals_decides() -> None:
    found = agreed([("i",), ("i",)], [((1, 2),), ((2, 1),)], {"i": 3})
    assert found == {"i": (1, 2)}


def test_of_one_operand_the_finer_chunks_count() -> None:
    for axes in (((4,), (1, 3)), ((1, 3), (4,))):
        assert agreed([("i", "i")], [axes], {"i": 4}) == {"i": (1, 3)}


def test_one_without_chunks_has_no_say() -> None:
    assert agreed([("i", "j"), ("i",)], [None, ((1, 2),)], {"i": 3, "j": 9}) == {
        "i": (1, 2),
        "j": (9,),
    }


def test_units_have_no_chunks() -> None:
    assert agreed([("1", "i")], [((1,), (3,))], {"i": 3}) == {"i": (3,)}


@given(chunks, st.integers(1, 7))
def test_splitting_keeps_the_boundaries(given_chunks: tuple[int, ...], most: int) -> None:
    found = split(given_chunks, most)
    assert max(found) <= most
    assert min(found) > 0
    assert set(np.cumsum(given_chunks)) <= set(np.cumsum(found))


@given(chunks, chunks, st.integers(8, 200))
def test_no_block_is_above_the_limit(
    rows: tuple[int, ...], columns: tuple[int, ...], most: int
) -> None:
    found = limited({"i": rows, "j": columns}, [(("i", "j"), most)], 8)
    assert block_bytes(("i", "j"), found, 8) <= most
    assert (sum(found["i"]), sum(found["j"])) == (sum(rows), sum(columns))


def test_what_fits_is_not_split() -> None:
    kept = {"i": (10,), "j": (3, 3)}
    assert limited(kept, [(("i", "j"), 240)], 8) == kept


def test_a_repeated_label_counts_twice() -> None:
    assert limited({"i": (8,)}, [(("i", "i"), 128)], 8) == {"i": (4, 4)}


def test_chunks_are_read() -> None:
    assert read_chunks({"i": 4}, {"i": 10, "j": 0}) == {"i": (4, 4, 2), "j": (0,)}
    assert read_chunks({"i": 4}, {"i": 8}) == {"i": (4, 4)}
    assert read_chunks({"i": 20}, {"i": 8}) == {"i": (8,)}
    assert read_chunks({"i": [3, 5]}, {"i": 8}) == {"i": (3, 5)}
    assert read_chunks({"i": 3}, {"i": 0}) == {"i": (0,)}


@pytest.mark.parametrize(
    ("wrong", "error", "told"),
    [
        ({"q": 1}, ArgumentError, "chunks has 'q'"),
        ({"i": 0}, ArgumentError, "at least size 1"),
        ({"i": (3, 4)}, ArgumentError, "add up to 7, and not to 8"),
        ({"i": -1}, ArgumentTypeError, "the chunks of i are sizes"),
        ({"i": "4"}, ArgumentTypeError, "the chunks of i are sizes"),
        ([("i", 4)], ArgumentTypeError, "chunks is a dict"),
    ],
)
def test_wrong_chunks_are_refused(wrong: object, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        read_chunks(wrong, {"i": 8})  # type: ignore[arg-type]  # what is wrong with it


def test_rechunking_counts_slices_and_concatenations() -> None:
    assert rechunk_tasks(((2, 2), (4,)), ((2, 2), (4,))) == 0
    assert rechunk_tasks(((2, 2), (4,)), ((4,), (4,))) == 1
    assert rechunk_tasks(((2, 2), (4,)), ((1, 1, 2), (2, 2))) == 6
    assert rechunk_tasks(((3, 1),), ((2, 2),)) == 3
