"""`Explained` to text."""

from __future__ import annotations

from einsum_grad.explain.blocks import Writer
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.spelling import UNICODE, Spelling
from einsum_grad.explain.text.layout import WIDTH, lines
from einsum_grad.explain.text.styles import Style, plain, styled


def text(
    explanation: Explained,
    style: Style = plain,
    spelling: Spelling = UNICODE,
    width: int = WIDTH,
) -> str:
    """The explanation as text; for the choices see the modules `styles` and `spelling`."""
    return styled(lines(Writer(explanation, spelling), width), style)
