"""`Formulas` in LaTeX: an equation a line, aligned."""

from __future__ import annotations

from einsum_grad.calculus.derive import Derivation
from einsum_grad.explain.expression.formulas import formulas
from einsum_grad.explain.expression.symbols import LATEX


def latex(derivation: Derivation, order: int = 2) -> str:
    r"""The value, the derivatives and what the names in them stand for, as one LaTeX formula.

    >>> from einsum_grad.calculus.derive import derivation
    >>> print(latex(derivation("a @ x", "a: n, x: n", "x"), order=1))
    \begin{aligned}
    f &= \sum_{n} a_{n} \, x_{n} \\
    \frac{\partial f}{\partial x_{n}} &= a_{n}
    \end{aligned}
    """
    found = formulas(derivation, order, LATEX)
    hessians = [each for at, row in enumerate(found.hessians) for each in row[at:]]
    lines = [
        *((each.left, each.formula) for each in (found.value, *found.gradients, *hessians)),
        *((each.left, each.formula) for each in found.definitions),
    ]
    body = " \\\\\n".join(f"{left} &= {right}" for left, right in lines)
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
