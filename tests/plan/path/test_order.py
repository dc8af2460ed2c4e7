import itertools
import math
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opt_einsum import (  # type: ignore[import-untyped]  # it has no hints
    BranchBound,
    DynamicProgramming,
    RandomGreedy,
)

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, OrderError
from einsum_grad.plan import Path, Pattern, contraction_path
from einsum_grad.plan.path import order
from einsum_grad.plan.path.order import _near
from einsum_grad.plan.path.search import search
from tests.patterns import pattern
from tests.plan.path.trees import Tree
from tests.strategies import Case, cases

SEARCHES = ("auto", "greedy", "optimal", "dp", "branch-2")


@pytest.mark.parametrize(("text", "path"), [("ij->", ((0,),)), ("ij,jk->ik", ((0, 1),))])
def test_one_or_two_operands_have_one_order(text: str, path: Path) -> None:
    assert contraction_path(pattern(text)) == path


@pytest.mark.parametrize("order", [search for search in SEARCHES if search != "greedy"])
def test_sizes_choose_the_order(order: str) -> None:
    chain = pattern("ab,bc,cd->ad")
    small_left = contraction_path(chain, {"a": 2, "b": 50, "c": 50, "d": 50}, order)
    small_right = contraction_path(chain, {"a": 50, "b": 50, "c": 50, "d": 2}, order)
    assert next(set(pair) for pair in small_left) == {0, 1}
    assert next(set(pair) for pair in small_right) == {1, 2}


def test_unrelated_sizes_and_zeros_are_harmless() -> None:
    assert len(contraction_path(pattern("ab,bc,cd->ad"), {"a": 0, "b": 0, "z": 3})) == 2


@given(cases(), st.sampled_from(SEARCHES))
def test_a_path_is_pairs_until_one_is_left(case: Case, order: str) -> None:
    path = contraction_path(Pattern(case.terms, case.result), case.sizes, order)
    count = len(case.terms)
    if count <= 2:
        assert path == (tuple(range(count)),)
        return
    assert len(path) == count - 1
    for left, pair in zip(range(count, 1, -1), path, strict=True):
        assert len(set(pair)) == 2
        assert all(0 <= position < left for position in pair)


@given(cases(), st.permutations("pqrstuvwxyzABCDEFGHIJKLMNO"))
def test_names_of_labels_and_earlier_searches_change_nothing(case: Case, letters: Any) -> None:
    found = Pattern(case.terms, case.result)
    names = dict(zip(found.labels(), letters, strict=False)) | {"1": "1"}
    sizes = {names[label]: size for label, size in case.sizes.items() if label in names}
    assert contraction_path(found, case.sizes) == contraction_path(found.rename(names), sizes)


def test_units_have_no_weight() -> None:
    assert len(contraction_path(Pattern((("1", "a"), ("a", "1"), ("a",)), ()))) == 2


def test_labels_summed_alone_have_no_weight() -> None:
    """Operand 0 is a vector once z is summed, and a vector is multiplied first."""
    found = contraction_path(pattern("zb,bc,cd->d"), {"z": 10**6, "b": 50, "c": 50, "d": 50})
    assert found == ((0, 1), (1, 0))


def test_long_chains_have_a_path() -> None:
    names = [f"n{number}" for number in range(301)]
    chain = Pattern(tuple(itertools.pairwise(names)), (names[0], names[-1]))
    assert len(contraction_path(chain)) == 299


def test_near_sizes_of_many_operands_have_the_same_path() -> None:
    chain = pattern("ab,bc,cd,de,ef->af")
    sizes = dict(zip("abcdef", (100, 3, 90, 8, 70, 5), strict=True))
    path = contraction_path(chain, sizes)
    assert contraction_path(chain, {**sizes, "a": 101, "c": 93}) is path


@given(st.integers(1, 10**12))
def test_near_is_within_an_eighth(size: int) -> None:
    assert abs(_near(size) - size) * 8 <= size
    assert _near(_near(size)) == _near(size)


def test_few_operands_are_searched_with_their_own_sizes() -> None:
    """Both write the same; only the multiplications differ, by a sixteenth."""
    chain = pattern("ab,bc,cd->ad")
    for big, path in ((17, ((1, 2), (0, 1))), (15, ((0, 1), (1, 0)))):
        assert contraction_path(chain, {"a": big, "b": 16, "c": big, "d": 16}) == path


def test_a_given_path_is_taken() -> None:
    assert contraction_path(pattern("ab,bc,cd->ad"), order=((0, 2), (0, 1))) == ((0, 2), (0, 1))
    with pytest.raises(OrderError):
        contraction_path(pattern("ab,bc,cd->ad"), order=((0, 2),))


def test_false_contracts_all_operands_at_once() -> None:
    assert contraction_path(pattern("ab,bc,cd->ad"), order=False) == ((0, 1, 2),)


class Recorder:
    """An optimizer in opt_einsum's and cotengra's protocol that records its arguments."""

    def __init__(self, path: Any) -> None:
        self.path, self.calls = path, list[Any]()

    def __call__(
        self, inputs: Any, output: Any, sizes: Any, memory_limit: int | None = None
    ) -> Any:
        self.calls.append((inputs, output, sizes))
        return self.path


def test_an_optimizer_is_called_with_terms_output_and_sizes_once() -> None:
    optimizer = Recorder([(1, 2), (0, 1)])
    chain, sizes = pattern("ab,bc,cd->ad"), {"a": 2, "b": 3, "c": 4, "d": 5}
    for _ in range(2):
        assert contraction_path(chain, sizes, optimizer) == ((1, 2), (0, 1))
    assert optimizer.calls == [([set("ab"), set("bc"), set("cd")], set("ad"), sizes)]
    contraction_path(chain, {**sizes, "a": 7}, optimizer)
    assert len(optimizer.calls) == 2


def test_an_optimizer_gets_single_character_labels() -> None:
    """cotengra takes only single characters, but beyond 52 labels names in code are longer."""
    optimizer = Recorder([(1, 2), (0, 1)])
    named = Pattern((("row", "b"), ("b", "mid"), ("mid", "d")), ("row", "d"))
    assert contraction_path(named, {"row": 2, "b": 3, "mid": 4, "d": 5}, optimizer)
    ((terms, output, sizes),) = optimizer.calls
    assert [len(term) for term in terms] == [2, 2, 2]
    assert {len(label) for label in sizes} == {1}
    assert [sorted(sizes[label] for label in term) for term in terms] == [[2, 3], [3, 4], [4, 5]]
    assert sorted(sizes[label] for label in output) == [2, 5]


class TreeSearch:
    """The interface of a cotengra optimizer: called for a path, `search` for the tree."""

    def __init__(self, nslices: int) -> None:
        self.tree, self.searches = Tree([(1, 2), (0, 1)], nslices), 0

    def search(self, inputs: Any, output: Any, size_dict: Any) -> Tree:
        self.searches += 1
        return self.tree

    def __call__(self, inputs: Any, output: Any, size_dict: Any, memory_limit: Any = None) -> Any:
        return self.search(inputs, output, size_dict).get_path()


def test_an_optimizer_that_slices_is_refused_by_its_name_and_not_asked_again() -> None:
    chain, sizes = pattern("ab,bc,cd->ad"), dict.fromkeys("abcd", 9)
    whole, sliced = TreeSearch(1), TreeSearch(6)
    assert contraction_path(chain, sizes, whole) == ((1, 2), (0, 1))
    with pytest.raises(OrderError, match="TreeSearch cuts the contraction into 6 slices"):
        contraction_path(chain, sizes, sliced)
    assert whole.searches == sliced.searches == 1
    f = eg.compile("ab,bc,cd->ad", optimize=sliced)
    operands = [np.ones((9, 9))] * 3
    calls: list[Any] = [
        lambda: f(*operands),
        lambda: f.cost(sizes),
        lambda: f.backward(np.ones((9, 9)), *operands),
        lambda: eg.einsum("ab,bc,cd->ad", *operands, optimize=sliced),
        lambda: eg.einsum("ab,bc,cd->ad", *operands, optimize=sliced.tree),
        lambda: eg.explain("ab,bc,cd->ad", sizes=sizes, optimize=sliced),
        lambda: eg.emit("ab,bc,cd->ad", sizes=sizes, optimize=sliced),
    ]
    for call in calls:
        with pytest.raises(OrderError, match=r"(TreeSearch|Tree) cuts .* 6 slices"):
            call()


def test_a_tree_is_compiled_as_its_path() -> None:
    f = eg.compile("ab,bc,cd->ad", optimize=Tree([(1, 2), (0, 1)]))
    assert f.source == eg.compile("ab,bc,cd->ad", optimize=[(1, 2), (0, 1)]).source
    with pytest.raises(OrderError, match="leaves 2 of 4"):
        eg.compile("ab,bc,cd,de->ae", optimize=Tree([(1, 2), (0, 1)]))(*[np.ones((2, 2))] * 4)


def test_an_unrelated_search_method_is_ignored() -> None:
    class Own(Recorder):
        def search(self, graph: Any) -> Any:
            raise AssertionError

    assert contraction_path(pattern("ab,bc,cd->ad"), None, Own([(1, 2), (0, 1)]))


@pytest.mark.parametrize("optimizer", [DynamicProgramming(), RandomGreedy(max_repeats=4)])
def test_opt_einsums_own_optimizers_are_taken(optimizer: Any) -> None:
    chain = pattern("ab,bc,cd,de->ae")
    assert len(contraction_path(chain, dict.fromkeys("abcde", 9), optimizer)) == 3


@pytest.mark.parametrize(
    ("path", "error"), [(None, ArgumentTypeError), ([(0, 1)], OrderError), ([0, 1], TypeError)]
)
def test_invalid_results_of_an_optimizer_are_refused(path: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        contraction_path(pattern("ab,bc,cd->ad"), None, Recorder(path))


def test_a_size_of_0_costs_as_much_as_1() -> None:
    chain = Pattern((("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f")), ("a", "f"))
    sizes = {"a": 2, "b": 50, "c": 3, "d": 40, "e": 5, "f": 60}
    for label in "abcdef":
        one = contraction_path(chain, {**sizes, label: 1})
        assert contraction_path(chain, {**sizes, label: 0}) == one


def test_an_exception_of_an_optimizer_becomes_an_order_error() -> None:
    def refusing(*args: Any) -> Any:
        raise RuntimeError("no time")

    chain = pattern("ab,bc,cd->ad")
    with pytest.raises(OrderError, match=r"the optimizer .* failed: no time"):
        contraction_path(chain, None, refusing)


@pytest.mark.parametrize("optimizer", [RandomGreedy(max_repeats=1), BranchBound()])
def test_an_optimizer_for_one_contraction_is_copied_for_others(
    optimizer: Any,
) -> None:
    chain = pattern("ab,bc,cd->ad")
    for size in (9, 8, 7):
        assert len(contraction_path(chain, dict.fromkeys("abcd", size), optimizer)) == 2
    f = eg.compile("ab,bc,cd->ad", optimize=optimizer)
    for size in (3, 4):
        assert f(np.ones((2, 3)), np.ones((3, 4)), np.ones((4, size))).shape == (2, size)
    assert "def forward" in f.source


def test_path_is_the_same_in_every_process() -> None:
    code = (
        "from einsum_grad.plan import *; from einsum_grad.syntax import parse\n"
        "for count in (20, 60):\n"
        "    text = ','.join('abcdefghijkl'[n % 12] + 'ghijklabcdef'[n * 5 % 12]\n"
        "                    + chr(65 + n // 3) for n in range(count))\n"
        "    found = pattern_of(parse(text + '->al'))\n"
        "    print([contraction_path(found, dict.fromkeys(found.labels(), 2), order)\n"
        "           for order in ('auto', 'greedy')])"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env=env,
        ).stdout
        for seed in "01"
        for env in ({"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},)
    }
    assert len(found) == 1


def test_of_a_pair_the_array_with_the_earlier_operand_comes_first() -> None:
    letters = "abcdefghijklmnop"
    chain = Pattern(tuple((a, b) for a, b in itertools.pairwise(letters)), ("a", "p"))
    # Sizes that rounding leaves unchanged.
    sizes = {label: (3, 4, 5, 6, 7, 8, 10, 12)[n * 5 % 8] for n, label in enumerate(letters)}
    left = [Term(term, number) for number, term in enumerate(chain.inputs)]
    two_results = 0
    for step in contraction_path(chain, sizes):
        one, other = (left[place] for place in step)
        if one.made and other.made:
            assert one.entries(sizes) <= other.entries(sizes)
            two_results += 1
        else:
            assert one.first < other.first
        ends = sorted({*one.labels} ^ {*other.labels})
        left = [term for place, term in enumerate(left) if place not in step]
        left.append(Term(tuple(ends), min(one.first, other.first), made=True))
    assert two_results > 1


@dataclass
class Term:
    """A remaining part of a chain: its labels, its first operand, whether a step made it."""

    labels: tuple[str, ...]
    first: int
    made: bool = False

    def entries(self, sizes: dict[str, int]) -> int:
        return math.prod(sizes[label] for label in self.labels)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize(("a", "e", "last"), [(9, 2, (1, 0)), (2, 9, (0, 1)), (9, 9, (0, 1))])
def test_of_two_results_the_smaller_comes_first_in_every_path(
    a: int, e: int, last: tuple[int, int], asked: bool
) -> None:
    given = ((0, 1), (0, 1), (0, 1))
    sizes = {"a": a, "b": 3, "c": 5, "d": 3, "e": e}
    order = (lambda *problem: given) if asked else given
    assert contraction_path(pattern("ab,bc,cd,de->ae"), sizes, order) == (*given[:2], last)


def test_steps_that_take_an_operand_stay_as_they_were_given() -> None:
    sizes = dict(zip("abcdef", (9, 8, 7, 6, 5, 4), strict=True))
    given = ((4, 0), (3, 1, 0), (1, 0))
    assert contraction_path(pattern("ab,bc,cd,de,ef->af"), sizes, given) == given


def test_the_results_of_a_step_of_three_are_by_size_too() -> None:
    sizes = {"a": 9, "b": 8, "c": 2, "d": 6, "e": 5, "f": 4, "g": 3}
    pairs = ((1, 0),) * 3  # ac with 18 entries, ce with 10, eg with 15
    found = contraction_path(pattern("ab,bc,cd,de,ef,fg->ag"), sizes, (*pairs, (0, 2, 1)))
    assert found == (*pairs, (1, 2, 0))


def test_unknown_sizes_prevent_a_long_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels of unknown size count as 32, so any large pattern would seem to cost an hour."""
    asked = []

    def searched(terms: Any, output: Any, sizes: Any, axes: Any, known: bool) -> Any:
        asked.append(known)
        return search(terms, output, sizes, axes, known)

    monkeypatch.setattr(order, "search", searched)
    chain = pattern("ab,bc,cd,de,ef,fg->ag")
    sizes = dict.fromkeys("abcdefg", 19)
    contraction_path(chain, sizes)
    contraction_path(chain, {**dict.fromkeys("abcdef", 19)})
    contraction_path(chain)
    assert asked == [True, False, False]
