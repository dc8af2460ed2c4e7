"""What a derivative has to store."""

import pytest

from einsum_grad.plan import LinearTerm, derivative, groups, pattern_of, stored, structure
from einsum_grad.syntax import parse


def terms(text: str, *wrt: tuple[int, ...]) -> tuple[LinearTerm, ...]:
    return derivative(pattern_of(parse(text)), wrt).terms


def kept(text: str, *wrt: tuple[int, ...], **sizes: int) -> list[str]:
    return ["".join(labels) for labels in stored(terms(text, *wrt), sizes)]


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("ij,jk->ik", ((0,),), ["kj"]),
        ("ij,jk->ik", ((0,), (1,)), [""]),
        ("ii->", ((0,),), [""]),
        ("ai,ij,jb->ab", ((1,),), ["ai", "bj"]),
        ("i,ij,j->", ((0, 2), (0, 2)), ["ji"]),
        ("ik,jk,il,jl->", ((0, 2), (0, 2)), ["lk"]),
        ("i,i->", ((0,), (0,)), []),
    ],
)
def test_the_core_of_the_operands_is_stored(
    text: str, wrt: tuple[tuple[int, ...], ...], expected: list[str]
) -> None:
    assert [sorted(x) for x in kept(text, *wrt)] == [sorted(x) for x in expected]


def test_a_low_rank_is_stored_as_factors() -> None:
    assert kept("i,ir,rj->j", (0,), i=50, r=2, j=40) == ["ir", "rj"]
    assert [sorted(x) for x in kept("i,ir,rj->j", (0,), i=50, r=90, j=40)] == [["i", "j"]]


def test_groups_share_no_label() -> None:
    (term,) = terms("ab,bc,cd,de,ef->af", (2,))
    patterns = [str(group.pattern) for group in groups(term)]
    assert patterns == ["ab,bc->ac", "de,ef->fd"]


def test_a_number_joins_the_smallest_group() -> None:
    term = LinearTerm(((0, ("i", "j")), (1, ()), (2, ("k",))), ("i", "j"), ("k",))
    assert [str(group.pattern) for group in groups(term)] == [",k->k", "ij->ij"]
    alone = LinearTerm(((0, ()), (1, ())), ("i",), ("i",))
    assert [str(group.pattern) for group in groups(alone)] == [",->"]


def test_a_factor_that_connects_two_groups_joins_them() -> None:
    term = LinearTerm(((0, ("i",)), (1, ("j",)), (2, ("i", "j"))), ("i",), ("k",))
    assert len(groups(term)) == 1


def test_the_structure_is_where_the_deltas_are() -> None:
    (one,) = terms("ij,jk->ik", (0,))
    (other,) = terms("xy,yz->xz", (0,))
    (transposed,) = terms("ij,kj->ik", (0,))
    assert structure(one, ("k", "j")) == structure(other, ("z", "y"))
    assert structure(one, ("k", "j")) == structure(transposed, ("k", "j"))
    (another,) = terms("ij,jk->ki", (0,))
    assert structure(one, ("k", "j")) != structure(another, ("k", "j"))
