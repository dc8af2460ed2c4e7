"""Sizes are the given ones, and small and different for the other labels."""

from __future__ import annotations

import itertools

import pytest

from einsum_grad.certify.sizes import affordable, small_sizes, spread
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse


def read(text: str) -> Pattern:
    return pattern_of(parse(text))


@pytest.mark.parametrize("text", ["bij,jk->ik", "ii->", "bhqd,bhkd->bhqk", "i->", "ij,jk->ik"])
def test_both_choices_have_pairwise_different_sizes(text: str) -> None:
    first, second = small_sizes(read(text), {})
    for label, size in first.items():
        assert 2 <= size != second[label]
    if len(first) < 5:
        assert len(set(first.values())) == len(set(second.values())) == len(first)


def test_no_product_of_sizes_is_another_size_both_times() -> None:
    first, second = small_sizes(read("ab,bc,cd,de->ae"), {})
    for one, other, third in itertools.permutations(first, 3):
        accidents = [sizes[one] * sizes[other] == sizes[third] for sizes in (first, second)]
        assert not all(accidents)


def test_known_sizes_stay() -> None:
    first, second = small_sizes(read("ij,jk->ik"), {"j": 7, "k": 0})
    assert first == {"i": 2, "j": 7, "k": 0}
    assert second == {"i": 3, "j": 7, "k": 0}
    assert small_sizes(read("i->"), {"i": 4}) == ({"i": 4},)
    assert small_sizes(read("->"), {}) == ({},)


def test_a_large_known_size_keeps_the_others_different() -> None:
    first, _ = small_sizes(read("ij,jk->ik"), {"i": 10**6})
    assert first == {"i": 10**6, "j": 2, "k": 3}


def test_sizes_are_affordable_if_code_runs_quickly() -> None:
    assert affordable(read("ij,jk->ik"), {"i": 20, "j": 20}, ()) == {"i": 20, "j": 20}
    assert affordable(read("ij,jk->ik"), {"i": 2000, "j": 2000, "k": 1}, ("j",)) == {
        "j": 2000,
        "k": 1,
    }
    assert affordable(read("...i->..."), {"i": 10**9}, ()) == {}


@pytest.mark.parametrize("text", ["abcd,cdef->abef", "abcde,fghi->", "ab,bc,cd,de,ef,fg->ag"])
def test_labels_that_share_a_size_differ_in_the_second(text: str) -> None:
    first, second = small_sizes(read(text), {})
    assert len(set(first.values())) < len(first)
    assert len({(first[label], second[label]) for label in first}) == len(first)


def test_seven_labels_of_three_operands_have_two_choices_yet() -> None:
    pattern = spread(pattern_of(parse("aji,...jdi,adj->...dizj"), {"z": 3}))
    first, second = small_sizes(pattern, {"z": 3})
    assert len({*first.values()}) == len({*second.values()}) == 2
    assert first != second


def test_very_many_axes_have_size_1_in_the_end() -> None:
    labels = tuple(chr(0x4E00 + number) for number in range(60))
    (sizes,) = small_sizes(Pattern((labels,), labels), {})
    assert sorted(set(sizes.values())) == [1, 2]


def test_an_ellipsis_has_two_axes() -> None:
    assert str(spread(read("...ij,jk->...ik"))) == "abij,jk->abik"
    assert spread(read("ij->ji")) == read("ij->ji")
