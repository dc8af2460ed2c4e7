"""`Formulas` in LaTeX: an equation a row, aligned."""

from __future__ import annotations

from einsum_grad.calculus.derive import Derivation
from einsum_grad.explain.expression.formulas import formulas
from einsum_grad.explain.expression.symbols import LATEX
from einsum_grad.explain.latex.page import align, file


def latex(derivation: Derivation, order: int = 2, document: bool = False) -> str:
    r"""The value, the derivatives and what the names in them stand for, as an `align*`.

    With `document` it is a file that pdflatex takes.

    >>> from einsum_grad.calculus.derive import derivation
    >>> print(latex(derivation("a @ x", "a: n, x: n", "x"), order=1))
    \begin{align*}
    f &= \sum_{n} a_{n} \, x_{n} \\
    \frac{\partial f}{\partial x_{n}} &= a_{n}
    \end{align*}
    """
    body = align([rows(derivation, order)])
    return file(body) if document else body


def rows(derivation: Derivation, order: int = 2) -> list[str]:
    """The rows of the `align*`."""
    found = formulas(derivation, order, LATEX)
    hessians = [each for at, row in enumerate(found.hessians) for each in row[at:]]
    shown = (found.value, *found.gradients, *hessians)
    return [
        *(f"{each.left} &= {each.formula}" for each in shown),
        *(f"{each.left} &= {each.formula}" for each in found.definitions),
    ]
