"""`Formulas` in HTML: equations in MathML, and below each derivative NumPy's notation."""

from __future__ import annotations

from collections.abc import Iterator

from einsum_grad.calculus.derive import Derivation
from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.explain.expression.formulas import Formula, formulas
from einsum_grad.explain.expression.mathml import MATHML, finished
from einsum_grad.explain.html.mathml import math
from einsum_grad.explain.html.page import cell
from einsum_grad.explain.html.sections import formula


def notebook(derivation: Derivation, order: int = 2) -> str:
    """The value, the derivatives and what the names in them stand for, as a cell.

    >>> from einsum_grad.calculus.derive import derivation
    >>> shown = notebook(derivation("a @ x", "a: n, x: n", "x"), order=1)
    >>> shown.count("<math"), "<code>a</code>" in shown
    (2, True)
    """
    return cell("\n".join(_lines(derivation, order)))


def _lines(derivation: Derivation, order: int) -> Iterator[str]:
    found = formulas(derivation, order, MATHML)
    yield f"<h2><code>{escaped(derivation.text)}</code></h2>"
    yield _equation(found.value.left, found.value.formula)
    hessians = (each for at, row in enumerate(found.hessians) for each in row[at:])
    for each in (*found.gradients, *hessians):
        yield from _derivative(each)
    if found.definitions:
        yield "<p>with</p>"
    for definition in found.definitions:
        yield _equation(definition.left, definition.formula)


def _derivative(found: Formula) -> Iterator[str]:
    yield _equation(found.left, found.formula)
    yield f"<p>in NumPy <code>{escaped(found.numpy)}</code></p>"


def _equation(left: str, right: str) -> str:
    return formula(math(finished(f"{left}<mo>=</mo>{right}")))
