"""Whether the derivatives of a derivation are those of its value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import Graph, Leaf, reached
from einsum_grad.certify.certificate import Finding
from einsum_grad.certify.expression.dual import (
    Array,
    Pair,
    Point,
    contracted,
    drawn,
    duals,
    shape_of,
)
from einsum_grad.certify.expression.field import PRIME, NoRootError, UnknownFunctionError, residue
from einsum_grad.plan import Pattern
from einsum_grad.visible import preformatted, visible_lines

T = TypeVar("T")

Judged = tuple[bool | None, ...]
"""Whether each claim holds at a point; None where nothing is known."""

BRANCHES, TIES = 16, 8
"""Points for each trial where there are comparisons, which go either way, and those with ties."""

MOST_POINTS, FEW_POINTS = 400, 4
"""Points that are drawn before one is found at which every root exists; of those with ties, few."""


@dataclass(frozen=True, slots=True)
class ExpressionCertificate:
    """The findings on the derivatives of an expression.

    The value is computed in dual numbers modulo a prime, and its derivative along a random
    direction is held against the gradient; that of the gradient against the Hessian, and against
    its product with the direction. exp, tanh and other functions are random functions there, of
    which nothing is known but their derivative; the inverse and the determinant are exact. So an
    equation that holds at a random point is an identity, but for a chance of about the degree of
    both sides over the prime (J. T. Schwartz 1980; R. Zippel 1979). What is called wrong is wrong,
    unless it needs more of a function than its derivative.
    """

    findings: tuple[Finding, ...]
    trials: int
    prime: int = PRIME

    @property
    def is_right(self) -> bool:
        """Whether every finding is right."""
        return all(finding.is_right for finding in self.findings)

    def __bool__(self) -> bool:
        return self.is_right

    def to_dict(self) -> dict[str, Any]:
        """The certificate as plain data, for JSON."""
        return {
            "schema": 1,
            "is_right": self.is_right,
            "findings": [
                {"name": each.name, "is_right": each.is_right, "told": each.told}
                for each in self.findings
            ],
            "trials": self.trials,
            "prime": self.prime,
        }

    def __str__(self) -> str:
        lines = [*map(str, self.findings), f"    modulo the prime {self.prime}"]
        return visible_lines("\n".join(lines))

    def _repr_html_(self) -> str:
        return preformatted(str(self))


def certify_derivation(found: Derivation, trials: int = 1, seed: int = 0) -> ExpressionCertificate:
    """Hold the derivatives of an expression against dual numbers, at so many random points.

    >>> from einsum_grad.calculus.derive import derivation
    >>> print(certify_derivation(derivation("sum(tanh(A @ x))", "A: m n, x: n", "x")))
    the gradient is right: it is the derivative of the value
    the Hessian is right: it is the derivative of the gradient
    the Hessian times a vector is right: it is the derivative of the gradient
        modulo the prime 2305843009213690799
    """
    unknown: Judged = (None, None, None)
    judged = list(at_points(found, trials, seed, partial(_at, found), unknown))
    findings = (_finding(at, [each[at] for each in judged]) for at in range(len(_CLAIMS)))
    return ExpressionCertificate(tuple(findings), trials)


def has_branches(graph: Graph, numbers: Iterable[int]) -> bool:
    """Whether these nodes depend on comparisons."""
    return any(getattr(graph[number], "function", "") in _COMPARING for number in numbers)


_COMPARING = frozenset({"where", "maximum", "minimum", "max", "min", "relu", "abs", "sign"})

_CLAIMS = (
    ("the gradient", "the value"),
    ("the Hessian", "the gradient"),
    ("the Hessian times a vector", "the gradient"),
)
"""What is certified, and of what it is the derivative."""


def _finding(claim: int, told: Sequence[bool | None]) -> Finding:
    name, of = _CLAIMS[claim]
    if None in told:
        return Finding(name, False, "it is not proved: a function has no exact counterpart here")
    right = all(told)
    return Finding(name, right, f"it is {'' if right else 'not '}the derivative of {of}")


def at_points(
    found: Derivation, trials: int, seed: int, judge: Callable[[Point], T], unknown: T
) -> Iterator[T]:
    """What `judge` says at random points, or `unknown` where no point is found.

    With comparisons there are more, some of them with ties, if the expression has values there.
    """
    branching = has_branches(found.graph, reached(found.graph, found.value))
    for number in range(trials * (BRANCHES if branching else 1)):
        yield next(_judged(found, seed + number, False, judge), unknown)
    for number in range(trials * TIES if branching else 0):
        yield from _judged(found, seed + number, True, judge)


def _judged(found: Derivation, seed: int, ties: bool, judge: Callable[[Point], T]) -> Iterator[T]:
    """What is said at the first point at which every root exists; nothing if there is none."""
    for attempt in range(FEW_POINTS if ties else MOST_POINTS):
        try:
            yield judge(point_of(found, seed * MOST_POINTS + attempt, ties))
        except NoRootError:
            continue
        except UnknownFunctionError:
            pass
        return


def point_of(found: Derivation, seed: int, ties: bool = False) -> Point:
    """Random arrays; the marks for tangents are the directions of their variables."""
    arrays = {
        each.name: drawn(shape_of(each.axes), seed, "array", each.name, ties=ties)
        for each in found.declarations
    }
    moves = {name: drawn(shape_of(found.axes(name)), seed, "move", name) for name in found.wrt}
    marks = (found.graph[mark] for mark in found.tangents)
    named = {
        mark.name: moves[name]
        for mark, name in zip(marks, found.wrt, strict=True)
        if isinstance(mark, Leaf)
    }
    return Point(seed, {**arrays, **named}, moves)


def _at(found: Derivation, point: Point) -> Judged:
    factors = [n for row in found.hessians for terms in row for t in terms for n, _ in t.factors]
    roots = [found.value, *found.gradients, *found.products, *factors]
    known = duals(found.graph, roots, point)
    lead = len(found.dims)
    moves = [point.moves[name] for name in found.wrt]
    first = sum(
        _along(known[gradient][0], move, lead)
        for gradient, move in zip(found.gradients, moves, strict=True)
    )
    pairs = zip(found.gradients, found.hessians, found.products, strict=True)
    gradient_is_right = _equal(first, known[found.value][1])
    hessian_is_right = product_is_right = True
    for gradient, row, product in pairs:
        expected = known[gradient][1]
        applied = sum(
            _applied(terms, known, move, expected.shape)
            for terms, move in zip(row, moves, strict=True)
        )
        hessian_is_right &= _equal(applied, expected)
        product_is_right &= _equal(known[product][0], expected)
    return gradient_is_right, hessian_is_right, product_is_right


def _along(gradient: Array, move: Array, lead: int) -> Array:
    """The sum of a gradient times a direction, over all axes but the first `lead` ones."""
    axes = tuple(range(lead, lead + move.ndim))
    return np.asarray((gradient * move).sum(axis=axes) if axes else gradient * move)


def _applied(terms: Terms, known: dict[int, Pair], move: Array, shape: Sequence[int]) -> Array:
    total = np.zeros(tuple(shape), object)
    for term in terms:
        pattern = Pattern((*term.terms, term.columns), term.rows)
        arrays = [known[number][0] for number, _ in term.factors]
        total = total + residue(term.coefficient) * contracted(pattern, [*arrays, move])
    return total


def _equal(one: object, other: Array) -> bool:
    return bool(np.all((np.asarray(one, object) - other) % PRIME == 0))
