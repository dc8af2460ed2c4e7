"""Rows to what compiles: an `align*`, or a whole file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from einsum_grad.explain.latex.rows import ROW_END

_APART = " \\\\[2ex]\n"


def align(groups: Iterable[Sequence[str]]) -> str:
    r"""The groups of rows as one `align*` of amsmath.

    >>> print(align([["a &= b", "c &= d"], ["e &= f"]]))
    \begin{align*}
    a &= b \\
    c &= d \\[2ex]
    e &= f
    \end{align*}
    """
    rows = _APART.join(map(ROW_END.join, groups))
    return f"\\begin{{align*}}\n{rows}\n\\end{{align*}}"


def in_notebook(rows: Sequence[str]) -> str:
    """The rows as notebooks take them, which know no `align*`."""
    return f"$$\\begin{{aligned}}\n{ROW_END.join(rows)}\n\\end{{aligned}}$$"


def file(body: str) -> str:
    """A file with `body`, which pdflatex takes."""
    return f"{_BEFORE}{body}\n\\end{{document}}"


_BEFORE = r"""\documentclass{article}
\usepackage[a4paper,margin=2cm]{geometry}
\usepackage{amsmath}
\allowdisplaybreaks
\begin{document}
"""
