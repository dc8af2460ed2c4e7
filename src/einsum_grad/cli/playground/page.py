"""The page of the playground: a form, and below it the answer, renewed as one types."""

from __future__ import annotations

from collections.abc import Iterator

from einsum_grad.cli.options import TARGET_NAMES
from einsum_grad.cli.playground.answer import Typed, answer
from einsum_grad.explain.drawing.svg import escaped
from einsum_grad.explain.html.page import HEAD
from einsum_grad.explain.html.style import PAGE, STYLE


def page(given: Typed, nonce: str) -> str:
    """The page with the fields filled in and their answer; `nonce` lets its script run."""
    form = "\n".join(_fields(given))
    return (
        f"{HEAD}<title>einsum-grad</title>\n<style>\n{PAGE}{STYLE}{_STYLE}</style>\n</head>\n<body>\n"
        f'<div class="eg">\n<h1>einsum-grad</h1>\n<form action="/" method="get">\n{form}\n'
        f'<button>explain</button>\n</form>\n<main id="answer" aria-live="polite">\n'
        f'{answer(given)}\n</main>\n</div>\n<script nonce="{nonce}">\n{_SCRIPT}</script>\n'
        "</body>\n</html>\n"
    )


def _fields(given: Typed) -> Iterator[str]:
    yield _text("p", "pattern", given.p, "bij,jk->ik", " autofocus")
    yield _text("sizes", "sizes", given.sizes, "b=64,i=256")
    yield _text("wrt", "gradients of", given.wrt, "all, or 0,W")
    yield _text("guess", "your guess", given.guess, "ik,jk->ij")
    yield _text("names", "names", given.names, "Q,K->S")
    yield _choice("notation", given.notation, ["letters", "named"])
    yield _choice("target", given.target, TARGET_NAMES.split("|"))


def _text(name: str, label: str, value: str, example: str, more: str = "") -> str:
    return (
        f'<label>{label} <input name="{name}" value="{escaped(value)}" '
        f'placeholder="{escaped(example)}" autocomplete="off" spellcheck="false"{more}></label>'
    )


def _choice(name: str, value: str, words: list[str]) -> str:
    options = "".join(
        f"<option{' selected' if word == value else ''}>{word}</option>" for word in words
    )
    return f'<label>{name} <select name="{name}">{options}</select></label>'


_STYLE = """\
.eg form { display: grid; grid-template-columns: repeat(auto-fill, minmax(10em, 1fr));
  gap: .6em 1em; align-items: end; }
.eg h1 { font-size: 1.35em; margin: 0 0 .6em; }
.eg label { display: grid; gap: .25em; color: var(--line); }
.eg label:first-child { grid-column: 1 / -1; }
.eg input, .eg select, .eg button { font: inherit; height: 2.5em; padding: 0 .5em; min-width: 0;
  box-sizing: border-box;
  color: var(--ink); background: var(--paper); border: 1px solid var(--line); }
.eg input { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.eg input::placeholder { color: var(--line); opacity: 1; }
.eg :focus-visible { outline: 2px solid var(--operand); outline-offset: 1px; }
.eg a { color: var(--operand); }
.eg-wrong pre { border-color: var(--repeat); color: var(--repeat); }
"""

_SCRIPT = """\
const form = document.forms[0], place = document.getElementById("answer");
const usual = { notation: "letters", target: "numpy" };
let latest = 0, waiting;
async function renew() {
  const typed = [...new FormData(form)].filter(([name, text]) => text && text !== usual[name]);
  const query = String(new URLSearchParams(typed)).replaceAll("%2C", ",").replaceAll("%3E", ">");
  const number = ++latest;
  const reply = await fetch("/answer?" + query);
  const text = await reply.text();
  if (number !== latest) return;
  place.innerHTML = reply.ok ? text : "";
  history.replaceState(null, "", "/?" + query);
}
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(renew, 150); });
form.addEventListener("submit", event => { event.preventDefault(); renew(); });
"""
