"""Declarations of arrays: their names, axes and structure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.syntax.expression import Declaration
from einsum_grad.syntax.limits import MAX_AXES, check_length
from einsum_grad.syntax.parse_expression import refused, tree_of
from einsum_grad.visible import visible

UNIT = "1"
STRUCTURES = ("symmetric", "diagonal")
"""What can be known of a square matrix."""


def read_declarations(given: str | Mapping[str, Any]) -> tuple[Declaration, ...]:
    """Read declarations: one text, or a dict of the axes of each name.

    Raises `ExpressionError`, which points at the mistake, and `ArgumentTypeError` for anything
    else.

    >>> [(each.name, each.axes) for each in read_declarations("X: n d, a:")]
    [('X', ('n', 'd')), ('a', ())]
    >>> read_declarations({"S": "d d symmetric"})[0].structure
    'symmetric'
    """
    if isinstance(given, Mapping):
        given = ", ".join(f"{name}: {_axes_text(axes)}" for name, axes in given.items())
    if not isinstance(given, str):
        raise ArgumentTypeError(
            f"given is a text such as 'X: n d, w: d', or a dict, and not of type {_type(given)}"
        )
    check_length(given)
    found: dict[str, Declaration] = {}
    for name, _, *words in tree_of(given.replace("\n", " "), "declarations", given):
        if str(name) in found:
            raise refused(f"{name} is declared twice", given, name.start_pos)
        found[str(name)] = _declaration(str(name), words, given)
    return tuple(found.values())


def _axes_text(axes: object) -> str:
    if isinstance(axes, str):
        return axes
    if isinstance(axes, Iterable):
        words = list(axes)
        if all(isinstance(word, str) for word in words):
            return " ".join(words)
    raise ArgumentTypeError(f"axes are a text such as 'n d', and not of type {_type(axes)}")


def _declaration(name: str, words: Sequence[Any], text: str) -> Declaration:
    structure = str(words[-1]) if words and words[-1] in STRUCTURES else ""
    axes = words[: len(words) - bool(structure)]
    for word in axes:
        if word.type == "NUMBER" and word != UNIT:
            raise refused(
                "an axis has a name, or is 1: sizes come with the arrays", text, word.start_pos
            )
        if word in STRUCTURES:
            raise refused(f"{word} comes last", text, word.start_pos)
    if len(axes) > 1 and _is_meant_as_structure(axes[-1]):
        raise refused(
            f"{visible(axes[-1])} is no structure: there is {' and '.join(STRUCTURES)}",
            text,
            axes[-1].start_pos,
        )
    if structure and (len(axes) != 2 or axes[0] != axes[1]):
        raise refused(
            f"{structure} is a matrix with twice the same axis: S: d d {structure}",
            text,
            words[-1].start_pos,
        )
    if len(axes) > MAX_AXES:
        raise ArgumentError(f"{name} has more than {MAX_AXES} axes")
    return Declaration(name, tuple(map(str, axes)), structure)


def _is_meant_as_structure(word: str) -> bool:
    """Whether the last word of a declaration says what a matrix is, and is no axis.

    >>> [_is_meant_as_structure(word) for word in ("symetric", "Diag", "psd", "d")]
    [True, True, True, False]
    """
    lower = word.lower()
    short = len(lower) > 2 and any(known.startswith(lower) for known in STRUCTURES)
    return short or lower in _OTHERS or bool(difflib.get_close_matches(lower, STRUCTURES, 1, 0.7))


_OTHERS = frozenset(
    {"definite", "hermitian", "identity", "lower", "orthogonal", "positive", "psd", "skew"}
    | {"sparse", "spd", "triangular", "unitary", "upper"}
)
"""What else is said of matrices, and can't be declared."""


def _type(value: object) -> str:
    return type(value).__name__
