"""`Diagram` to SVG: no script, light and dark, with a title and a description."""

from __future__ import annotations

import html
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence

from einsum_grad.explain.drawing.diagram import Array, Diagram, Edge
from einsum_grad.explain.drawing.geometry import Box, Line
from einsum_grad.explain.drawing.placement import Placed, placed
from einsum_grad.explain.text.layout import columns
from einsum_grad.visible import visible

_MARGIN = 16
_CAPTION = 30

_LIGHT = (
    "--paper: #fff; --ink: #111; --line: #5c636a; --operand: #1a5a96; --on-operand: #fff; "
    "--cotangent: #94450a; --on-cotangent: #fff; --repeat: #a61e4d;"
)
_DARK = (
    "--paper: #111; --ink: #eee; --line: #a3abb3; --operand: #8ec5f5; --on-operand: #111; "
    "--cotangent: #ffbf80; --on-cotangent: #111; --repeat: #f7a1c0;"
)


_CHOSEN_LIGHT = ':is([data-jp-theme-light="true"], [data-theme="light"], .vscode-light)'
_CHOSEN_DARK = ':is([data-jp-theme-light="false"], [data-theme="dark"], .vscode-dark)'
"""The themes of notebooks and of sites, which go before that of the system."""


def palette(selector: str) -> str:
    """The colours, by the reader's theme; paper is white where it is printed."""
    return (
        f"{selector} {{ color-scheme: light dark; {_LIGHT} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ {selector} {{ {_DARK} }} }}\n"
        f"{_CHOSEN_LIGHT} {selector} {{ color-scheme: light; {_LIGHT} }}\n"
        f"@media screen {{ {_CHOSEN_DARK} {selector} {{ color-scheme: dark; {_DARK} }} }}\n"
    )


MONOSPACE = 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace'

STYLE = f"""\
{palette(".eg-drawing")}\
.eg-drawing {{ font: 15px {MONOSPACE}; max-width: 100%; height: auto; }}
.eg-drawing text {{ text-anchor: middle; dominant-baseline: central; fill: var(--ink); }}
.eg-drawing path {{ stroke: var(--line); stroke-width: 2; fill: none; }}
.eg-drawing rect {{ stroke-width: 2; }}
.eg-paper, .eg-label rect {{ fill: var(--paper); }}
.eg-label rect {{ stroke: var(--line); stroke-width: 1; }}
.eg-repeats path {{ stroke: var(--repeat); stroke-dasharray: 5 4; }}
.eg-repeats rect {{ stroke: var(--repeat); stroke-dasharray: 4 3; }}
.eg-drawing .eg-repeats text {{ fill: var(--repeat); }}
.eg-operand rect {{ fill: var(--operand); stroke: var(--operand); }}
.eg-drawing .eg-operand text {{ fill: var(--on-operand); }}
.eg-cotangent rect {{ fill: var(--cotangent); stroke: var(--cotangent); }}
.eg-drawing .eg-cotangent text {{ fill: var(--on-cotangent); }}
.eg-result rect {{ fill: var(--paper); stroke: var(--ink); stroke-dasharray: 6 4; }}
.eg-drawing .eg-start {{ text-anchor: start; }}
.eg-drawing .eg-remark {{ fill: var(--line); }}
.eg-drawing .eg-marked {{ fill: var(--cotangent); font-weight: bold; }}
"""
"""How drawings look; a page with several has it once."""


def network(diagram: Diagram, title: str, style: bool = True) -> str:
    """The network as an SVG element; without `style` the page has its colours and caption."""
    found = placed(diagram)
    left, top, width, height = _frame(found, diagram.pattern if style else "")
    body = [*_edges(diagram, found), *_nodes(diagram, found)]
    if style:
        body.append(_text(left + width / 2, top + height + _CAPTION / 2 - 4, diagram.pattern))
        height += _CAPTION
    view = f"{left:.0f} {top:.0f} {width:.0f} {height:.0f}"
    return svg(view, title, ". ".join(diagram.described()), body, style)


def svg(view: str, title: str, description: str, body: Iterable[str], style: bool) -> str:
    """An SVG element with a title and a description, on paper of its own."""
    left, top, width, height = view.split()
    name = f"eg-{zlib.crc32(f'{title}{description}'.encode()):08x}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width}" '
        f'height="{height}" class="eg-drawing" role="img" '
        f'aria-labelledby="{name}-title {name}-desc">'
    )
    return "\n".join(
        [
            head,
            f'<title id="{name}-title">{escaped(title)}</title>',
            f'<desc id="{name}-desc">{escaped(description)}.</desc>',
            *([f"<style>\n{STYLE}</style>"] if style else []),
            f'<rect class="eg-paper" x="{left}" y="{top}" width="{width}" height="{height}"/>',
            *body,
            "</svg>",
        ]
    )


def escaped(text: str) -> str:
    """The text as XML; what can't be seen is escaped."""
    return html.escape(visible(text))


def _frame(found: Placed, caption: str) -> tuple[float, float, float, float]:
    """The left and upper edge, the width and the height of the drawing without its caption."""
    boxes = (*found.nodes, *found.labels)
    left = min(box.centre.x - box.width / 2 for box in boxes) - _MARGIN
    right = max(box.centre.x + box.width / 2 for box in boxes) + _MARGIN
    top = min(box.centre.y - box.height / 2 for box in boxes) - _MARGIN
    bottom = max(box.centre.y + box.height / 2 for box in boxes) + _MARGIN
    missing = max(0, 9.5 * columns(caption) + 2 * _MARGIN - (right - left))
    left, right = left - missing / 2, right + missing / 2
    return math.floor(left), math.floor(top), math.ceil(right - left), math.ceil(bottom - top)


def _edges(diagram: Diagram, found: Placed) -> Iterator[str]:
    """The lines below, and the labels upon them."""
    for edge, lines in zip(diagram.edges, found.lines, strict=True):
        yield f"<g{_kind(edge)}>{_path(lines)}</g>"
    for edge, box in zip(diagram.edges, found.labels, strict=True):
        yield f"<g{_kind(edge, 'eg-label')}>{_box(box, 6)}{_text(*box.centre, edge.label)}</g>"


def _kind(edge: Edge, *kinds: str) -> str:
    shown = " ".join([*kinds, *(["eg-repeats"] if edge.repeats else [])])
    return f' class="{shown}"' if shown else ""


def _path(lines: Sequence[Line]) -> str:
    steps = " ".join(f"M{a.x:.1f} {a.y:.1f}L{b.x:.1f} {b.y:.1f}" for a, b in lines)
    return f'<path d="{steps}"/>'


def _nodes(diagram: Diagram, found: Placed) -> Iterator[str]:
    for array, box in zip(diagram.arrays, found.nodes, strict=True):
        yield _node(array, box)


def _node(array: Array, box: Box) -> str:
    return (
        f'<g class="eg-{array.role}">{_box(box, box.height / 2)}'
        f"{_text(*box.centre, array.name)}</g>"
    )


def _box(box: Box, radius: float) -> str:
    left, top = box.centre.x - box.width / 2, box.centre.y - box.height / 2
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="{radius:.0f}"/>'
    )


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}">{escaped(text)}</text>'
