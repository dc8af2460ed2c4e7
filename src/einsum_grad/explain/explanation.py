"""`Explanation`: what `explain` returns, and its renderings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from einsum_grad.explain.derivation import Derivation
from einsum_grad.explain.document import document
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.latex.rows import equations
from einsum_grad.explain.notebook import Notebook
from einsum_grad.explain.text.explanation import text
from einsum_grad.explain.text.layout import WIDTH
from einsum_grad.explain.text.styles import Style


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(Notebook, Explained):
    """The gradients of a pattern, explained.

    `str()` is for reading, `to_dict()` for programs; notebooks show it in colour.
    """

    def derive(self) -> Derivation:
        """The same gradients, derived line by line.

        >>> from einsum_grad.explain import explain
        >>> derived = explain("i,i->", wrt=0).derive().to_dict()["derivations"][0]
        >>> [line["text"] for line in derived["lines"]][-2:]
        ['dX[i] = dZ · W[i]', ',i->i']
        """
        return Derivation(self)

    def to_dict(self) -> dict[str, Any]:
        """Everything as lists, dicts, numbers and strings, ready for `json.dumps`."""
        return document(self)

    def latex_rows(self, short: bool = False) -> list[str]:
        """The equations alone, as rows of an `align*` of amsmath."""
        return equations(self, short)

    def styled(self, style: Style, width: int = WIDTH) -> str:
        """The text in lines of at most `width` columns, each span in `style`."""
        return text(self, style, width=width)

    def html(self) -> str:
        """The same as a section of HTML, with equations in MathML and drawings in SVG."""
        from einsum_grad.explain.html import sections

        return sections.explanation(self)
