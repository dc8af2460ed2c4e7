import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.errors import ArgumentError, PatternError
from einsum_grad.visible import visible, visible_lines


@pytest.mark.parametrize("char", ["i", "軸", " ", "🙂", "…", "×", "→", "א"])
def test_what_a_terminal_shows_stays(char: str) -> None:
    assert visible(char) == char


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\0", r"\x00"),
        ("\x1b", r"\x1b"),
        ("\n", r"\n"),
        ("\u202e", r"\u202e"),  # turns the rest around
        ("\u200b", r"\u200b"),
        ("\u0301", r"\u0301"),  # stands on what is before it
        ("\u3000", r"\u3000"),
        ("\u2028", r"\u2028"),
        ("\u3164", r"\u3164"),  # a letter of which nothing is seen
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("\ue000", r"\ue000"),  # for private use
        ("\u0378", r"\u0378"),  # nobody's
    ],
)
def test_what_is_not_seen_in_its_place_is_escaped(char: str, shown: str) -> None:
    assert visible(f"a{char}b") == f"a{shown}b"


@given(st.text(st.characters(max_codepoint=sys.maxunicode)))
def test_a_visible_text_is_printable_and_stays_what_it_is(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert all(unicodedata.category(char)[0] != "M" for char in shown)
    assert visible(shown) == shown


def test_lines_stay_lines() -> None:
    assert visible_lines("a\x1b\nb\r\n") == "a\\x1b\nb\\r\n"


def test_no_refusal_holds_what_is_not_seen() -> None:
    assert str(ArgumentError("no \x1b[31m\nno \u202e")) == "no \\x1b[31m\nno \\u202e"
    assert str(PatternError("no \x1b", "\x1b", 0)) == "no \\x1b"
    assert PatternError("no", "\x1b", 0).pattern == "\x1b"
