import itertools
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.plan import (
    Network,
    Node,
    Path,
    Pattern,
    contraction_path,
    in_pairs,
    pairwise,
    single,
)
from tests.patterns import pattern
from tests.strategies import Case, cases, seeds


def told(network: Network) -> list[tuple[str, tuple[int, ...]]]:
    return [(str(node.pattern), node.args) for node in network.nodes]


def test_single_is_the_pattern_itself() -> None:
    found = single(pattern("ab,bc,cd->ad"))
    assert told(found) == [("ab,bc,cd->ad", (0, 1, 2))]
    assert found.operands == (("a", "b"), ("b", "c"), ("c", "d"))


def test_labels_that_one_operand_has_alone_are_summed_first() -> None:
    found = pairwise(pattern("abx,bcy->ac"), ((0, 1),))
    assert told(found) == [("abx->ab", (0,)), ("bcy->bc", (1,)), ("ab,bc->ac", (2, 3))]


def test_diagonals_are_taken_first() -> None:
    found = pairwise(pattern("aab,bc->ac"), ((0, 1),))
    assert told(found) == [("aab->ab", (0,)), ("ab,bc->ac", (2, 1))]


def test_repeated_label_that_nothing_else_has_is_summed_first() -> None:
    found = pairwise(pattern("aab,bc->c"), ((0, 1),))
    assert told(found) == [("aab->b", (0,)), ("b,bc->c", (2, 1))]


def test_units_are_dropped_first() -> None:
    found = pairwise(Pattern((("1", "b"), ("b", "c")), ("c",)), ((0, 1),))
    assert told(found) == [("1b->b", (0,)), ("b,bc->c", (2, 1))]


def test_label_of_the_output_is_kept() -> None:
    found = pairwise(pattern("ab,bc->abc"), ((0, 1),))
    assert told(found) == [("ab,bc->abc", (0, 1))]


def test_pairs_keep_labels_used_later_and_sum_the_rest() -> None:
    found = pairwise(pattern("ab,bc,cd->ad"), ((1, 2), (0, 1)))
    assert told(found) == [("bc,cd->bd", (1, 2)), ("ab,bd->ad", (0, 3))]


def test_label_of_three_operands_is_summed_with_the_last() -> None:
    found = pairwise(pattern("ax,bx,cx->abc"), ((0, 1), (0, 1)))
    assert told(found) == [("ax,bx->xab", (0, 1)), ("cx,xab->abc", (2, 3))]


def test_one_operand_is_not_prepared() -> None:
    assert told(pairwise(pattern("aab->b"), ((0,),))) == [("aab->b", (0,))]


def test_generalised_outputs_are_a_last_node() -> None:
    found = pairwise(pattern("ab,bc->acaz", "z"), ((0, 1),))
    assert told(found) == [("ab,bc->ac", (0, 1)), ("ac->acaz", (2,))]


@given(cases(), st.randoms(use_true_random=False))
def test_any_path_contracts_the_whole_pattern(case: Case, random: Random) -> None:
    found = Pattern(case.terms, case.result)
    count = len(case.terms)
    path = tuple(tuple(random.sample(range(left), 2)) for left in range(count, 1, -1))
    network = pairwise(found, path or ((0,),))
    check(network, found)


@given(cases(), st.booleans())
def test_the_chosen_path_contracts_the_whole_pattern(case: Case, sized: bool) -> None:
    found = Pattern(case.terms, case.result)
    check(pairwise(found, contraction_path(found, case.sizes if sized else None)), found)


def check(network: Network, found: Pattern) -> None:
    """Every value is used once, labels are never lost, and the last node is the output."""
    count = len(found.inputs)
    assert network.operands == found.inputs
    assert network.nodes[-1].pattern.output == found.output
    uses = Counter(arg for node in network.nodes for arg in node.args)
    assert uses == Counter(range(count + len(network.nodes) - 1))
    terms = {**dict(enumerate(found.inputs)), **_results(network.nodes, count)}
    covers = {number: frozenset((number,)) for number in range(count)}
    for number, node in enumerate(network.nodes, start=count):
        assert node.pattern.inputs == tuple(terms[arg] for arg in node.args)
        assert all(arg < number for arg in node.args)
        assert number == count + len(network.nodes) - 1 or node.pattern.is_legal() or count > 1
        covers[number] = frozenset().union(*(covers[arg] for arg in node.args))
        outside = set(found.output).union(
            *(found.inputs[other] for other in range(count) if other not in covers[number])
        )
        inside = set().union(*(found.inputs[other] for other in covers[number])) - {"1"}
        if number < count + len(network.nodes) - 1:
            assert set(node.pattern.output) == inside & outside
            assert len(set(node.pattern.output)) == len(node.pattern.output)


def _results(nodes: tuple[Node, ...], count: int) -> dict[int, tuple[str, ...]]:
    return {number: node.pattern.output for number, node in enumerate(nodes, start=count)}


def test_chain_of_1000_operands_is_999_pairs() -> None:
    names = [f"n{number}" for number in range(1001)]
    chain = Pattern(tuple(itertools.pairwise(names)), (names[0], names[-1]))
    network = pairwise(chain, contraction_path(chain))
    assert len(network.nodes) == 999
    check_small = [node for node in network.nodes if len(node.pattern.labels()) > 3]
    assert check_small == []


@given(st.integers(1, 7), seeds)
def test_a_path_in_pairs_contracts_the_same_terms_in_each_step(count: int, seed: int) -> None:
    random = Random(seed)
    path, left = list[tuple[int, ...]](), count
    while left > 1:
        path.append(tuple(random.sample(range(left), random.randint(1, left))))
        left -= len(path[-1]) - 1
    pairs = in_pairs(tuple(path), count)
    assert all(len(step) <= 2 for step in pairs)
    made, wanted = contracted(pairs, count), contracted(tuple(path), count)
    assert [term for term in made if term in wanted] == wanted


def contracted(path: Path, count: int) -> list[frozenset[int]]:
    """The operands in each term that the path makes."""
    terms, made = [frozenset({number}) for number in range(count)], list[frozenset[int]]()
    for step in path:
        made.append(frozenset().union(*(terms[place] for place in step)))
        terms = [term for place, term in enumerate(terms) if place not in step] + made[-1:]
    return made
