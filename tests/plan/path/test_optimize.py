import itertools
import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from einsum_grad.errors import ArgumentError, ArgumentTypeError, OrderError, UnknownOrderError
from einsum_grad.plan import read_order, request
from einsum_grad.plan.path.optimize import check_path, named
from tests.plan.path.trees import Tree


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (True, "auto"),
        ("auto", "auto"),
        (False, False),
        ("dp", "dp"),
        ([(0, 1), (0, 1)], ((0, 1), (0, 1))),
        ([[0, 1], [0, 1]], ((0, 1), (0, 1))),
        (((0, 1, 2),), ((0, 1, 2),)),
        (["einsum_path", (1, 2), (0, 1)], ((1, 2), (0, 1))),
        ([], ()),
    ],
)
def test_what_is_given_is_read(given: Any, read: Any) -> None:
    found = read_order(given)
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    "name", ["greedy", "optimal", "dp", "branch-all", "branch-2", "auto-hq", "random-greedy"]
)
def test_names_of_opt_einsum_are_known(name: str) -> None:
    assert read_order(name) == name


def test_unhashable_optimizers_are_accepted() -> None:
    def search(inputs: Any, output: Any, sizes: Any) -> list[tuple[int, ...]]:
        return [(0, 1)]

    class Unhashable:
        __hash__: Any = None

        def __call__(self, inputs: Any, output: Any, sizes: Any) -> list[tuple[int, ...]]:
            return [(0, 1)]

    assert read_order(search) is search
    optimizer = Unhashable()
    first, second = read_order(optimizer), read_order(optimizer)
    assert first == second
    assert hash(first) == hash(second)
    assert read_order(Unhashable()) != first


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ("fastest", UnknownOrderError),
        ("", UnknownOrderError),
        (3.5, ArgumentTypeError),
        (None, ArgumentTypeError),
        (5, ArgumentTypeError),
        ([1, 2], ArgumentTypeError),
        ([(0, 1.5)], ArgumentTypeError),
        ([("a", "b")], ArgumentTypeError),
        (("greedy", 1000), ArgumentError),
    ],
    ids=repr,
)
def test_invalid_orders_are_refused(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match=r"optimize|a path is"):
        read_order(given)


class SliceFinder:
    """A slicer of cotengra's, which is no optimizer."""

    def search(self, max_repeats: int = 16) -> Any: ...


def test_a_tree_is_a_path() -> None:
    assert read_order(Tree([[1, 2], [0, 1]])) == ((1, 2), (0, 1))


def test_sliced_trees_are_refused_by_name() -> None:
    with pytest.raises(
        OrderError, match=r"Tree cuts .* 6 slices, .*: give optimize= an order that"
    ):
        read_order(Tree(nslices=6))
    with pytest.raises(ArgumentTypeError, match="a SliceFinder finds slices, not an order: give"):
        read_order(SliceFinder())


@pytest.mark.parametrize(
    ("path", "told"),
    [
        (((0, 1),), "leaves 2 of 3"),
        ((), "leaves 3 of 3"),
        (((0, 3), (0, 1)), r"step 0 of the path, \(0, 3\)"),
        (((0, 1), (0, 2)), r"step 1 of the path, \(0, 2\)"),
        (((0, 0), (0, 1)), "different positions"),
        (((), (0, 1, 2)), "step 0"),
        (((-1, 0), (0, 1)), "step 0"),
        (((0, 1), (0, 1), (0, 1)), "step 2"),
    ],
)
def test_paths_that_do_not_contract_all_to_one_are_refused(path: Any, told: str) -> None:
    with pytest.raises(OrderError, match=told):
        check_path(path, 3)
    with pytest.raises(ArgumentError):
        request("ij,jk,kl->il", optimize=path)


@pytest.mark.parametrize(
    "path", [((0, 1), (0, 1)), ((0, 1, 2),), ((0,), (0, 1), (0, 1)), ((2,), (2, 0, 1))]
)
def test_steps_may_have_any_number_of_terms(path: Any) -> None:
    assert check_path(path, 3) == path


def test_order_is_part_of_the_request() -> None:
    assert request("ij,jk->ik").order == "auto"
    assert request("ij,jk->ik", optimize="dp").order == "dp"


def test_names_are_looked_up_where_they_are_given() -> None:
    refused: Callable[[], Any] = lambda: request("ij,jk->ik", optimize="nonsense")  # noqa: E731
    with pytest.raises(UnknownOrderError, match="nonsense"):
        refused()


def cost(path: Any, terms: list[frozenset[str]], sizes: dict[str, int], sums: int) -> int:
    """The operations along `path` to a number: a sum costs `sums` times what a product does."""
    left, total = list(terms), 0
    for step in path:
        taken = [left.pop(place) for place in sorted(step, reverse=True)]
        union, kept = frozenset[str]().union(*taken), frozenset[str]().union(*left)
        total += math.prod(sizes[label] for label in union) * (1 if union <= kept else sums)
        left.append(union & kept)
    return total


@pytest.mark.parametrize("seed", range(4))
def test_an_optimal_tree_is_as_cheap_as_every_other(seed: int) -> None:
    random = Random(seed)
    sizes = {label: random.choice((2, 4, 8)) for label in "abcdefgh"}
    terms = [set[str]() for _ in range(6)]
    for label in sizes:
        for number in random.sample(range(6), random.choice((2, 2, 3))):
            terms[number].add(label)
    sets = list(map(frozenset, terms))
    every = list(itertools.product(*(itertools.combinations(range(n), 2) for n in range(6, 1, -1))))
    for count, sums in ((6, 2), (9, 1)):  # one by one, and by the dynamic program
        found = named("optimal", count)(sets, frozenset(), sizes)
        assert cost(found, sets, sizes, sums) == min(cost(p, sets, sizes, sums) for p in every)


def test_exhaustive_searches_limit_the_operands() -> None:
    pattern = ",".join("i" * 14) + "->"
    for search in ("optimal", "branch-all"):
        with pytest.raises(OrderError, match=r"at most 13 operands.*there are 14: use .auto."):
            request(pattern, optimize=search)
        assert request(pattern[2:], optimize=search).order == search
    assert request(pattern, optimize="dp").order == "dp"


@pytest.mark.parametrize("name", ["optimal", "branch-all"])
def test_no_search_looks_at_millions_of_trees_one_by_one(name: str) -> None:
    assert type(named(name, 9)).__name__ == "DynamicProgramming"
