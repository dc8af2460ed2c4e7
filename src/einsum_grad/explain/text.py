"""`Explained` to text: for a terminal and a notebook, and for LaTeX."""

from __future__ import annotations

from einsum_grad.explain.blocks import Writer
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.layout import lines
from einsum_grad.explain.spelling import LATEX, UNICODE, Spelling, equation
from einsum_grad.explain.styles import Style, plain, styled


def text(explanation: Explained, style: Style = plain, spelling: Spelling = UNICODE) -> str:
    """The explanation as lines; `styles` and `spelling` hold what there is to choose from."""
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
"""What ends a row of LaTeX and begins the next."""
