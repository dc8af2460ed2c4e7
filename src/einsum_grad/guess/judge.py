"""A pattern and a guess to a verdict.

The arrays of a guess are expected in the order of the swap rule: the cotangent in the operand's
place, the others in their own. Another order is accepted if no other reading is right, or if its
labels are those of the pattern.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence

from einsum_grad.errors import ArgumentError
from einsum_grad.guess.counterexample import smallest
from einsum_grad.guess.fit import have_other_ranks, misfit
from einsum_grad.guess.verdict import Kind, Verdict
from einsum_grad.plan import (
    ELLIPSIS,
    OUTPUT,
    Labels,
    Pattern,
    distinct,
    ellipsis_labels,
    operand_names,
    request,
)
from einsum_grad.plan.derive.reasons import listed
from einsum_grad.plan.read import implicit_output
from einsum_grad.syntax import parse

_MOST_PERMUTED = 6

Order = tuple[int, ...]
"""The position in the guess of each array of the gradient."""


def check_guess(
    pattern: str,
    wrt: int,
    guess: str,
    notation: str = "letters",
    sizes: Mapping[str, int] | None = None,
) -> Verdict:
    """Judge `guess`, a pattern for the gradient of `pattern` by the operand at `wrt`.

    Its operands are the cotangent, in the place of the operand, and the other operands of
    `pattern`. Its output may be generalised, and it may use any labels. `sizes` are those of
    output-only labels of `pattern`. Raises `PatternError` if either is no valid pattern, and
    `ArgumentError` or `ArgumentTypeError` for a `wrt` that names no operand.

    >>> print(check_guess("ij,jk->ik", 0, "ik,jk->ij"))
    dX: ik,jk->ij is right
    >>> verdict = check_guess("ij,jk->ik", 0, "ik,kj->ij")
    >>> print(verdict.kind, verdict.why, sep=": ")
    right but for an axis order: W has the axes j k, but the guess writes k j
    >>> check_guess("bij,jk->ik", 0, "ik,jk->ij").label
    'b'
    """
    asked = request(pattern, wrt, notation, sizes)
    if len(asked.wrt) != 1:
        raise ArgumentError("a guess is for one gradient: wrt must name one operand")
    (operand,) = asked.wrt
    truth, read = asked.pattern.swap(operand), _read(guess, notation)
    names = operand_names(len(truth.inputs))
    arrays = (*names[:operand], f"d{OUTPUT}", *names[operand + 1 :])
    kind, order = _decide(truth, read)
    ours = _aligned(truth, read, order)
    relabelled = _relabelled(truth, ours) if kind is Kind.AXIS_ORDER else None
    right = read if kind is Kind.RIGHT else _given_back(relabelled or truth, order)
    label, why = _reason(kind, truth, ours, relabelled, arrays, names[operand])
    same = kind is Kind.RIGHT or not _have_equal_ranks(truth, ours)
    if why and (hidden := _hidden(read, relabelled or ours)):
        why += f"; ... stands for {listed(hidden, 'and')}"
    return Verdict(
        kind=kind,
        operand=operand,
        name=f"d{names[operand]}",
        guess=guess,
        right=str(right),
        order=tuple(arrays[order.index(place)] for place in range(len(order))),
        reordered=order != _literal(truth),
        label=label,
        why=why,
        counterexample=None if same else smallest(truth, ours, arrays, f"d{names[operand]}"),
    )


def _read(guess: str, notation: str) -> Pattern:
    """The guess as written, its labels unchecked."""
    equation = parse(guess, notation)
    inputs = tuple(term.names for term in equation.inputs)
    return Pattern(inputs, equation.output.names if equation.output else implicit_output(inputs))


def _decide(truth: Pattern, guess: Pattern) -> tuple[Kind, Order]:
    """The verdict, and the order in which the guess is read.

    The literal order takes precedence over any other, unless the labels are the pattern's.
    """
    literal = _literal(truth)
    if len(guess.inputs) != len(truth.inputs):
        return Kind.INVALID, literal
    orders = [
        order for order in _orders(truth) if _have_equal_ranks(truth, _aligned(truth, guess, order))
    ]
    equal = [x for x in orders if _aligned(truth, guess, x).canonical() == truth.canonical()]
    turned = [x for x in orders if _relabelled(truth, _aligned(truth, guess, x))]
    fitting = [x for x in orders if not _unfit(truth, _aligned(truth, guess, x))]
    table: tuple[tuple[Kind, list[Order]], ...] = (
        (Kind.RIGHT, [x for x in equal if x == literal]),
        (Kind.RIGHT, [x for x in equal if _aligned(truth, guess, x) == truth]),
        (Kind.AXIS_ORDER, [x for x in turned if x == literal]),
        (Kind.RIGHT, equal),
        (Kind.AXIS_ORDER, turned),
        (Kind.WRONG, [x for x in fitting if x == literal]),
        (Kind.WRONG, _only(fitting, truth, guess)),
        (Kind.INVALID, _only(orders, truth, guess)),
    )
    return next(((kind, found[0]) for kind, found in table if found), (Kind.INVALID, literal))


def _only(orders: list[Order], truth: Pattern, guess: Pattern) -> list[Order]:
    """A single order, if it gives more axes the pattern's own labels than the literal one."""
    own = [_own_labels(truth, _aligned(truth, guess, x)) for x in (*orders, _literal(truth))]
    return orders if len(orders) == 1 and own[0] > own[-1] else []


def _own_labels(truth: Pattern, guess: Pattern) -> int:
    terms = zip(_terms(truth), _terms(guess), strict=True)
    return sum(one == other for pair in terms for one, other in zip(*pair, strict=False))


def _literal(truth: Pattern) -> Order:
    return tuple(range(len(truth.inputs)))


def _orders(truth: Pattern) -> Iterator[Order]:
    """The orders to try: the literal one first, and for few arrays every other one."""
    literal = _literal(truth)
    return itertools.permutations(literal) if len(literal) <= _MOST_PERMUTED else iter([literal])


def _aligned(truth: Pattern, guess: Pattern, order: Order) -> Pattern:
    """The guess with its operands in the gradient's order, and labels for its ellipsis."""
    if len(guess.inputs) != len(order):
        return guess
    aligned = Pattern(tuple(guess.inputs[place] for place in order), guess.output)
    return aligned if ELLIPSIS in truth.labels() else _spread(truth, aligned)


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


def _hidden(guess: Pattern, aligned: Pattern) -> list[str]:
    """The labels that replace an ellipsis of `guess`."""
    known = {*guess.labels()}
    return [label for label in aligned.labels() if ELLIPSIS in known and label not in known]


def _given_back(pattern: Pattern, order: Order) -> Pattern:
    """`pattern` with its operands in the order of the guess."""
    inputs = (pattern.inputs[order.index(place)] for place in range(len(order)))
    return Pattern(tuple(inputs), pattern.output)


def _have_equal_ranks(truth: Pattern, guess: Pattern) -> bool:
    if len(truth.inputs) != len(guess.inputs):
        return False
    return not any(map(have_other_ranks, _terms(truth), _terms(guess)))


def _terms(pattern: Pattern) -> tuple[Labels, ...]:
    return (*pattern.inputs, pattern.output)


def _unfit(truth: Pattern, guess: Pattern) -> bool:
    return misfit(truth, guess, [""] * len(truth.inputs), "") is not None


def _relabelled(truth: Pattern, guess: Pattern) -> Pattern | None:
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
    for number, term in enumerate(_terms(pattern)):
        for label, count in Counter(term).items():
            found[label].append((number, count))
    return {label: tuple(counts) for label, counts in found.items()}


def _reason(
    kind: Kind,
    truth: Pattern,
    guess: Pattern,
    relabelled: Pattern | None,
    arrays: Sequence[str],
    operand: str,
) -> tuple[str | None, str | None]:
    """The label to blame, if any, and what is wrong, in words."""
    if relabelled is not None:
        names = (*arrays, "the gradient")
        differences = [
            f"{name} has the axes {' '.join(is_term)}, but the guess writes {' '.join(term)}"
            for name, is_term, term in zip(names, _terms(relabelled), _terms(guess), strict=True)
            if is_term != term
        ]
        return None, "; ".join(differences)
    if kind is Kind.WRONG:
        return None, _split_label(truth, guess)
    found = misfit(truth, guess, arrays, operand) if kind is Kind.INVALID else None
    return (found.label, found.why) if found else (None, None)


def _split_label(truth: Pattern, guess: Pattern) -> str:
    """What is wrong with a guess that runs: it has several labels where one should be."""
    pairs = [
        pair
        for terms in zip(_terms(truth), _terms(guess), strict=True)
        for pair in zip(*terms, strict=True)
    ]
    several = {label: distinct(x for y, x in pairs if y == label) for label, _ in pairs}
    label = next(label for label, theirs in several.items() if len(theirs) > 1)
    return f"{label} is one label, but the guess has {listed(several[label], 'and')} for it"
