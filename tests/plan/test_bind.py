import pytest
from hypothesis import given

from einsum_grad.errors import OperandError
from einsum_grad.plan import UNIT, Bound, bind, pattern_of
from einsum_grad.syntax import parse
from tests.strategies import Case, cases


def bound(text: str, *shapes: tuple[int, ...], **given: int) -> Bound:
    equation = parse(text)
    return bind(equation, pattern_of(equation, given), shapes, given)


@pytest.mark.parametrize(
    ("text", "shapes", "pattern", "sizes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)], "ij,jk->ik", {"i": 2, "j": 3, "k": 4}),
        ("...", [(2, 3)], "ab->ab", {"a": 2, "b": 3}),
        ("...->...", [()], "->", {}),
        ("a...->...a", [(2, 3)], "ab->ba", {"a": 2, "b": 3}),
        ("i...j->j...i", [(2, 3, 4, 5)], "iabj->jabi", {"i": 2, "a": 3, "b": 4, "j": 5}),
        ("...i,...->...", [(2, 3, 4), (3,)], "abi,b->ab", {"a": 2, "b": 3, "i": 4}),
        ("...,...->...", [(3,), (2, 3)], "b,ab->ab", {"a": 2, "b": 3}),
        ("...,...->...", [(1, 3), (2, 1)], "1b,a1->ab", {"a": 2, "b": 3}),
        ("...ii->...i", [(5, 3, 3)], "aii->ai", {"a": 5, "i": 3}),
        ("i,i->", [(3,), (1,)], "i,1->", {"i": 3}),
        ("i,i->", [(1,), (3,)], "1,i->", {"i": 3}),
        ("i,i,i->i", [(1,), (3,), (1,)], "1,i,1->i", {"i": 3}),
        ("i,i->i", [(1,), (0,)], "1,i->i", {"i": 0}),
        ("i,i->i", [(0,), (1,)], "i,1->i", {"i": 0}),
        ("i,i->i", [(1,), (1,)], "i,i->i", {"i": 1}),
        ("ii,i->i", [(1, 1), (3,)], "11,i->i", {"i": 3}),
        ("ij,ij->", [(1, 3), (2, 1)], "1j,i1->", {"i": 2, "j": 3}),
        ("i->", [(1,)], "i->", {"i": 1}),
    ],
)
def test_pattern_fits_the_shapes(
    text: str, shapes: list[tuple[int, ...]], pattern: str, sizes: dict[str, int]
) -> None:
    found = bound(text, *shapes)
    assert str(found.pattern) == pattern
    assert dict(found.sizes) == sizes
    assert all(label != UNIT for label, _ in found.sizes)


def test_stretched_axes_are_reported_with_their_label() -> None:
    assert bound("ij,ij->ij", (1, 3), (2, 1)).stretched == ((0, 0, "i"), (1, 1, "j"))
    assert bound("...,...->...", (4, 3), (1,)).stretched == ((1, 0, "b"),)
    assert bound("i,i->i", (1,), (1,)).stretched == ()


def test_given_sizes_are_those_of_the_output_only() -> None:
    found = bound("i->ib", (3,), b=4)
    assert dict(found.sizes) == {"i": 3, "b": 4}


def test_no_sizes_need_be_given() -> None:
    equation = parse("ij->i")
    assert dict(bind(equation, pattern_of(equation), [(2, 3)]).sizes) == {"i": 2, "j": 3}


def test_labels_of_an_ellipsis_are_new() -> None:
    found = bound("...ab,...c->...", (2, 3, 4, 5), (2, 3, 6))
    assert str(found.pattern) == "deab,dec->de"


@given(cases())
def test_sizes_are_those_of_the_definition(case: Case) -> None:
    equation = parse(case.letters)
    found = bind(equation, pattern_of(equation, case.given), case.shapes, case.given)
    sizes = dict(found.sizes)
    for term, labels, shape in zip(found.pattern.inputs, case.terms, case.shapes, strict=True):
        assert len(term) == len(labels)
        for label, own, size in zip(term, labels, shape, strict=True):
            assert (label == UNIT) == (size != case.sizes[own])
            assert size == (1 if label == UNIT else sizes[label])
    assert tuple(sizes[label] for label in found.pattern.output) == case.result_shape
    assert len(sizes) == len(case.sizes)


@pytest.mark.parametrize(
    ("text", "shapes", "position", "message"),
    [
        ("ij,jk->ik", [(2, 3)], 0, "the pattern has 2 operands, but 1 was given"),
        ("ij->ij", [(2, 3)] * 2, 0, "the pattern has 1 operand, but 2 were given"),
        ("ij->ij", [], 0, "the pattern has 1 operand, but 0 were given"),
        (
            "ij,jk->ik",
            [(2, 3), (4, 5)],
            3,
            (
                "the sizes of 'j' disagree: 3 in operand 0 (X) (axis 1)"
                " and 4 in operand 1 (W) (axis 0)"
            ),
        ),
        (
            "i,i,i->",
            [(1,), (2,), (3,)],
            4,
            (
                "the sizes of 'i' disagree: 2 in operand 1 (B) (axis 0)"
                " and 3 in operand 2 (C) (axis 0)"
            ),
        ),
        (
            "ii->i",
            [(1, 3)],
            1,
            (
                "the sizes of 'i' disagree: 1 in operand 0 (X) (axis 0)"
                " and 3 in operand 0 (X) (axis 1)"
                "; axes of one operand that share a label must be equal, even if one is 1"
            ),
        ),
        (
            "ii->i",
            [(2, 3)],
            1,
            (
                "the sizes of 'i' disagree: 2 in operand 0 (X) (axis 0)"
                " and 3 in operand 0 (X) (axis 1)"
            ),
        ),
        (
            "...,...->...",
            [(2, 3), (2, 4)],
            4,
            (
                "the sizes of '...' disagree: 3 in operand 0 (X) (axis 1) and 4 in operand 1 (W)"
                " (axis 1)"
            ),
        ),
        (
            "i,i->",
            [(0,), (2,)],
            2,
            (
                "the sizes of 'i' disagree: 0 in operand 0 (X) (axis 0)"
                " and 2 in operand 1 (W) (axis 0)"
            ),
        ),
        (
            "ij,j->i",
            [(2, 3, 4), (3,)],
            0,
            (
                "operand 0 (X) has shape (2, 3, 4), which is 3 axes, but its term names 2"
                "; an ellipsis (...) takes the others"
            ),
        ),
        (
            "ij,jk->i",
            [(2, 3), (3,)],
            3,
            "operand 1 (W) has shape (3,), which is 1 axis, but its term names 2",
        ),
        (
            "i,->i",
            [(2,), (3,)],
            0,
            (
                "operand 1 (W) has shape (3,), which is 1 axis, but its term names 0"
                "; an ellipsis (...) takes the others"
            ),
        ),
        (
            "i...j->...",
            [(2,)],
            0,
            "operand 0 (X) has shape (2,), which is 1 axis, but its term names at least 2",
        ),
    ],
)
def test_a_misfit_names_operand_label_axis_and_sizes(
    text: str, shapes: list[tuple[int, ...]], position: int, message: str
) -> None:
    with pytest.raises(OperandError) as refusal:
        bound(text, *shapes)
    told, shown, caret = str(refusal.value).split("\n")
    assert told == message
    assert shown == f"    {text}"
    assert caret == " " * (4 + position) + "^"


@pytest.mark.parametrize(
    ("text", "shapes", "pattern"),
    [
        ("i...->i", [(2, 3, 4)], "iab->i"),
        ("...->", [(2, 3)], "ab->"),
        ("i...,...->i", [(2, 5, 3), (3,)], "iab,b->i"),
        ("i...,...->i", [(2, 5, 3), (1,)], "iab,1->i"),
        ("i...,i...->i", [(2, 1), (2, 3)], "i1,ia->i"),
    ],
)
def test_an_ellipsis_that_the_output_lacks_is_summed_over(
    text: str, shapes: list[tuple[int, ...]], pattern: str
) -> None:
    assert str(bound(text, *shapes).pattern) == pattern


def test_ellipsis_of_no_axes_needs_none_in_the_output() -> None:
    assert str(bound("i...->i", (3,)).pattern) == "i->i"


def test_output_has_no_more_axes_than_an_array() -> None:
    labels = [chr(0x4E00 + number) for number in range(70)]
    first, second = "".join(labels[:35]), "".join(labels[35:])
    ones = (1,) * 35
    with pytest.raises(OperandError, match="the output has 70 axes, but an array has at most 64"):
        bound(f"{first},{second}", ones, ones)
    bound(f"{first},{second[:29]}", ones, ones[:29])
