"""Sizes are small, different, and those that were given."""

from __future__ import annotations

import pytest

from einsum_grad.certify.definition import work
from einsum_grad.certify.sizes import small_sizes, spread
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse


def read(text: str) -> Pattern:
    return pattern_of(parse(text))


@pytest.mark.parametrize("text", ["bij,jk->ik", "ii->", "bhqd,bhkd->bhqk", "i->"])
def test_labels_have_pairwise_different_sizes(text: str) -> None:
    sizes = small_sizes(read(text), {})
    assert len(set(sizes.values())) == len(sizes)
    assert min(sizes.values(), default=2) >= 2


def test_known_sizes_stay() -> None:
    assert small_sizes(read("ij,jk->ik"), {"j": 7, "k": 0}) == {"i": 2, "j": 7, "k": 0}


@pytest.mark.parametrize(
    ("text", "sizes"), [("abcd,cdef->abef", {2, 3, 4, 5}), ("abcdef,fghijk->abghk", {2})]
)
def test_many_labels_share_few_sizes(text: str, sizes: set[int]) -> None:
    found = small_sizes(read(text), {})
    assert set(found.values()) == sizes
    larger = {label: 2 + n % (1 + len(sizes)) for n, label in enumerate(found)}
    assert work(read(text), larger) > work(read(text), found)


def test_very_many_axes_have_size_1_in_the_end() -> None:
    labels = tuple(chr(0x4E00 + number) for number in range(60))
    sizes = small_sizes(Pattern((labels,), labels), {})
    assert sorted(set(sizes.values())) == [1, 2]


def test_an_ellipsis_has_two_axes() -> None:
    assert str(spread(read("...ij,jk->...ik"))) == "abij,jk->abik"
    assert spread(read("ij->ji")) == read("ij->ji")
