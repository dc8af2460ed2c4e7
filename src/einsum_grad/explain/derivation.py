"""`Derivation`: the gradients of an explanation, derived line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from einsum_grad.explain.derivation_document import document
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.latex.rows import derivation
from einsum_grad.explain.notebook import Notebook
from einsum_grad.explain.text.derivation import text
from einsum_grad.explain.text.layout import WIDTH
from einsum_grad.explain.text.styles import Style


@dataclass(frozen=True, slots=True, repr=False)
class Derivation(Notebook):
    """The gradients of a pattern, each derived from the pattern line by line.

    `str()` is for reading, `to_dict()` for programs, `latex()` for papers.

    >>> from einsum_grad.explain import explain
    >>> print(explain("ij->i").derive())
    Z[i]            = Σ_j  X[i,j]
        element: an entry of Z is an entry of X, summed over j
    <BLANKLINE>
    dZ is ∂L/∂Z, the derivative of a loss L
    <BLANKLINE>
    ∂Z[i]/∂X[i',j'] = Σ_j  ∂X[i,j]/∂X[i',j']
        product rule: X[i',j'] is any entry of X; a sum is differentiated term by term
                    = Σ_j  δ(i,i') · δ(j,j')
        deltas: an entry changes with itself alone; a delta is 1 where its indices are equal, else 0
    dX[i',j']       = Σ_i Σ_j  δ(i,i') · δ(j,j') · dZ[i]
        chain rule: every entry of Z counts: dZ[i] times the derivative above, summed over i
                    = dZ[i']
        contraction: the deltas leave one term of the sums over i and j: i=i' and j=j'
    dX[i,j]         = dZ[i]
        renaming: i and j are free again: they replace i' and j'
                      i->ij
        pattern: the labels alone, dZ in the place of X
        no operand on the left has j: every j gets the same gradient
    """

    explanation: Explained

    def to_dict(self) -> dict[str, Any]:
        """Everything as lists, dicts, numbers and strings, ready for `json.dumps`."""
        return document(self.explanation)

    def latex_rows(self, short: bool = False) -> list[str]:
        """The lines, as rows of an `align*` of amsmath, each with its rule's name."""
        return derivation(self.explanation, short)

    def styled(self, style: Style, width: int = WIDTH) -> str:
        """The text in lines of at most `width` columns, each span in `style`."""
        return text(self.explanation, style, width=width)

    def html(self) -> str:
        """The same as a section of HTML, with equations in MathML and drawings in SVG."""
        from einsum_grad.explain.html import sections

        return sections.derivation(self.explanation)
