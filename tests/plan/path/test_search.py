import itertools
from collections.abc import Iterator

from hypothesis import given

from einsum_grad.plan.path.exact import Pair, exact
from einsum_grad.plan.path.refine import refined, results
from einsum_grad.plan.path.search import greedy, search
from einsum_grad.plan.path.tree_cost import Measure
from tests.plan.path.trees import cost, networks


def bits(text: str) -> tuple[list[int], int, str]:
    """The terms and the output of a pattern of letters, and the letters in order."""
    inputs, output = text.split("->")
    letters = "".join(sorted(set(inputs) - {","}))

    def term(labels: str) -> int:
        return sum(1 << letters.index(label) for label in set(labels))

    return [term(labels) for labels in inputs.split(",")], term(output), letters


def trees(left: tuple[int, ...], following: int) -> Iterator[list[Pair]]:
    """Every order of pairs of the nodes that are left."""
    if len(left) == 1:
        yield []
    for pair in itertools.combinations(left, 2):
        rest = tuple(node for node in left if node not in pair)
        yield from ([pair, *more] for more in trees((*rest, following), following + 1))


@given(networks())
def test_few_terms_get_the_cheapest_tree_of_all(network: tuple[list[int], int, list[int]]) -> None:
    terms, output, sizes = network
    found, pairs, kept = exact(terms, output, Measure(sizes))
    every = trees(tuple(range(len(terms))), len(terms))
    cheapest = min(cost(terms, output, sizes, each) for each in every)
    assert found == cost(terms, output, sizes, pairs) == cheapest
    assert kept == results(terms, output, pairs)[len(terms) :]


@given(networks(most=12))
def test_refining_keeps_all_terms_and_never_costs_more(
    network: tuple[list[int], int, list[int]],
) -> None:
    terms, output, sizes = network
    first = greedy(terms, output, sizes)
    found = refined(terms, output, Measure(sizes), first)
    used = sorted(node for pair in found for node in pair)
    assert used == list(range(2 * len(terms) - 2))
    assert all(max(pair) < len(terms) + number for number, pair in enumerate(found))
    assert cost(terms, output, sizes, found) <= cost(terms, output, sizes, first)


def test_equal_trees_are_taken_from_left_to_right() -> None:
    terms, output, _ = bits("ab,bc,cd,de->ae")
    assert search(terms, output, [7] * 5) == [(0, 1), (4, 2), (5, 3)]


def test_a_batch_label_does_not_cause_a_large_intermediate() -> None:
    """Vectors of a batch and a chain of sites: greedy joins the sites first, without the batch."""
    text = "bc,bd,be,bf,bg,bh,bi,cm,mdn,neo,ofp,pgq,qhr,ri->b"
    terms, output, letters = bits(text)
    sizes = [{"b": 512}.get(label, 7 if label in "mnopqr" else 2) for label in letters]
    found = results(terms, output, search(terms, output, sizes))
    first = results(terms, output, greedy(terms, output, sizes))
    entries = Measure(sizes).entries
    assert max(map(entries.__getitem__, found)) <= 512 * 2**4
    assert max(map(entries.__getitem__, first)) >= 512 * 2**5


def test_vector_behind_a_chain_is_multiplied_first() -> None:
    letters = "abcdefghijklmnopqrstu"
    terms, output, _ = bits(",".join(map("".join, itertools.pairwise(letters))) + ",u->a")
    found = results(terms, output, search(terms, output, [256] * 21))
    assert max(term.bit_count() for term in found[21:]) == 1


def test_writing_an_intermediate_counts() -> None:
    """From the left 1,600 multiplications and 200 entries, from the right 1,632 and 16."""
    terms, output, _ = bits("ab,bc,cd->ad")
    assert search(terms, output, [2, 4, 100, 4]) == [(1, 2), (0, 3)]


def test_a_copy_of_an_operand_counts() -> None:
    """Equal but for the axis of the first operand that is summed first: the last needs no copy."""
    terms, output, _ = bits("ijk,jr,kr->ir")
    axes = {terms[0]: (1, 2, 4)}
    assert search(terms, output, [9, 9, 9, 3]) == [(0, 1), (3, 2)]
    assert search(terms, output, [9, 9, 9, 3], axes) == [(0, 2), (1, 3)]
    assert search(terms, output, [9, 9, 9, 3], {terms[0]: (1, 4, 2)}) == [(0, 1), (3, 2)]


def test_thousand_terms_are_searched_without_recursion() -> None:
    terms = [3 << number for number in range(1000)]
    pairs = search(terms, 1 | 1 << 1000, [2, *[5] * 999, 2])
    assert len(pairs) == 999
    assert max(pair[1] for pair in pairs) < 1998
