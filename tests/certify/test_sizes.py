"""Sizes are small, different, and those that were given."""

from __future__ import annotations

import pytest

from einsum_grad.certify.sizes import small_sizes, spread
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse


def read(text: str) -> Pattern:
    return pattern_of(parse(text))


@pytest.mark.parametrize("text", ["bij,jk->ik", "ii->", "bhqd,bhkd->bhqk", "i->"])
def test_labels_have_pairwise_different_sizes(text: str) -> None:
    (sizes,) = small_sizes(read(text), {})
    assert len(set(sizes.values())) == len(sizes)
    assert min(sizes.values(), default=2) >= 2


def test_known_sizes_stay() -> None:
    assert small_sizes(read("ij,jk->ik"), {"j": 7, "k": 0}) == ({"i": 2, "j": 7, "k": 0},)


@pytest.mark.parametrize("text", ["abcd,cdef->abef", "abcde,fghi->", "ab,bc,cd,de,ef,fg->ag"])
def test_labels_that_share_a_size_differ_in_the_second(text: str) -> None:
    first, second = small_sizes(read(text), {})
    assert len(set(first.values())) < len(first)
    assert len({(first[label], second[label]) for label in first}) == len(first)


def test_very_many_axes_have_size_1_in_the_end() -> None:
    labels = tuple(chr(0x4E00 + number) for number in range(60))
    (sizes,) = small_sizes(Pattern((labels,), labels), {})
    assert sorted(set(sizes.values())) == [1, 2]


def test_an_ellipsis_has_two_axes() -> None:
    assert str(spread(read("...ij,jk->...ik"))) == "abij,jk->abik"
    assert spread(read("ij->ji")) == read("ij->ji")
