import pytest
from hypothesis import given

from einsum_grad.plan import Pattern, contraction_path, pairwise
from einsum_grad.plan.path.axis_order import for_readers
from einsum_grad.plan.path.node import Node
from tests.patterns import pattern
from tests.strategies import Case, cases


def made(first: str, reader: str) -> str:
    """The first of two nodes, whose result is the last argument of the reader."""
    one, two = pattern(first), pattern(reader)
    others = tuple(range(2, 1 + len(two.inputs)))
    nodes = [Node(one, (0, 1)), Node(two, (*others, 2 + len(others)))]
    return str(for_readers(nodes, 2 + len(others))[0].pattern)


@pytest.mark.parametrize(
    ("first", "reader", "expected"),
    [
        ("oij,bj->oib", "bi,oib->bo", "oij,bj->boi"),  # as bi has its labels
        ("ijk,kr->ijr", "jr,ijr->ir", "ijk,kr->ijr"),  # and jr, though r is of the batch
        ("ab,bc->ac", "cd,ac->ad", "ab,bc->ac"),  # either way: as it was
        ("xai,ib->xab", "abm,xab->bxm", "xai,ib->bxa"),  # with the batch last there is a copy
        ("aij,jk->aik", "kic,aik->ac", "aij,jk->aik"),  # k and i stay side by side
        ("aij,jkb->aikb", "ikm,aikb->abm", "aij,jkb->aikb"),  # a and b are apart either way
        ("ai,ib->ab", "ca,ab->abc", "ai,ib->ab"),  # nothing is summed: as the result has them
        ("ia,ib->ab", "ca,ab->bac", "ia,ib->ba"),
        ("ab,bc->abc", "ca,abc->cab", "ab,bc->cab"),  # any order is as cheap to write
    ],
)
def test_the_reader_says_which_labels_come_first(first: str, reader: str, expected: str) -> None:
    assert made(first, reader) == expected


def test_the_last_node_and_nodes_that_are_no_pairs_keep_their_order() -> None:
    nodes = [
        Node(pattern("zab->ab"), (0,)),
        Node(pattern("ab,bc,ad->dc"), (3, 1, 2)),
    ]
    assert for_readers(nodes, 3) == tuple(nodes)


def test_a_choice_reaches_the_node_that_reads_it() -> None:
    chain = pattern("bi,oij,bj->bo")
    network = pairwise(chain, ((1, 2), (0, 1)))
    assert [str(node.pattern) for node in network.nodes] == ["oij,bj->boi", "bi,boi->bo"]


@given(cases())
def test_only_the_axis_order_of_intermediates_changes(case: Case) -> None:
    found = Pattern(case.terms, case.result)
    network = pairwise(found, contraction_path(found, case.sizes))
    results = {len(case.terms) + n: node.pattern.output for n, node in enumerate(network.nodes)}
    for node in network.nodes:
        for arg, term in zip(node.args, node.pattern.inputs, strict=True):
            assert term == (results[arg] if arg in results else case.terms[arg])
    assert network.nodes[-1].pattern.output == case.result
