"""`Explained` to LaTeX."""

from __future__ import annotations

from einsum_grad.explain.explained import Explained
from einsum_grad.explain.spelling import LATEX, equation


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
