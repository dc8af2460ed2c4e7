import itertools

import pytest

from einsum_grad.errors import ArgumentTypeError, PatternError
from einsum_grad.syntax import parse
from einsum_grad.syntax.limits import MAX_AXES, MAX_LENGTH, MAX_OPERANDS

DISTINCT = "".join(map(chr, range(0x4E00, 0x4E00 + 70)))


@pytest.mark.parametrize("text", [None, 3, b"ij->ji", ["ij->ji"], ("i",), 1.5])
def test_non_strings_are_refused_by_type(text: object) -> None:
    with pytest.raises(ArgumentTypeError, match=f"a pattern is a str.*{type(text).__name__}"):
        parse(text)  # type: ignore[arg-type]  # that is the mistake


def test_a_text_of_10_megabytes_is_refused_and_quoted_in_part() -> None:
    with pytest.raises(
        PatternError, match="10000000 characters, and the limit is 100000"
    ) as refusal:
        parse("i" * 10_000_000)
    assert len(str(refusal.value)) < 200


def test_the_length_limit_is_exact() -> None:
    assert parse(" " * MAX_LENGTH).inputs[0].names == ()
    with pytest.raises(PatternError, match="the limit is 100000"):
        parse(" " * (MAX_LENGTH + 1))


def test_the_limit_of_operands_is_exact() -> None:
    assert len(parse("," * (MAX_OPERANDS - 1)).inputs) == MAX_OPERANDS
    with pytest.raises(PatternError, match="has 10001 operands, and the limit is 10000"):
        parse("," * MAX_OPERANDS)


def test_a_chain_of_1000_operands_is_read() -> None:
    names = [f"n{number}" for number in range(1001)]
    text = ", ".join(map(" ".join, itertools.pairwise(names))) + f" -> {names[0]} {names[-1]}"
    assert len(parse(text, "named").inputs) == 1000


@pytest.mark.parametrize("notation", ["letters", "named"])
@pytest.mark.parametrize("where", ["{}", "i,{}->i", "i->{}"])
def test_as_many_labels_as_an_array_has_axes(notation: str, where: str) -> None:
    space = " " if notation == "named" else ""
    most = space.join(DISTINCT[:MAX_AXES])
    parse(where.format(most), notation)
    with pytest.raises(PatternError, match="more than 64 labels") as refusal:
        parse(where.format(f"{most}{space}{DISTINCT[MAX_AXES]}"), notation)
    assert refusal.value.position == where.index("{")


def test_an_ellipsis_counts_as_one_label_at_most() -> None:
    parse("..." + DISTINCT[: MAX_AXES - 1])
    parse("... " + " ".join(DISTINCT[: MAX_AXES - 1]), "named")
    with pytest.raises(PatternError, match="more than 64 labels"):
        parse("..." + DISTINCT[: MAX_AXES + 1])


def test_spaces_are_no_labels() -> None:
    assert len(parse(" " * 200 + "i" + " " * 200).inputs[0].names) == 1
