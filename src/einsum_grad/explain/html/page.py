"""Sections to a page of its own, or to a cell of a notebook."""

from __future__ import annotations

from collections.abc import Iterable

from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.explain.html.style import PAGE, STYLE


def page(title: str, sections: Iterable[str]) -> str:
    """A self-contained page: no script, and nothing that is fetched."""
    shown = "\n".join(f"<section>\n{section}\n</section>" for section in sections)
    return (
        f"{HEAD}{_GENERATOR}<title>{escaped(title)}</title>\n<style>\n{PAGE}{STYLE}</style>\n</head>\n"
        f'<body>\n<main class="eg">\n{shown}\n</main>\n</body>\n</html>'
    )


def cell(content: str) -> str:
    """What a notebook shows; it brings its colours and its fonts."""
    return f'<div class="eg">\n<style>\n{STYLE}</style>\n{content}\n</div>'


HEAD = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
"""
"""How the head of each page begins."""

_GENERATOR = '<meta name="generator" content="einsum-grad">\n'
