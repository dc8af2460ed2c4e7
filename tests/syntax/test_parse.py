import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from einsum_grad.errors import ArgumentError, EinsumGradError, PatternError
from einsum_grad.syntax import Equation, parse
from tests.strategies import Case, cases


def said(equation: Equation) -> tuple[list[tuple[str, ...]], tuple[str, ...] | None]:
    output = equation.output
    return [term.names for term in equation.inputs], None if output is None else output.names


@pytest.mark.parametrize(
    ("text", "inputs", "output"),
    [
        ("ij,jk->ik", [("i", "j"), ("j", "k")], ("i", "k")),
        ("ij,jk", [("i", "j"), ("j", "k")], None),
        ("ij->", [("i", "j")], ()),
        ("", [()], None),
        ("->", [()], ()),
        (",", [(), ()], None),
        (",->", [(), ()], ()),
        ("i,,j->ij", [("i",), (), ("j",)], ("i", "j")),
        ("...ij,...jk->...ik", [("...", "i", "j"), ("...", "j", "k")], ("...", "i", "k")),
        ("i...j->j...", [("i", "...", "j")], ("j", "...")),
        ("...", [("...",)], None),
        ("  i j , jk  -> i k ", [("i", "j"), ("j", "k")], ("i", "k")),
        ("ii->ii", [("i", "i")], ("i", "i")),
        ("βж,ж字->β字", [("β", "ж"), ("ж", "字")], ("β", "字")),
        ("一二->二", [("一", "二")], ("二",)),
        ("𝔸ª->𝔸", [("𝔸", "ª")], ("𝔸",)),
        ("iI->I", [("i", "I")], ("I",)),
    ],
)
def test_letters(text: str, inputs: list[tuple[str, ...]], output: tuple[str, ...] | None) -> None:
    assert said(parse(text)) == (inputs, output)


@pytest.mark.parametrize(
    ("text", "inputs", "output"),
    [
        ("batch i, i j -> batch j", [("batch", "i"), ("i", "j")], ("batch", "j")),
        ("batch i, i j", [("batch", "i"), ("i", "j")], None),
        ("x1 _ class -> __import__", [("x1", "_", "class")], ("__import__",)),
        ("... i,i->...", [("...", "i"), ("i",)], ("...",)),
        ("a...b->b...", [("a", "...", "b")], ("b", "...")),
        ("", [()], None),
        (" -> ", [()], ()),
        ("größe 軸-> 軸", [("größe", "軸")], ("軸",)),
    ],
)
def test_named(text: str, inputs: list[tuple[str, ...]], output: tuple[str, ...] | None) -> None:
    assert said(parse(text, "named")) == (inputs, output)


def test_ellipsis_may_touch_names_on_both_sides() -> None:
    assert said(parse("a...b", "named")) == said(parse("a ... b", "named"))


@pytest.mark.parametrize("notation", ["letters", "named"])
def test_every_label_has_its_position(notation: str) -> None:
    text = " ab c , ... d->  d ..."
    equation = parse(text, notation)
    for label in equation.labels():
        assert text.startswith(label.name, label.start)
    places = [label.start for label in equation.labels()]
    assert places == sorted(set(places))


def test_equation_keeps_its_text_and_notation() -> None:
    equation = parse("i j -> j", "named")
    assert (equation.text, equation.notation) == ("i j -> j", "named")


def test_equation_is_a_value() -> None:
    assert parse("ij->ji") == parse("ij->ji")
    assert hash(parse("ij->ji")) == hash(parse("ij->ji"))
    assert parse("ij->ji") != parse("ij -> ji")
    assert pickle.loads(pickle.dumps(parse("ij->ji"))) == parse("ij->ji")


@given(cases())
def test_both_notations_mean_the_same(case: Case) -> None:
    letters, named = said(parse(case.letters)), said(parse(case.named, "named"))
    assert letters == ([*case.inputs], case.output)
    found: dict[str, str] = {}
    for one, other in zip(letters[0], named[0], strict=True):
        assert len(one) == len(other)
        found |= zip(one, other, strict=True)
    if letters[1] is not None and named[1] is not None:
        found |= zip(letters[1], named[1], strict=True)
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("notation", ["", "words", None, 3, ["letters"]])
def test_other_notations_are_refused(notation: str) -> None:
    with pytest.raises(ArgumentError, match="notation is one of letters, named, and not"):
        parse("i->", notation)


@pytest.mark.parametrize("text", ["²", "x²", "½ x"])
def test_characters_like_superscripts_are_in_no_name(text: str) -> None:
    with pytest.raises(PatternError, match="contains a character that no name can have"):
        parse(text, "named")


@pytest.mark.parametrize("sign", ["→", "⇒", "⟶", "➔", "➡", "…"])
def test_lookalikes_of_arrows_and_ellipses_are_labels_beside_an_arrow(sign: str) -> None:
    assert said(parse(f"{sign}i->i{sign}")) == ([(sign, "i")], ("i", sign))
    machine_made = f"i{sign}" + ",i" * 500
    assert said(parse(machine_made))[0][0] == ("i", sign)
    with pytest.raises(PatternError):
        parse(f"{sign}i")


pieces = st.text() | st.lists(
    st.sampled_from([*"ij²一é_1.,-> =→\t\n\x00\u202e\ud800🙂()", "->", "...", "ab"]), max_size=12
).map("".join)


@given(pieces, st.sampled_from(["letters", "named"]))
@example("\ud800", "named")
@example("i" * 70, "letters")
def test_any_text_is_an_equation_or_a_refusal_that_points_into_it(text: str, notation: str) -> None:
    try:
        equation = parse(text, notation)
    except EinsumGradError as error:
        assert_points_into(text, error)
        return
    words = [label.name for label in equation.labels()]
    assert "".join(words) == text.replace(",", "").replace("->", "").replace(" ", "")


def assert_points_into(text: str, error: EinsumGradError) -> None:
    assert isinstance(error, PatternError)
    assert error.pattern == text
    assert error.position is not None
    assert 0 <= error.position <= len(text)
    message, shown, caret = str(error).split("\n")
    assert message
    assert shown.startswith("    ")
    assert shown.isprintable()
    assert caret.strip() == "^"


@given(pieces)
def test_the_hinted_correction_of_letters_parses(text: str) -> None:
    try:
        parse(text)
    except PatternError as error:
        if "->: '" in (message := str(error).split("\n")[0]):
            parse(message.split("->: '")[1].removesuffix("'"))
