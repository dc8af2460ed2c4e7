"""The contraction path of many operands, searched or given."""

from __future__ import annotations

import copy
import functools
import inspect
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

from einsum_grad.errors import OrderError
from einsum_grad.plan.normal import drop_units
from einsum_grad.plan.path.exact import Pair
from einsum_grad.plan.path.network import Path
from einsum_grad.plan.path.optimize import (
    AUTO,
    Optimizer,
    Order,
    check_path,
    is_tree,
    named,
    read_path,
    tree_path,
)
from einsum_grad.plan.path.search import search
from einsum_grad.plan.path.term_order import smaller_first
from einsum_grad.plan.pattern import Labels, Pattern, distinct

NOMINAL_SIZE = 32
"""The assumed size of a label whose size is unknown."""

_FEW = 4
"""The most operands for which a search is cheaper than sharing paths between near sizes."""

_NO_PAIRS = 3
"""The most operands for which no step joins two intermediates."""

_PROBLEM = ("inputs", "output", "size_dict")

_Term = frozenset[str]
_Sizes = tuple[tuple[str, int], ...]


def contraction_path(
    pattern: Pattern, sizes: Mapping[str, int] | None = None, order: Order = AUTO
) -> Path:
    """Return the path along which `order` contracts the operands of `pattern`.

    `sizes` are the known sizes of labels. Nothing else decides the path, unless an optimizer is
    random: it is asked once for a pattern and its sizes. Raises `OrderError` for a path that does
    not contract all operands to one, and if an optimizer raises.

    >>> chain = Pattern((("a", "b"), ("b", "c"), ("c", "d")), ("a", "d"))
    >>> contraction_path(chain, {"a": 2, "b": 50, "c": 50, "d": 50})
    ((0, 1), (1, 0))
    >>> contraction_path(chain, {"a": 50, "b": 50, "c": 50, "d": 2})
    ((1, 2), (0, 1))
    >>> contraction_path(chain, order=False)
    ((0, 1, 2),)
    """
    count = len(pattern.inputs)
    if order is False or (count <= 2 and not isinstance(order, tuple)):
        return (tuple(range(count)),)
    known = sizes or {}
    labels = pattern.input_labels()
    measured = tuple(max(1, known.get(label, NOMINAL_SIZE)) for label in labels)
    near = measured if count <= _FEW else tuple(map(_near, measured))
    if order == AUTO:
        path = _searched(pattern, near, all(label in known for label in labels))
    elif isinstance(order, tuple):
        path = check_path(order, count)
    else:
        optimizer = named(order, count) if isinstance(order, str) else order
        symbols = _symbols(labels)
        known = dict(sorted(zip(symbols.values(), measured, strict=True)))
        terms = tuple(frozenset(map(symbols.__getitem__, term)) for term in _terms(pattern))
        output = frozenset(map(symbols.__getitem__, _output(pattern)))
        path = _asked(terms, output, tuple(known.items()), optimizer)
    return _turned(path, pattern, near) if count > _NO_PAIRS else path


def _near(size: int) -> int:
    """`size`, rounded to its three leading bits, so that near sizes share a path.

    >>> [_near(size) for size in (1, 7, 10, 11, 1000, 1100, 1200)]
    [1, 7, 10, 12, 1024, 1024, 1280]
    """
    rest = max(0, size.bit_length() - 3)
    return (size + (1 << rest >> 1)) >> rest << rest


def _symbols(labels: Labels) -> dict[str, str]:
    """A single character for each label, as cotengra needs: itself, unless one label is longer.

    >>> _symbols(("i", "j")), _symbols(("row", "i"))
    ({'i': 'i', 'j': 'j'}, {'row': 'a', 'i': 'b'})
    """
    if all(len(label) == 1 for label in labels):
        return dict(zip(labels, labels, strict=True))
    from opt_einsum import get_symbol  # type: ignore[import-untyped]  # it has no hints

    return {label: get_symbol(number) for number, label in enumerate(labels)}


@functools.lru_cache(maxsize=1024)
def _asked(terms: tuple[_Term, ...], output: _Term, sizes: _Sizes, optimizer: Optimizer) -> Path:
    """The path that an optimizer finds for the operands, each already reduced alone."""
    unused = _unused(optimizer)
    try:
        found = _ask(optimizer, terms, output, sizes)
    except OrderError:
        if unused is None:
            raise
        # Some opt_einsum optimizers refuse a second problem, such as other sizes.
        found = _ask(copy.deepcopy(unused), terms, output, sizes)
    tree = is_tree(found)
    path = tree_path(found, type(optimizer).__name__) if tree else read_path(found)
    return check_path(path, len(terms))


def _ask(optimizer: Optimizer, terms: tuple[_Term, ...], output: _Term, sizes: _Sizes) -> Any:
    """What `optimizer` finds: a path, or from cotengra a tree, which also knows its slices."""
    search = getattr(optimizer, "search", None)
    try:
        return (search if _finds_trees(search) else optimizer)(list(terms), output, dict(sizes))
    except Exception as error:
        raise OrderError(f"the optimizer {optimizer!r:.80} failed: {error}") from error


def _finds_trees(search: Any) -> TypeGuard[Optimizer]:
    """Whether this is the `search` of a cotengra optimizer, recognised by its parameters."""
    if not callable(search):
        return False
    try:
        names = tuple(inspect.signature(search).parameters)
    except (TypeError, ValueError):  # a user's object may have no signature
        return False
    return names[: len(_PROBLEM)] == _PROBLEM


@functools.lru_cache(maxsize=64)
def _unused(optimizer: Optimizer) -> Optimizer | None:
    """A copy of an optimizer made before its first use; None if it can't be copied."""
    try:
        found = copy.deepcopy(optimizer)
    except Exception:  # noqa: BLE001  # a user's object may raise anything
        return None
    return None if found is optimizer else found


@functools.lru_cache(maxsize=1024)
def _searched(pattern: Pattern, sizes: tuple[int, ...], known: bool) -> Path:
    """The path that our own search finds."""
    terms, output, axes = _bits(pattern)
    return _path(len(terms), search(terms, output, sizes, axes, known))


@functools.lru_cache(maxsize=1024)
def _turned(path: Path, pattern: Pattern, sizes: tuple[int, ...]) -> Path:
    terms, output, _ = _bits(pattern)
    return smaller_first(path, terms, output, sizes)


@functools.lru_cache(maxsize=1024)
def _bits(pattern: Pattern) -> tuple[tuple[int, ...], int, dict[int, tuple[int, ...]]]:
    """The terms and the output as bit sets of labels, and each term's bits in axis order."""
    bits = {label: 1 << number for number, label in enumerate(pattern.input_labels())}
    orders = [tuple(bits[label] for label in term) for term in _terms(pattern)]
    terms = tuple(map(sum, orders))
    output = sum(bits[label] for label in _output(pattern))
    return terms, output, dict(zip(terms, orders, strict=True))


def _terms(pattern: Pattern) -> list[Labels]:
    """The labels that each operand shares with another term; the others it sums alone."""
    terms = [distinct(drop_units(term)) for term in pattern.inputs]
    uses = Counter(label for term in (*terms, distinct(pattern.output)) for label in term)
    return [tuple(label for label in term if uses[label] > 1) for term in terms]


def _output(pattern: Pattern) -> Labels:
    known = set(pattern.input_labels())
    return tuple(label for label in distinct(pattern.output) if label in known)


def _path(count: int, pairs: Sequence[Pair]) -> Path:
    """A tree as a path; in each step the term with the earliest operand comes first."""
    left, first, path = list(range(count)), list(range(count)), []
    for number, pair in enumerate(pairs, start=count):
        one, other = sorted(pair, key=first.__getitem__)
        places = bisect_left(left, one), bisect_left(left, other)
        path.append(places)
        for place in sorted(places, reverse=True):
            del left[place]
        left.append(number)
        first.append(first[one])
    return tuple(path)
