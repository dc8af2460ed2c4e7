"""How a guess is read: which of its operands is which array of the gradient.

The arrays of a guess are expected in the order of the swap rule: the cotangent in the operand's
place, the others in their own. A reading in which every label keeps its meaning goes before all
others; without one, another order is taken if no other reading is right.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping

from einsum_grad.guess.fit import have_other_ranks, misfit
from einsum_grad.guess.verdict import Kind
from einsum_grad.plan import ELLIPSIS, Labels, Pattern, ellipsis_labels

_MOST_PERMUTED = 6

Order = tuple[int, ...]
"""The position in the guess of each array of the gradient."""

Readings = Mapping[Order, Pattern]
"""The guess with its operands in the gradient's order, for some orders."""


def decide(truth: Pattern, guess: Pattern) -> tuple[Kind, Order]:
    """The verdict, and the order in which the guess is read."""
    literal = literal_order(truth)
    if len(guess.inputs) != len(truth.inputs):
        return Kind.INVALID, literal
    readings = {order: aligned(truth, guess, order) for order in _orders(truth)}
    kept = {order: read for order, read in readings.items() if keeps_labels(truth, guess, read)}
    return _decide(truth, literal, kept or readings, certain=bool(kept))


def _decide(
    truth: Pattern, literal: Order, readings: Readings, certain: bool
) -> tuple[Kind, Order]:
    """The first row that has a reading; `certain` ones may be wrong in any order."""
    ranked = [x for x, read in readings.items() if have_equal_ranks(truth, read)]
    equal = [x for x in ranked if readings[x].canonical() == truth.canonical()]
    turned = [x for x in ranked if relabelled(truth, readings[x])]
    fitting = [x for x in ranked if not _unfit(truth, readings[x])]
    table: tuple[tuple[Kind, list[Order]], ...] = (
        (Kind.RIGHT, [x for x in equal if x == literal]),
        (Kind.RIGHT, [x for x in equal if readings[x] == truth]),
        (Kind.AXIS_ORDER, [x for x in turned if x == literal]),
        (Kind.RIGHT, equal),
        (Kind.AXIS_ORDER, turned),
        (Kind.WRONG, [x for x in fitting if x == literal]),
        (Kind.WRONG, fitting if certain else _only(truth, literal, readings, fitting)),
        (Kind.INVALID, [*readings] if certain else _only(truth, literal, readings, ranked)),
    )
    return next(((kind, found[0]) for kind, found in table if found), (Kind.INVALID, literal))


def _only(truth: Pattern, literal: Order, readings: Readings, orders: list[Order]) -> list[Order]:
    """A single order, if it gives more axes the pattern's own labels than the literal one."""
    own = [_own_labels(truth, readings[x]) for x in (*orders, literal)]
    return orders if len(orders) == 1 and own[0] > own[-1] else []


def _own_labels(truth: Pattern, guess: Pattern) -> int:
    terms = zip(terms_of(truth), terms_of(guess), strict=True)
    return sum(one == other for pair in terms for one, other in zip(*pair, strict=False))


def keeps_labels(truth: Pattern, guess: Pattern, read: Pattern) -> bool:
    """Whether each operand, as read, has its array's own labels, in whatever order.

    What an ellipsis of the guess stands for is whatever is left.
    """
    if len(truth.inputs) != len(read.inputs):
        return False
    hidden = {*hidden_labels(guess, read)}
    return all(
        len(true) == len(term) and not Counter(x for x in term if x not in hidden) - Counter(true)
        for true, term in zip(truth.inputs, read.inputs, strict=True)
    )


def literal_order(truth: Pattern) -> Order:
    """The order of the swap rule."""
    return tuple(range(len(truth.inputs)))


def _orders(truth: Pattern) -> Iterator[Order]:
    """The orders to try: the literal one first, and for few arrays every other one."""
    literal = literal_order(truth)
    return itertools.permutations(literal) if len(literal) <= _MOST_PERMUTED else iter([literal])


def aligned(truth: Pattern, guess: Pattern, order: Order) -> Pattern:
    """The guess with its operands in the gradient's order, and labels for its ellipsis."""
    if len(guess.inputs) != len(order):
        return guess
    ordered = Pattern(tuple(guess.inputs[place] for place in order), guess.output)
    return ordered if ELLIPSIS in truth.labels() else _spread(truth, ordered)


def _spread(truth: Pattern, guess: Pattern) -> Pattern:
    """The guess with labels for its ellipsis, as many as the arrays' known axes need."""
    hidden = [
        len(true) - len(term) + 1 if ELLIPSIS in term else 0
        for true, term in zip(truth.inputs, guess.inputs, strict=True)
    ]
    rank = max(hidden)
    dots = ellipsis_labels(rank, (*truth.labels(), *guess.labels()))

    def spread(term: Labels, count: int) -> Labels:
        own = dots[rank - count :]
        return tuple(x for label in term for x in (own if label == ELLIPSIS else (label,)))

    return Pattern(tuple(map(spread, guess.inputs, hidden)), spread(guess.output, rank))


def hidden_labels(guess: Pattern, aligned: Pattern) -> list[str]:
    """The labels that replace an ellipsis of `guess`."""
    known = {*guess.labels()}
    return [label for label in aligned.labels() if ELLIPSIS in known and label not in known]


def have_equal_ranks(truth: Pattern, guess: Pattern) -> bool:
    """Whether the terms of both may belong to the same arrays."""
    if len(truth.inputs) != len(guess.inputs):
        return False
    return not any(map(have_other_ranks, terms_of(truth), terms_of(guess)))


def terms_of(pattern: Pattern) -> tuple[Labels, ...]:
    """The terms of the operands, then that of the output."""
    return (*pattern.inputs, pattern.output)


def _unfit(truth: Pattern, guess: Pattern) -> bool:
    return misfit(truth, guess, [""] * len(truth.inputs), "") is not None


def relabelled(truth: Pattern, guess: Pattern) -> Pattern | None:
    """`truth` in the labels of `guess`, if the two are equal up to axis order.

    They are if the labels can be matched such that each occurs as often in each term as its match.
    Labels of the same name are matched first.
    """
    ours, theirs = _counts(truth), _counts(guess)
    if Counter(ours.values()) != Counter(theirs.values()):
        return None
    names = {label: label for label in ours if theirs.get(label) == ours[label]}
    free: defaultdict[_Counts, deque[str]] = defaultdict(deque)
    for label in theirs:
        if label not in names:
            free[theirs[label]].append(label)
    for label in ours:
        if label not in names:
            names[label] = free[ours[label]].popleft()
    return truth.rename(names)


_Counts = tuple[tuple[int, int], ...]


def _counts(pattern: Pattern) -> dict[str, _Counts]:
    """How often each label occurs in each term that has it."""
    found: dict[str, list[tuple[int, int]]] = {label: [] for label in pattern.labels()}
    for number, term in enumerate(terms_of(pattern)):
        for label, count in Counter(term).items():
            found[label].append((number, count))
    return {label: tuple(counts) for label, counts in found.items()}
