"""A Jacobian or a Hessian to a section of HTML."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.explain.derivative import left, right_pieces
from einsum_grad.explain.html.mathml import MATHML, in_pieces
from einsum_grad.explain.html.sections import formula, table
from einsum_grad.explain.spelling import UNICODE
from einsum_grad.explain.text.derivative import rows
from einsum_grad.plan import Derivative


def section(derivative: Derivative, sizes: Mapping[str, int], notation: str) -> str:
    """The equation and the table below it; `sizes` are the known ones."""
    shown = in_pieces(_quotient(derivative), right_pieces(derivative, MATHML))
    return f"{formula(shown)}\n{table(rows(derivative, sizes, notation, UNICODE))}"


def _quotient(derivative: Derivative) -> str:
    numerator, *variables = map(MATHML.factor, left(derivative))
    order = len(variables)
    sign = f"<msup><mo>∂</mo><mn>{order}</mn></msup>" if order > 1 else "<mo>∂</mo>"
    under = "".join(f"<mrow><mo>∂</mo>{variable}</mrow>" for variable in variables)
    return f"<mfrac><mrow>{sign}{numerator}</mrow><mrow>{under}</mrow></mfrac>"
