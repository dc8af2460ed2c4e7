"""The pages of the gallery, written by the library."""

from __future__ import annotations

import einsum_grad as eg
from docs.gallery import GALLERY, Entry, entries
from einsum_grad.explain.drawing.drawing import drawn
from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.plan import request


def page(entry: Entry) -> str:
    """The page of an entry: its sentence, its explanation, and code to read and to run fast."""
    explained = eg.explain(entry.pattern, entry.sizes, names=entry.names).html()
    body = explained.partition("</h2>\n")[2]
    code = "".join(_code(entry, target) for target in ("einops", "numpy"))
    text = f'`{entry.pattern}`\n\n{entry.text}\n\n<div class="eg">\n{body}\n</div>'
    return f"# {entry.title}\n\n{text}\n\n## Code\n{_CODE}{code}"


def _code(entry: Entry, target: str) -> str:
    text = eg.emit(entry.pattern, target, sizes=entry.sizes, bare=True)
    return f"\nWith the target `{target}`:\n\n```python\n{text}```\n"


def overview() -> str:
    """The first page: all entries with their drawings."""
    chapters = "\n".join(
        f'## {chapter}\n\n<div class="eg gallery">\n{"".join(map(_card, several))}</div>\n'
        for chapter, several in GALLERY.items()
    )
    files = "\n".join(entry.file for entry in entries())
    return f"{_HEAD}\n{chapters}\n```{{toctree}}\n:hidden:\n\n{files}\n```\n"


def _card(entry: Entry) -> str:
    asked = request(entry.pattern, sizes=entry.sizes, names=entry.names)
    svg = drawn(asked.pattern, asked.names, entry.sizes, "letters", style=False).svg
    shown = f"<b>{escaped(entry.title)}</b> <code>{escaped(entry.pattern)}</code>"
    return f'<a href="{entry.file}.html">{shown}{svg}</a>\n'


_CODE = """
The code calls the operands x and w, of more a, b, c, and so on, in the order of the pattern.
"""

_HEAD = """\
# Gallery

Patterns that people look up. The page of each has its equation, its drawing, its gradients with
their reasons and derivations, and its code, all of them written by the library.
"""
