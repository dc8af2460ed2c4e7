"""`Derivative` to plain lists and dicts; docs/command-line.md describes the format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from einsum_grad.explain.derivative import compressed, dense, latex, left, products, text
from einsum_grad.explain.spelling import is_compact, pattern_text
from einsum_grad.lower.cost import Term
from einsum_grad.plan import Derivative, Factor, Names, normal_form

SCHEMA = 1
"""The version of the format; adding a key does not change it."""


def document(
    derivative: Derivative,
    sizes: Mapping[str, int],
    notation: str = "letters",
    names: Names | None = None,
) -> dict[str, Any]:
    """Everything that is shown of a derivative, as plain lists and dicts."""
    compact = is_compact(derivative.pattern, notation)
    output, *variables = left(derivative, names)
    return {
        "schema": SCHEMA,
        "pattern": pattern_text(derivative.pattern, compact),
        "wrt": [list(positions) for positions in derivative.wrt],
        "rows": [_factor(factor) for factor in (output, *variables[:-1])],
        "columns": _factor(variables[-1]),
        "equation": text(derivative, names=names),
        "latex": latex(derivative, names),
        "terms": [
            {
                "pattern": pattern_text(term.dense, compact),
                "apply": pattern_text(term.apply, compact),
                "reduced": pattern_text(normal_form(term.dense).reduced, compact),
                "repeat_axes": list(normal_form(term.dense).repeat_axes),
                "diagonals": [
                    {"label": label, "axes": list(axes)}
                    for label, axes in normal_form(term.dense).diagonals
                ],
                "deltas": [list(delta) for delta in product.deltas],
                "sums": list(product.sums),
                "factors": [
                    {"operand": number, **_factor(factor)}
                    for (number, _), factor in zip(term.factors, product.factors, strict=True)
                ],
            }
            for term, product in zip(derivative.terms, products(derivative, names), strict=True)
        ],
        "sizes": dict(sizes),
        "dense": [_amount(term, sizes) for term in dense(derivative)],
        "compressed": [_amount(term, sizes) for term in compressed(derivative, sizes)],
    }


def _factor(factor: Factor) -> dict[str, Any]:
    return {"name": factor.name, "indices": list(factor.indices)}


def _amount(term: Term, sizes: Mapping[str, int]) -> dict[str, Any]:
    known = term.at(sizes)
    return {"labels": list(term.labels), "numbers": None if known.labels else known.count}
