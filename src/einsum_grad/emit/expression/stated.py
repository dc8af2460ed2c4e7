"""What a module says of itself: the sentence that it computes, the arrays, and by what."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from einsum_grad.calculus.derive import Derivation
from einsum_grad.emit.text.printer import WIDTH
from einsum_grad.syntax import parse_expression, written

TITLE = "An expression, its gradient and its Hessian by {}."
SIZES = "Written for {}."
_PLAIN = re.compile(r"[\w\s+\-*/@.,()\[\]=<>!:']*", re.ASCII)
_INDENT = "    "


def names_in(given: Derivation) -> Iterator[str]:
    """The names of arrays, of lines and of axes: all that a person has named."""
    yield from (each.name for each in given.declarations)
    yield from (line.name for line in parse_expression(given.text).lines)
    yield from (axis for each in given.declarations for axis in each.axes)


def stated(given: Derivation, names: Mapping[str, str], sizes: Mapping[str, int]) -> list[str]:
    """The lines of a docstring that say what a module computes, in the module's own `names`.

    Nothing but plain signs comes into it; a sentence that needs others is left out.
    """
    lines = written(parse_expression(given.text), names)
    blocks = [lines] if all(map(_PLAIN.fullmatch, lines)) else []
    blocks.append([", ".join(_declared(given, names))])
    found = [TITLE.format(" and ".join(names[name] for name in given.wrt))]
    for block in blocks:
        found += ["", *(part for line in block for part in _wrapped(line))]
    told = ", ".join(f"{names[axis]} = {size}" for axis, size in sizes.items())
    return [*found, "", SIZES.format(told)] if told else found


def _declared(given: Derivation, names: Mapping[str, str]) -> Iterator[str]:
    for each in given.declarations:
        words = (names[each.name] + ":", *(names.get(x, x) for x in each.axes), each.structure)
        yield " ".join(word for word in words if word)


def _wrapped(line: str) -> Sequence[str]:
    """A line within the margins; where it goes on, it is indented by more."""
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=_INDENT,
        subsequent_indent=2 * _INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
