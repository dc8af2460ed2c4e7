"""A pattern and a guess to a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from einsum_grad.errors import ArgumentError
from einsum_grad.guess.counterexample import smallest
from einsum_grad.guess.fit import misfit
from einsum_grad.guess.reading import (
    Order,
    aligned,
    decide,
    have_equal_ranks,
    hidden_labels,
    keeps_labels,
    literal_order,
    relabelled,
    terms_of,
)
from einsum_grad.guess.verdict import Kind, Verdict
from einsum_grad.plan import ELLIPSIS, Labels, Pattern, distinct, request
from einsum_grad.plan.derive.reasons import listed
from einsum_grad.plan.read import implicit_output
from einsum_grad.plan.request import written

_TOLD = (Kind.WRONG, Kind.INVALID)
"""Verdicts that say which array has which labels."""


def check_guess(
    pattern: str,
    wrt: int | str,
    guess: str,
    notation: str = "letters",
    sizes: Mapping[str, int] | None = None,
    names: str | Iterable[str] | None = None,
) -> Verdict:
    """Judge `guess`, a pattern for the gradient of `pattern` by the operand `wrt`.

    `wrt` is its position or name. The operands of `guess` are the cotangent, in the place of the
    operand, and the other operands of `pattern`; its output may be generalised, and it may use any
    labels. `sizes` are those of output-only labels of `pattern`, and `names` says what operands and
    output are called, as "Q,K->S". Raises `PatternError` if either is no valid pattern, and
    `ArgumentError` or `ArgumentTypeError` for a `wrt` that names no operand.

    >>> print(check_guess("ij,jk->ik", 0, "ik,jk->ij"))
    dX: ik,jk->ij is right
    >>> verdict = check_guess("ij,jk->ik", 0, "ik,kj->ij")
    >>> print(verdict.kind, verdict.why, sep=": ")
    right but for an axis order: W has the axes j k, but the guess writes k j
    >>> check_guess("bij,jk->ik", 0, "ik,jk->ij").label
    'b'
    >>> print(check_guess("qd,kd->qk", "K", "qk,qd->kd", names="Q,K->S"))
    dK: qk,qd->kd is right
        it takes its operands in the order dS, Q
    """
    asked = request(pattern, wrt, notation, sizes, names=names)
    if len(asked.wrt) != 1:
        raise ArgumentError("a guess is for one gradient: wrt must name one operand")
    (operand,) = asked.wrt
    truth, read = asked.pattern.swap(operand), _read(guess, notation)
    called = asked.names.operands
    arrays = (*called[:operand], asked.names.cotangent, *called[operand + 1 :])
    kind, order = decide(truth, read)
    ours = aligned(truth, read, order)
    meant = relabelled(truth, ours) if kind is Kind.AXIS_ORDER else None
    right = read if kind is Kind.RIGHT else _given_back(meant or truth, order)
    label, why = _reason(kind, truth, ours, meant, arrays, called[operand])
    same = kind is Kind.RIGHT or not have_equal_ranks(truth, ours)
    if why and (hidden := hidden_labels(read, meant or ours)):
        why += f"; ... stands for {listed(hidden, 'and')}"
    plain = keeps_labels(truth, read, ours) or (kind in _TOLD and order == literal_order(truth))
    taken = tuple(arrays[order.index(place)] for place in range(len(order)))
    return Verdict(
        kind=kind,
        operand=operand,
        name=f"d{called[operand]}",
        guess=guess,
        right=str(right),
        order=taken,
        reordered=order != literal_order(truth),
        read_as=None if plain else _read_as(taken, read),
        label=label,
        why=why,
        counterexample=None if same else smallest(truth, ours, arrays, f"d{called[operand]}"),
    )


def _read(guess: str, notation: str) -> Pattern:
    """The guess as written, its labels unchecked."""
    equation = written(guess, notation)
    inputs = tuple(term.names for term in equation.inputs)
    return Pattern(inputs, equation.output.names if equation.output else implicit_output(inputs))


def _given_back(pattern: Pattern, order: Order) -> Pattern:
    """`pattern` with its operands in the order of the guess."""
    inputs = (pattern.inputs[order.index(place)] for place in range(len(order)))
    return Pattern(tuple(inputs), pattern.output)


def _read_as(arrays: Sequence[str], guess: Pattern) -> str:
    return ", ".join(f"{name}={_term(x)}" for name, x in zip(arrays, guess.inputs, strict=True))


def _term(labels: Labels) -> str:
    single = all(len(label) == 1 or label == ELLIPSIS for label in labels)
    return "".join(labels) if single else f"({' '.join(labels)})"


def _reason(
    kind: Kind,
    truth: Pattern,
    guess: Pattern,
    meant: Pattern | None,
    arrays: Sequence[str],
    operand: str,
) -> tuple[str | None, str | None]:
    """The label to blame, if any, and what is wrong, in words."""
    if meant is not None:
        names = (*arrays, f"d{operand}")
        differences = [
            f"{name} has the axes {' '.join(is_term)}, but the guess writes {' '.join(term)}"
            for name, is_term, term in zip(names, terms_of(meant), terms_of(guess), strict=True)
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
        for terms in zip(terms_of(truth), terms_of(guess), strict=True)
        for pair in zip(*terms, strict=True)
    ]
    several = {label: distinct(x for y, x in pairs if y == label) for label, _ in pairs}
    label = next(label for label, theirs in several.items() if len(theirs) > 1)
    return f"{label} is one label, but the guess has {listed(several[label], 'and')} for it"
