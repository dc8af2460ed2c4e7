"""The two forms of np.einsum's call, read to one AST."""

from __future__ import annotations

import itertools
import operator
import string
from collections.abc import Sequence
from typing import Any

from einsum_grad.errors import ArgumentTypeError, OperandError
from einsum_grad.syntax.equation import ELLIPSIS, Equation
from einsum_grad.syntax.limits import MAX_AXES
from einsum_grad.syntax.parse import parse

SUBLIST_LETTERS = string.ascii_uppercase + string.ascii_lowercase
"""The letter of each integer of a sublist: np.einsum's own, in the order of their codes."""


def read_call(args: Sequence[Any]) -> tuple[Equation, tuple[Any, ...]]:
    """Split the positional arguments of an einsum call into the equation and the operands.

    `args` is `(subscripts, *operands)` or `(operand, sublist, operand, sublist, …[, output])`.
    Raises `OperandError` for a call without operands or with an integer out of range,
    `ArgumentTypeError` for a sublist of other things.

    >>> equation, operands = read_call(("i->", [1, 2]))
    >>> equation.text, operands
    ('i->', ([1, 2],))
    >>> equation, operands = read_call(([1, 2], [0], [3, 4], [0], []))
    >>> equation.text, operands
    ('A,A->', ([1, 2], [3, 4]))
    """
    if not args:
        raise OperandError("an einsum needs a pattern and at least one operand")
    if isinstance(args[0], bytes):  # np.einsum takes these too
        args = (args[0].decode("ascii", "replace"), *args[1:])
    if isinstance(args[0], str):
        return parse(args[0]), tuple(args[1:])
    if len(args) < 2:
        raise OperandError(
            f"an einsum needs a pattern, and has one operand of type {_type(args[0])}"
        )
    pairs = len(args) // 2
    terms = [_term(args[2 * index + 1]) for index in range(pairs)]
    output = "->" + _term(args[-1]) if len(args) % 2 else ""
    return parse(",".join(terms) + output), tuple(args[: 2 * pairs : 2])


def _term(sublist: Any) -> str:
    if isinstance(sublist, str):
        raise _no_sublist(sublist)
    try:
        entries = iter(sublist)
    except TypeError:
        raise _no_sublist(sublist) from None
    letters = [_letter(entry) for entry in itertools.islice(entries, MAX_AXES + 2)]
    if len(letters) > MAX_AXES + 1:
        raise OperandError(
            f"a sublist has more than {MAX_AXES} labels, and an array at most {MAX_AXES} axes"
        )
    return "".join(letters)


def _no_sublist(value: object) -> ArgumentTypeError:
    return ArgumentTypeError(
        f"each operand is followed by its sublist of integers, and this is of type {_type(value)}"
    )


def _letter(entry: Any) -> str:
    if entry is Ellipsis:
        return ELLIPSIS
    try:
        number = operator.index(entry)
    except TypeError:
        raise ArgumentTypeError(
            f"a sublist holds integers and Ellipsis, and this is of type {_type(entry)}"
        ) from None
    if not 0 <= number < len(SUBLIST_LETTERS):
        raise OperandError(
            f"an integer of a sublist is from 0 to {len(SUBLIST_LETTERS) - 1}, and not {number}; "
            "for more labels write the subscripts as letters"
        )
    return SUBLIST_LETTERS[number]


def _type(value: object) -> str:
    return type(value).__name__
