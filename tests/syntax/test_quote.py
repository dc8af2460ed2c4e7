import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.syntax.quote import pointed, refuse, shorten


@pytest.mark.parametrize(
    ("text", "position", "lines"),
    [
        ("i.j", 1, ["    i.j", "     ^"]),
        ("i.j", 0, ["    i.j", "    ^"]),
        ("i.j", 3, ["    i.j", "       ^"]),
        ("", 0, ["    ", "    ^"]),
        ("軸軸.", 2, ["    軸軸.", "        ^"]),  # two columns wide in a terminal
        ("Ａ.", 1, ["    Ａ.", "      ^"]),
        ("ж.", 1, ["    ж.", "     ^"]),
        ("i\0.", 2, ["    i\\x00.", "         ^"]),
        ("i\n.", 2, ["    i\\n.", "       ^"]),
        ("\u202ei.", 2, ["    \\u202ei.", "           ^"]),
        ("e\u0301.", 2, ["    e\\u0301.", "           ^"]),
        ("a" * 60 + ".", 60, ["    …" + "a" * 50 + ".", "    " + " " * 51 + "^"]),
        ("." + "b" * 30, 0, ["    ." + "b" * 24 + "…", "    ^"]),
        ("." + "b" * 24, 0, ["    ." + "b" * 24, "    ^"]),
        ("a" * 50 + ".", 50, ["    " + "a" * 50 + ".", "    " + " " * 50 + "^"]),
    ],
)
def test_caret_is_below_the_position(text: str, position: int, lines: list[str]) -> None:
    assert pointed(text, position).split("\n") == lines


@given(st.text(), st.integers(0, 50))
def test_a_quotation_is_two_visible_lines(text: str, position: int) -> None:
    shown, caret = pointed(text, min(position, len(text))).split("\n")
    assert shown.isprintable()
    assert set(caret) <= {" ", "^"}


def test_refusal_carries_the_pattern_and_the_position() -> None:
    error = refuse("no", "i.j", 1)
    assert (str(error), error.pattern, error.position) == ("no\n    i.j\n     ^", "i.j", 1)


def test_long_texts_are_shortened() -> None:
    assert shorten("i" * 40) == f"'{'i' * 40}'"
    assert shorten("i" * 41) == f"'{'i' * 40}…'"
    assert shorten("\0\u202e") == "'\\x00\\u202e'"
