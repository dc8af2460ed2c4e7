import itertools

import pytest
from hypothesis import given

from einsum_grad.plan import Pattern, contraction_path
from tests.plan.test_pattern import pattern
from tests.strategies import Case, cases


@pytest.mark.parametrize(("text", "path"), [("ij->", [(0,)]), ("ij,jk->ik", [(0, 1)])])
def test_one_or_two_operands_have_one_order(text: str, path: list[tuple[int, ...]]) -> None:
    assert contraction_path(pattern(text)) == path


def test_sizes_choose_the_order() -> None:
    chain = pattern("ab,bc,cd->ad")
    small_left = contraction_path(chain, {"a": 2, "b": 50, "c": 50, "d": 50})
    small_right = contraction_path(chain, {"a": 50, "b": 50, "c": 50, "d": 2})
    assert next(set(pair) for pair in small_left) == {0, 1}
    assert next(set(pair) for pair in small_right) == {1, 2}


def test_sizes_of_other_labels_and_zeros_do_no_harm() -> None:
    assert len(contraction_path(pattern("ab,bc,cd->ad"), {"a": 0, "b": 0, "z": 3})) == 2


@given(cases())
def test_a_path_is_pairs_until_one_is_left(case: Case) -> None:
    path = contraction_path(Pattern(case.terms, case.result), case.sizes)
    count = len(case.terms)
    if count <= 2:
        assert [tuple(range(count))] == list(path)
        return
    assert len(path) == count - 1
    for left, pair in zip(range(count, 1, -1), path, strict=True):
        assert len(set(pair)) == 2
        assert all(0 <= position < left for position in pair)


def test_units_have_no_weight() -> None:
    assert len(contraction_path(Pattern((("1", "a"), ("a", "1"), ("a",)), ()))) == 2


def test_long_chains_have_a_path() -> None:
    names = [f"n{number}" for number in range(301)]
    chain = Pattern(tuple(itertools.pairwise(names)), (names[0], names[-1]))
    assert len(contraction_path(chain)) == 299
