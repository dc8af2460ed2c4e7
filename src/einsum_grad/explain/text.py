"""`Explanation` to text: for a terminal, for a notebook, for LaTeX."""

from __future__ import annotations

from einsum_grad.explain.blocks import Writer
from einsum_grad.explain.explanation import Explanation
from einsum_grad.explain.layout import lines
from einsum_grad.explain.spelling import LATEX, UNICODE, Spelling, equation
from einsum_grad.explain.styles import Style, marked_up, plain, styled


def text(explanation: Explanation, style: Style = plain, spelling: Spelling = UNICODE) -> str:
    """The explanation as lines; `styles` and `spelling` hold what there is to choose from."""
    return styled(lines(Writer(explanation, spelling)), style)


def html(explanation: Explanation) -> str:
    """The explanation as HTML, as a notebook shows it."""
    return f"<pre>{text(explanation, marked_up)}</pre>"


def latex(explanation: Explanation) -> str:
    """The equations alone, in LaTeX, as rows of an `align*`."""
    formulas = [
        explanation.forward_formula(),
        *map(explanation.gradient_formula, explanation.gradients),
    ]
    rows = (equation(formula, LATEX, short=True).replace("=", "&=", 1) for formula in formulas)
    return ROW_END.join(rows)


def displayed(rows: str) -> str:
    """Rows of LaTeX as a notebook's export shows them."""
    return f"$$\\begin{{aligned}}\n{rows}\n\\end{{aligned}}$$"


ROW_END = " \\\\\n"
"""What ends a row of LaTeX and begins the next."""
