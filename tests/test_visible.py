import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.errors import ArgumentError, PatternError
from einsum_grad.visible import visible, visible_lines


@pytest.mark.parametrize("char", ["i", "軸", " ", "🙂", "…", "×", "→", "א"])
def test_shown_characters_stay(char: str) -> None:
    assert visible(char) == char


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\0", r"\x00"),
        ("\x1b", r"\x1b"),
        ("\n", r"\n"),
        ("\u202e", r"\u202e"),  # reverses the rest
        ("\u200b", r"\u200b"),
        ("\u0301", r"\u0301"),  # combines with the previous character
        ("\u3000", r"\u3000"),
        ("\u2028", r"\u2028"),
        ("\u3164", r"\u3164"),  # a letter that looks blank
        ("\ud800", r"\ud800"),
        ("\U000e0001", r"\U000e0001"),
        ("\ue000", r"\ue000"),  # private use
        ("\u0378", r"\u0378"),  # unassigned
    ],
)
def test_characters_not_shown_in_place_are_escaped(char: str, shown: str) -> None:
    assert visible(f"a{char}b") == f"a{shown}b"


@given(st.text(st.characters(max_codepoint=sys.maxunicode)))
def test_visible_text_is_printable_and_stable(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert all(unicodedata.category(char)[0] != "M" for char in shown)
    assert visible(shown) == shown


def test_lines_stay_lines() -> None:
    assert visible_lines("a\x1b\nb\r\n") == "a\\x1b\nb\\r\n"


def test_no_error_message_has_invisible_characters() -> None:
    assert str(ArgumentError("no \x1b[31m\nno \u202e")) == "no \\x1b[31m\nno \\u202e"
    assert str(PatternError("no \x1b", "\x1b", 0)) == "no \\x1b"
    assert PatternError("no", "\x1b", 0).pattern == "\x1b"
