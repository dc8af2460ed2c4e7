"""How explanations look in HTML, on screens of every width, in light and dark, and on paper."""

from __future__ import annotations

from einsum_grad.explain.drawing.svg import MONOSPACE, palette
from einsum_grad.explain.drawing.svg import STYLE as DRAWING

STYLE = f"""\
{palette(".eg")}\
.eg {{ background: var(--paper); color: var(--ink); padding: .8em 1em; line-height: 1.5;
  overflow-x: auto;
  font-family: system-ui, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 16px; }}
.eg code, .eg pre, .eg td {{ font-family: {MONOSPACE}; font-size: .92em; }}
.eg pre {{ overflow-x: auto; padding: .8em; border: 1px solid var(--line); line-height: 1.4;
  background: none; color: inherit; }}
.eg pre.eg-code {{ user-select: all; }}
.eg h2, .eg h3 {{ line-height: 1.25; margin: 1.2em 0 .4em; color: inherit; }}
.eg h2 {{ font-size: 1.35em; overflow-wrap: anywhere; }}
.eg h3 {{ font-size: 1.1em; border-top: 1px solid var(--line); padding-top: .8em; }}
.eg p, .eg ul {{ margin: .4em 0; max-width: 46em; }}
.eg ul {{ padding-left: 1.2em; }}
.eg p code {{ display: inline-block; max-width: 100%; overflow-x: auto; vertical-align: bottom;
  white-space: nowrap; }}
.eg figure {{ margin: .4em 0; overflow-x: auto; }}
.eg .eg-formula {{ margin: .5em 0; font-size: 1.15em; line-height: 1.9; max-width: none; }}
.eg table {{ border-collapse: collapse; margin: .5em 0; color: inherit; font-size: 1em; }}
.eg th, .eg td {{ text-align: left; vertical-align: top; padding: .15em 1.1em .15em 0;
  background: none; }}
.eg th {{ font-weight: normal; color: var(--line); }}
.eg td {{ overflow-wrap: anywhere; }}
.eg td .eg-pattern {{ white-space: nowrap; }}
.eg td .eg-remark {{ margin-left: 1em; }}
.eg .eg-remark {{ color: var(--line); }}
.eg .eg-reason {{ color: var(--cotangent); }}
.eg summary {{ cursor: pointer; margin: .5em 0; }}
.eg .eg-rule {{ margin: 0 0 .6em 1.2em; }}
.eg tr, .eg tr:hover, .eg code {{ background: none !important; color: inherit !important; }}
.eg th, .eg td {{ text-align: left !important; }}
@media (min-width: 56em) {{
  .eg .eg-beside {{ display: grid; grid-template-columns: minmax(16em, 1fr) fit-content(30em);
    gap: 0 2em; align-items: start; }}
  .eg .eg-beside > figure {{ grid-column: 2; grid-row: 1; justify-self: end; }}
  .eg .eg-beside > div {{ grid-column: 1; grid-row: 1; }}
}}
@media print {{
  .eg {{ font-size: 11pt; padding: 0; }}
  .eg article, .eg table, .eg figure {{ break-inside: avoid; }}
  .eg h2, .eg h3 {{ break-after: avoid; }}
  .eg pre {{ white-space: pre-wrap; }}
  .eg details::details-content {{ content-visibility: visible; block-size: auto; }}
}}
{DRAWING}"""
"""The style sheet, which holds within elements of the class `eg` alone."""

PAGE = """\
html { background: #fff; }
@media screen and (prefers-color-scheme: dark) { html { background: #111; } }
body { margin: 0 auto; max-width: 76em; }
"""
"""What a page of its own has beside it."""
