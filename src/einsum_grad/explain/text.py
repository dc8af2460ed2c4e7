"""`Explained` to text, for terminals and notebooks, and to LaTeX."""

from __future__ import annotations

from einsum_grad.explain.blocks import Writer
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.layout import lines
from einsum_grad.explain.spelling import LATEX, UNICODE, Spelling, equation
from einsum_grad.explain.styles import Style, plain, styled


def text(explanation: Explained, style: Style = plain, spelling: Spelling = UNICODE) -> str:
    """The explanation as text; for the choices see the modules `styles` and `spelling`."""
    return styled(lines(Writer(explanation, spelling)), style)


def latex(explanation: Explained) -> str:
    """The equations alone, in LaTeX, as rows of an `align*`."""
    formulas = [
        explanation.forward_formula(),
        *map(explanation.gradient_formula, explanation.gradients),
    ]
    rows = (equation(formula, LATEX, short=True).replace("=", "&=", 1) for formula in formulas)
    return ROW_END.join(rows)


ROW_END = " \\\\\n"
"""The separator between rows of LaTeX."""
