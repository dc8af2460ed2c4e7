"""Both call forms of np.einsum, parsed to one AST."""

from __future__ import annotations

import itertools
import operator
import string
from collections.abc import Iterable, Sequence
from typing import Any

from einsum_grad.errors import ArgumentTypeError, OperandError
from einsum_grad.syntax.equation import ELLIPSIS, Equation
from einsum_grad.syntax.limits import MAX_AXES, bounded
from einsum_grad.syntax.parse import parse

SUBLIST_LETTERS = string.ascii_uppercase + string.ascii_lowercase
"""The letter of each sublist integer: np.einsum's own, in ASCII order."""


def read_call(
    args: Sequence[Any], limited: bool = False
) -> tuple[str, tuple[Any, ...], dict[Any, str] | None]:
    """Split the positional arguments of an einsum call into the subscripts and the operands.

    `args` is `(subscripts, *operands)` or `(operand, sublist, operand, sublist, …[, output])`.
    A sublist label is an integer or, as in opt_einsum, anything hashable, usually a str. Third
    comes the letter of each label; None where `args` begin with a text, which is not parsed. Raises
    `OperandError` for a call without operands and, if integers are `limited` to np.einsum's range,
    for others; `ArgumentTypeError` for an invalid sublist.

    >>> read_call(("i->", [1, 2]))
    ('i->', ([1, 2],), None)
    >>> read_call(([1, 2], [0], [3, 4], [0], []))
    ('A,A->', ([1, 2], [3, 4]), {0: 'A'})
    """
    if not args:
        raise OperandError("an einsum needs a pattern and at least one operand")
    if isinstance(args[0], bytes):  # np.einsum takes these too
        args = (args[0].decode("ascii", "backslashreplace"), *args[1:])
    if isinstance(args[0], str):
        return args[0], tuple(args[1:]), None
    if len(args) < 2:
        raise OperandError(
            f"an einsum needs a pattern, but got only an operand of type {_type(args[0])}"
        )
    pairs = len(args) // 2
    output = args[-1] if len(args) % 2 else None
    equation, letters = equation_of([args[2 * index + 1] for index in range(pairs)], output)
    if limited:
        _check_integers(letters)
    return equation.text, tuple(args[: 2 * pairs : 2]), letters


def equation_of(sublists: Iterable[Any], output: Any = None) -> tuple[Equation, dict[Any, str]]:
    """The equation of the operands' sublists and the output's, and the letter of each label.

    A label is an integer or anything hashable. Integers up to 51 become np.einsum's letters; if
    there are other labels, all get letters in sorted order.

    >>> equation, letters = equation_of([("time", "space"), ("space",)], ("time",))
    >>> equation.text, letters
    ('BA,A->B', {'space': 'A', 'time': 'B'})
    """
    terms = [_entries(sublist) for sublist in bounded(sublists, "sublists")]
    result = None if output is None else _entries(output)
    letters = _letters(itertools.chain(*terms, result or ()), result is None)
    texts = ["".join(letters[entry] for entry in term) for term in terms]
    end = "" if result is None else "->" + "".join(letters[entry] for entry in result)
    del letters[...]
    return parse(",".join(texts) + end), letters


def _entries(sublist: Any) -> list[Any]:
    """The labels of a sublist, each integer as an int."""
    if isinstance(sublist, str) and not _NO_LABELS.isdisjoint(sublist):
        raise ArgumentTypeError(f"subscripts go before the operands: einsum({sublist!r:.40}, …)")
    try:
        entries = list(itertools.islice(iter(sublist), MAX_AXES + 2))
    except TypeError:
        raise _no_sublist(sublist) from None
    if getattr(getattr(sublist, "dtype", None), "kind", None) in _NUMBERS:  # it is an operand
        raise _no_sublist(sublist)
    if len(entries) > MAX_AXES + 1:
        raise OperandError(
            f"a sublist has more than {MAX_AXES} labels, but an array has at most {MAX_AXES} axes"
        )
    return list(map(_entry, entries))


def _no_sublist(value: object) -> ArgumentTypeError:
    return ArgumentTypeError(
        f"each operand is followed by its sublist of labels, but here by one of type {_type(value)}"
    )


def _entry(entry: Any) -> Any:
    try:
        return operator.index(entry)
    except TypeError:
        pass
    try:
        hash(entry)
    except TypeError:
        raise ArgumentTypeError(
            "a sublist holds integers, Ellipsis and hashable labels, and not values of type "
            f"{_type(entry)}"
        ) from None
    return entry


def _letters(entries: Iterable[Any], sorting: bool) -> dict[Any, str]:
    """The letter of each label; unless `sorting`, labels that can't be sorted keep their order."""
    labels = [entry for entry in dict.fromkeys(entries) if entry is not Ellipsis]
    if all(isinstance(label, int) and 0 <= label < len(SUBLIST_LETTERS) for label in labels):
        return {...: ELLIPSIS, **{label: SUBLIST_LETTERS[label] for label in labels}}
    try:
        labels = sorted(labels)
    except TypeError:
        if sorting:
            raise ArgumentTypeError(
                "an implicit output is sorted, but these labels can't be: write the output"
            ) from None
    return {...: ELLIPSIS, **{label: _letter(place) for place, label in enumerate(labels)}}


def _check_integers(labels: Iterable[Any]) -> None:
    for label in labels:
        if isinstance(label, int) and not 0 <= label < len(SUBLIST_LETTERS):
            raise OperandError(
                f"an integer of a sublist is from 0 to {len(SUBLIST_LETTERS) - 1} with "
                f"optimize=False, as in np.einsum, and not {label}; leave optimize out"
            )


def _letter(place: int) -> str:
    """The label number `place`, in code point order: ASCII letters, then opt_einsum's symbols."""
    if place < len(SUBLIST_LETTERS):
        return SUBLIST_LETTERS[place]
    return chr(place + _SHIFT if place + _SHIFT < _SURROGATES else place + _SHIFT + _COUNT)


_SHIFT = ord("À") - len(SUBLIST_LETTERS)
_SURROGATES, _COUNT = 0xD800, 0x800
_NO_LABELS = frozenset(",->. ")
_NUMBERS = frozenset("fc")


def _type(value: object) -> str:
    return type(value).__name__
