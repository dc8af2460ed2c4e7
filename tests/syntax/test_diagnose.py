import pytest

from einsum_grad.errors import PatternError
from einsum_grad.syntax import parse


def refusal(text: str, notation: str) -> tuple[str, int | None]:
    with pytest.raises(PatternError) as caught:
        parse(text, notation)
    return str(caught.value).split("\n")[0], caught.value.position


ARROW = "the arrow is written ->"
OTHER = (
    "is not allowed in a pattern: a label is a letter, terms are separated by commas, "
    "the arrow is ->"
)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("ij,jk=>ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk -->ik", 6, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk->>ik", 7, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk→ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk ⇒ ik", 6, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk–>ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk—>ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk−>ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk~>ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk>ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk - > ik", 6, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk-ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("ij,jk- ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("i>j>k", 1, ARROW),
        ("i->j=>k", 4, ARROW),
        (f"{'i' * 60}>", 60, ARROW),
        ("ij->i->j", 5, "a pattern has one arrow, and this is the second"),
        ("i->->", 3, "a pattern has one arrow, and this is the second"),
        ("i->j,k", 4, "an einsum has one output, and this comma would begin a second"),
        ("i..j", 1, "an ellipsis is three dots in a row: ..."),
        ("i.", 1, "an ellipsis is three dots in a row: ..."),
        ("i....", 4, "an ellipsis is three dots in a row: ..."),
        ("...i...", 4, "a term has at most one ellipsis, and this is its second"),
        ("......", 3, "a term has at most one ellipsis, and this is its second"),
        ("i1", 1, "a label is a letter, and this is a digit"),
        ("3", 0, "a label is a letter, and this is a digit"),
        (
            "i_j",
            1,
            "a label is one letter; for names use notation='named' and separate them by spaces",
        ),
        ("(ij)", 0, "'(' has no meaning in an einsum: axes are neither grouped nor split"),
        ("i]", 1, "']' has no meaning in an einsum: axes are neither grouped nor split"),
        ("i;j", 1, f"';' {OTHER}"),
        ("i²", 1, f"'²' {OTHER}"),
        ("½", 0, f"'½' {OTHER}"),
        ("i\xa0j", 1, f"\\xa0 (no-break space) {OTHER}"),
        ("i\xadj", 1, f"\\xad (soft hyphen) {OTHER}"),
        ("ij;→k", 2, f"';' {OTHER}"),
        ("ij,jk--ik", 5, f"{ARROW}: 'ij,jk->ik'"),
        ("i-!", 1, f"'-' {OTHER}"),
        ("i→j…", 1, f"{ARROW}: 'i->j…'"),
        ("i–>->j", 1, ARROW),
        ("i…j", 1, "this is one character; an ellipsis is three dots in a row: ..."),
    ],
)
def test_letters(text: str, position: int, message: str) -> None:
    assert refusal(text, "letters") == (message, position)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("a b => b", 4, f"{ARROW}: 'a b->b'"),
        ("a b -> b -> a", 9, "a pattern has one arrow, and this is the second"),
        ("a -> b, c", 6, "an einsum has one output, and this comma would begin a second"),
        ("... a ...", 6, "a term has at most one ellipsis, and this is its second"),
        ("a 1b", 2, "a label is a letter, and this is a digit: a name can't begin with one"),
        ("(a b)", 0, "'(' has no meaning in an einsum: axes are neither grouped nor split"),
        ("a;b", 1, f"';' {OTHER.replace('letter', 'name')}"),
    ],
)
def test_named(text: str, position: int, message: str) -> None:
    assert refusal(text, "named") == (message, position)


@pytest.mark.parametrize("text", ["ij,jk-", "i-", "-", "i- "])
def test_an_arrow_without_its_head_was_cut_off_by_the_shell(text: str) -> None:
    message, position = refusal(text, "letters")
    assert position == text.index("-")
    assert "in a shell, > redirects the output, so quote the pattern" in message


@pytest.mark.parametrize("char", ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\ud88c"])
def test_invisible_characters_are_named_by_code_point(char: str) -> None:
    message, position = refusal(f"i{char}j", "letters")
    assert position == 1
    assert message.isprintable()
    assert f"(character u+{ord(char):04x})" in message.lower()
