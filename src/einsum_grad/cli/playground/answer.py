"""What the playground answers: fields that were typed, to HTML."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from einsum_grad.cli.arguments import as_operands, as_sizes
from einsum_grad.emit import emit
from einsum_grad.errors import EinsumGradError
from einsum_grad.explain import explain
from einsum_grad.explain.html import sections
from einsum_grad.guess import check_guess
from einsum_grad.plan import request
from einsum_grad.visible import preformatted


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as they were typed; their names are those in links."""

    p: str = ""
    sizes: str = ""
    wrt: str = ""
    guess: str = ""
    names: str = ""
    notation: str = "letters"
    target: str = "numpy"


_LINK = '<li><a href="/?p={0}"><code>{0}</code></a></li>'
_PATTERNS = ("ij,jk-&gt;ik", "bij,jk-&gt;ik", "bhqd,bhkd-&gt;bhqk", "ii-&gt;", "ijk,jr,kr-&gt;ir")
_LINKS = "".join(map(_LINK.format, _PATTERNS))
_EXAMPLES = f"<p>Type a pattern, such as one of these:</p>\n<ul>{_LINKS}</ul>"
"""What stands there before something is typed."""


def typed(query: Mapping[str, list[str]]) -> Typed:
    """The fields of a link; others in it mean nothing."""
    return Typed(**{x.name: query[x.name][-1] for x in fields(Typed) if query.get(x.name)})


def answer(given: Typed) -> str:
    """The explanation, the code and the verdict on a guess; or what is wrong, where."""
    if not given.p.strip():
        return _EXAMPLES
    try:
        return _answer(given)
    except (EinsumGradError, argparse.ArgumentTypeError) as error:
        return _wrong(str(error))
    except MemoryError:
        return _wrong("there is not enough memory for this")


def _answer(given: Typed) -> str:
    options = _options(given)
    explanation = explain(given.p, names=given.names or None, **options)
    positions = request(given.p, names=given.names or None, **options).wrt
    found = [explanation.html(), _code(given, {**options, "wrt": positions})]
    if given.guess.strip():
        found.insert(0, _verdict(given, options, positions))
    return "\n".join(found)


def _options(given: Typed) -> dict[str, Any]:
    read: dict[str, tuple[str, Callable[[str], Any]]] = {
        "sizes": (given.sizes, as_sizes),
        "wrt": (given.wrt, as_operands),
        "notation": (given.notation, str),
    }
    return {name: reads(text.strip()) for name, (text, reads) in read.items() if text.strip()}


def _code(given: Typed, options: dict[str, Any]) -> str:
    return sections.code(emit(given.p, given.target, **options).rstrip("\n"), given.target, True)


def _verdict(given: Typed, options: dict[str, Any], positions: tuple[int, ...]) -> str:
    if len(positions) != 1:
        return _wrong("a guess is for one gradient: name its operand")
    verdict = check_guess(
        given.p,
        positions[0],
        given.guess,
        given.notation,
        options.get("sizes"),
        given.names or None,
    )
    return f'<div class="eg-verdict">{preformatted(str(verdict))}</div>'


def _wrong(message: str) -> str:
    return f'<div class="eg-wrong" role="alert">{preformatted(message)}</div>'
