"""What `print` and notebooks show."""

from __future__ import annotations

from abc import ABC, abstractmethod

from einsum_grad.explain.latex.page import align, file, in_notebook
from einsum_grad.explain.text.layout import WIDTH
from einsum_grad.explain.text.styles import Style, plain


class Notebook(ABC):
    """`str()`, HTML and LaTeX for notebooks, made from `styled`, `html` and `latex_rows`.

    >>> from einsum_grad.explain import explain
    >>> explain("i->i")._repr_html_().startswith('<div class="eg">')
    True
    """

    __slots__ = ()

    @abstractmethod
    def styled(self, style: Style, width: int = WIDTH) -> str:
        """The text in lines of at most `width` columns, each span in `style`."""

    @abstractmethod
    def latex_rows(self, short: bool = False) -> list[str]:
        """The rows of an `align*` of amsmath; `short` leaves out the middle of very long ones."""

    def latex(self, short: bool = False, document: bool = False) -> str:
        """The equations as an `align*` of amsmath, or as a document that pdflatex takes.

        `short` leaves out the middle of very long sums and products.
        """
        body = align([self.latex_rows(short)])
        return file(body) if document else body

    def __str__(self) -> str:
        return self.styled(plain)

    def __repr__(self) -> str:
        return self.styled(plain)

    @abstractmethod
    def html(self) -> str:
        """The same as a section of HTML, with equations in MathML and drawings in SVG."""

    def _repr_html_(self) -> str:
        from einsum_grad.explain.html.page import cell

        return cell(self.html())

    def _repr_latex_(self) -> str:
        return in_notebook(self.latex_rows(short=True))
