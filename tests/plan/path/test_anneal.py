import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.plan.path import anneal, search
from einsum_grad.plan.path.anneal import annealed
from einsum_grad.plan.path.exact import Pair
from einsum_grad.plan.path.refine import refined, results
from einsum_grad.plan.path.search import greedy
from einsum_grad.plan.path.tree_cost import Measure
from tests.plan.path.trees import cost, networks


def graph(vertices: int, degree: int, seed: int) -> list[int]:
    """The terms of a random regular graph: a label for each edge, the edges drawn by lots."""
    draw = random.Random(seed)
    ends = [vertex for vertex in range(vertices) for _ in range(degree)]
    draw.shuffle(ends)
    terms = [0] * vertices
    for edge, pair in enumerate(zip(ends[::2], ends[1::2], strict=True)):
        for vertex in pair:
            terms[vertex] |= 1 << edge
    return terms


@given(networks(most=12), st.integers(1, 40))
def test_a_tree_that_is_annealed_knows_its_labels_and_its_cost(
    network: tuple[list[int], int, list[int]], sweeps: int
) -> None:
    terms, output, sizes = network
    tree = anneal._Tree(terms, output, Measure(sizes), greedy(terms, output, sizes))
    for _ in range(sweeps):
        tree.sweep(2.0)
    pairs = tree.pairs()
    assert sorted(node for pair in pairs for node in pair) == list(range(2 * len(terms) - 2))
    assert all(max(pair) < len(terms) + number for number, pair in enumerate(pairs))
    assert tree.cost() == cost(terms, output, sizes, pairs)


@pytest.mark.parametrize(("vertices", "degree"), [(70, 4), (140, 3)])
def test_random_graphs_are_contracted_much_cheaper_than_greedy(vertices: int, degree: int) -> None:
    terms = graph(vertices, degree, seed=1)
    sizes = [2] * (vertices * degree // 2)
    measure, first = Measure(sizes), greedy(terms, 0, sizes)
    before = refined(terms, 0, measure, first)
    after = search.search(terms, 0, sizes)
    assert 4 * cost(terms, 0, sizes, after) < cost(terms, 0, sizes, before)
    assert 2 * largest(terms, sizes, after) <= largest(terms, sizes, before)


def largest(terms: list[int], sizes: list[int], pairs: list[Pair]) -> int:
    return max(map(Measure(sizes).entries.__getitem__, results(terms, 0, pairs)))


def test_a_lattice_of_large_labels_is_contracted_cheaper_than_greedy() -> None:
    """8 by 8, bonds of 4: 1.3e8 multiplications by greedy and neighbourhoods, 0.5e8 here."""
    terms = [0] * 64
    edges = [(at, at + 1) for at in range(64) if at % 8 < 7] + [(at, at + 8) for at in range(56)]
    for edge, pair in enumerate(edges):
        for at in pair:
            terms[at] |= 1 << edge
    sizes = [4] * len(edges)
    assert cost(terms, 0, sizes, search.search(terms, 0, sizes)) < 1e8


def test_annealing_never_makes_a_tree_costlier() -> None:
    for seed in range(3):
        terms = graph(50, 3, seed)
        sizes = [2 + edge % 3 for edge in range(75)]
        first = greedy(terms, 1, sizes)
        found = annealed(terms, 1, Measure(sizes), first)
        assert cost(terms, 1, sizes, found) < cost(terms, 1, sizes, first)


def moves(terms: list[int], output: int, sizes: list[int], known: bool = True) -> int:
    """How many moves a search for these terms tries: a clock has no part in it."""
    sweeps: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anneal._Tree, "sweep", lambda tree, heat: sweeps.append(heat))
        annealed(terms, output, Measure(sizes), greedy(terms, output, sizes), known)
    return len(sweeps) * (len(terms) - 1)


def test_costlier_contractions_are_searched_longer() -> None:
    terms = graph(60, 3, seed=0)
    small, middle, large = (moves(terms, 0, [bond] * 90) for bond in (2, 3, 1024))
    assert 0 < small <= anneal._LEAST < middle < large <= anneal._MOST


def test_unknown_sizes_keep_the_search_short() -> None:
    assert 0 < moves(graph(60, 3, seed=0), 0, [32] * 90, known=False) <= anneal._LEAST


def test_a_chain_whose_arrays_do_not_grow_is_not_annealed() -> None:
    chain = [3 << number for number in range(300)]
    assert not moves(chain, 1 | 1 << 300, [5] * 301)


def test_sizes_beyond_a_float_are_compared() -> None:
    terms = graph(60, 3, seed=0)
    sizes = [10**40] * 90
    first = greedy(terms, 0, sizes)
    tree = anneal._Tree(terms, 0, Measure(sizes), first)
    for _ in range(100):
        tree.sweep(0.1)
    assert cost(terms, 0, sizes, tree.pairs()) < cost(terms, 0, sizes, first)


def test_forty_terms_are_not_annealed_and_more_are(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []

    def counted(terms: list[int], output: int, *others: Any) -> list[Pair]:
        counts.append(len(terms))
        return annealed(terms, output, *others)

    monkeypatch.setattr(search, "annealed", counted)
    for count in (38, 40, 42):
        search.search(graph(count, 3, seed=0), 0, [2] * (3 * count // 2))
    assert counts == [42]
