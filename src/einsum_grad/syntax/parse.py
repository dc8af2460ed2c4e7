"""Text to `Equation`."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING

from einsum_grad.errors import ArgumentError
from einsum_grad.syntax.diagnose import begin, diagnose, mistaken_sign
from einsum_grad.syntax.equation import ELLIPSIS, Equation, Label, Term
from einsum_grad.syntax.grammar import NOTATIONS, is_label, parser
from einsum_grad.syntax.limits import check_limits
from einsum_grad.syntax.quote import refuse

if TYPE_CHECKING:
    from lark import Token, Tree


def parse(text: str, notation: str = "letters") -> Equation:
    """Parse a pattern.

    `notation` is "letters" (np.einsum's subscripts) or "named" (einops': names separated by
    spaces). Raises `PatternError` for an invalid pattern, `ArgumentTypeError` for anything but a
    str, `ArgumentError` for an unknown notation.

    >>> parse("batch i, i j -> batch j", "named").output.names
    ('batch', 'j')
    """
    check_notation(notation)
    return _parse(check_limits(text, notation), notation)


def check_notation(notation: object) -> None:
    """Raise `ArgumentError` for a notation that there is not."""
    if not isinstance(notation, str) or notation not in NOTATIONS:
        raise ArgumentError(f"notation is one of {', '.join(NOTATIONS)}, and not {notation!r:.80}")


@functools.lru_cache(maxsize=256)
def _parse(text: str, notation: str) -> Equation:
    from lark.exceptions import UnexpectedInput

    try:
        tree = parser()(text, start=notation)
        at = mistaken_sign(text)
    except UnexpectedInput as error:
        at = begin(text, error.pos_in_stream or 0)
    if at is not None:
        raise refuse(diagnose(text, at, notation), text, at)
    return _equation(text, notation, list(tree.iter_subtrees_topdown())[1:])


def _equation(text: str, notation: str, trees: list[Tree[Token]]) -> Equation:
    terms = tuple(Term(tuple(_labels(tree, text, notation))) for tree in trees)
    explicit = "->" in text
    return Equation(
        text=text,
        notation=notation,
        inputs=terms[:-1] if explicit else terms,
        output=terms[-1] if explicit else None,
    )


def _labels(tree: Tree[Token], text: str, notation: str) -> Iterator[Label]:
    for token in tree.children:
        name, start = str(token), getattr(token, "start_pos", None) or 0
        if name != ELLIPSIS and not is_label(name, notation):
            raise refuse(f"{name!r} contains a character that no name can have", text, start)
        yield Label(name, start)
