"""`Formulas` to lines of text: what a person reads in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from einsum_grad.calculus.derivatives.compress import compressed
from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import dim_of
from einsum_grad.explain.expression.formulas import Definition, Formula, Formulas, formulas
from einsum_grad.plan import UNIT, Labels

_COLUMN = 11
"""Characters before an equals sign, at least."""

_GAP = 4
_LONG = 60
"""Characters of a formula beyond which the definitions beside it do not align with others."""


def report(
    derivation: Derivation,
    order: int = 2,
    sizes: Mapping[str, int] | None = None,
    width: int = 100,
) -> str:
    """The value and its derivatives, each name beside the first formula that needs it.

    >>> from einsum_grad.calculus.derive import derivation
    >>> print(report(derivation("sum((A @ x - b)**2)", "A: m n, x: n, b: m", "x")))
    f          = Σ_m r[m]²                r[m] = Σ_n A[m,n] · x[n] - b[m]
    df/dx[n]   = 2 · Σ_m A[m,n] · r[m]
               = 2 * A.T @ r
    d²f/dx[n]dx[a] = 2 · Σ_m A[m,n] · A[m,a]
               = 2 * A.T @ A
        dense  n·n numbers    compressed  n·n numbers
    """
    return "\n".join(_lines(derivation, formulas(derivation, order), sizes, width))


def _lines(
    derivation: Derivation, found: Formulas, sizes: Mapping[str, int] | None, width: int
) -> Iterator[str]:
    column = max(_COLUMN, *(len(x.left) + 1 for x in (found.value, *found.gradients)))
    heads = [_head(x, column) for x in (found.value, *found.gradients)]
    beside = max(len(head) for head in heads if len(head) <= _LONG or head is heads[0]) + _GAP
    shown = set[str]()
    yield from _with_definitions(heads[0], found.value, found, shown, beside, width)
    for formula, head in zip(found.gradients, heads[1:], strict=True):
        yield from _with_definitions(head, formula, found, shown, beside, width)
        yield f"{' ' * column}= {formula.numpy}"
    for row, (formulas_of_row, terms_of_row) in enumerate(
        zip(found.hessians, derivation.hessians, strict=False)
    ):
        pairs = zip(formulas_of_row[row:], terms_of_row[row:], strict=True)
        for place, (formula, terms) in enumerate(pairs, row):
            head = _head(formula, column)
            yield from _with_definitions(head, formula, found, shown, beside, width)
            yield f"{' ' * column}= {formula.numpy}"
            names = derivation.wrt[row], derivation.wrt[place]
            yield _numbers(derivation, names, terms, sizes)


def _head(formula: Formula, column: int) -> str:
    return f"{formula.left.ljust(column - 1)} = {formula.formula}"


def _with_definitions(
    head: str, formula: Formula, found: Formulas, shown: set[str], beside: int, width: int
) -> Iterator[str]:
    """A formula, and to its right, or below, what it needs that was not shown before."""
    new = [x for x in found.definitions if x.name in formula.needs and x.name not in shown]
    shown.update(x.name for x in new)
    at = max(beside, len(head) + _GAP)
    if not new:
        yield head
    elif all(at + len(str(x)) <= width for x in new):
        yield f"{head.ljust(at)}{new[0]}"
        yield from (f"{' ' * at}{x}" for x in new[1:])
    else:
        yield head
        yield from _listed(new)


def _listed(new: Sequence[Definition]) -> Iterator[str]:
    for place, each in enumerate(new):
        yield f"    {'with ' if place == 0 else '     '}{each}"


def _numbers(
    derivation: Derivation,
    names: Sequence[str],
    terms: Terms,
    sizes: Mapping[str, int] | None,
) -> str:
    """How many numbers a Hessian has as it is, and how many its terms have."""
    dims = [dim for name in names for dim in derivation.axes(name)]
    known = dict(sizes or {})
    kept = compressed(derivation.graph.copy(), terms, known)
    arrays = [tuple(map(dim_of, labels)) for term in kept for _, labels in term.factors]
    dense = _count([(*derivation.dims, *dims)], known)
    return f"    dense  {dense} numbers    compressed  {_count(arrays, known)} numbers"


def _count(arrays: Sequence[Labels], sizes: Mapping[str, int]) -> str:
    """The entries of arrays of these dimensions: a number, if all sizes are known."""
    own = [[dim for dim in dims if dim != UNIT] for dims in arrays]
    if all(dim in sizes for dims in own for dim in dims):
        return f"{sum(math.prod(sizes[dim] for dim in dims) for dims in own):,}"
    return " + ".join("·".join(dims) or "1" for dims in own)
