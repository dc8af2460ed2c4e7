"""Whether a module of an expression computes what its docstring says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from einsum_grad.calculus.derivatives.compress import compressed
from einsum_grad.calculus.derivatives.terms import dense
from einsum_grad.calculus.derive import Derivation
from einsum_grad.certify.certificate import Finding
from einsum_grad.certify.expression.certify import (
    ExpressionCertificate,
    at_points,
    certify_derivation,
)
from einsum_grad.certify.expression.claim import ExpressionClaim
from einsum_grad.certify.expression.dual import Array, Point, duals
from einsum_grad.certify.expression.exact import Exact, as_residue, replaced
from einsum_grad.certify.expression.field import NoRootError, UnknownFunctionError
from einsum_grad.certify.run import error_text

Nested = Any
"""A node's number, or a tuple of such."""


def certify_expression_module(
    module: ModuleType, claim: ExpressionClaim, trials: int = 1, seed: int = 0
) -> ExpressionCertificate:
    """Run every function of a module on residues, and hold it against the formulas.

    These are certified too: so what the module computes is proved.
    """
    given = claim.derivation
    found = replace(given, graph=given.graph.copy())
    expected = _expected(found, claim)
    unknown = [(name, "it has no exact counterpart here") for name in expected]
    told: dict[str, str] = {}

    def judge(point: Point) -> list[tuple[str, str]]:
        return list(_at(module, found, expected, point))

    for said in at_points(found, trials, seed, judge, unknown):
        for name, wrong in said:
            told[name] = told.get(name) or wrong
    code = [
        Finding(name, not wrong, wrong or "it computes what the docstring says")
        for name, wrong in told.items()
    ]
    formulas = certify_derivation(given, trials, seed)
    return ExpressionCertificate((*code, *formulas.findings), trials)


def _expected(found: Derivation, claim: ExpressionClaim) -> dict[str, Nested]:
    """The nodes that each function returns, nested as it returns them."""
    graph = found.graph
    kept = (compressed(graph, terms, claim.sizes) for row in found.hessians for terms in row)
    factors = tuple(number for terms in kept for term in terms for number, _ in term.factors)
    axes = [found.axes(name) for name in found.wrt]
    whole = tuple(
        _nested(
            tuple(
                dense(graph, terms, (*found.dims, *rows, *columns))
                for terms, columns in zip(row, axes, strict=True)
            )
        )
        for row, rows in zip(found.hessians, axes, strict=True)
    )
    gradients = _nested(found.gradients)
    return {
        "value": found.value,
        "gradient": gradients,
        "value_and_gradient": (found.value, gradients),
        "hessian": _nested(whole),
        "hessian_compressed": factors,
        "hessian_vector": _nested(found.products),
    }


def _nested(items: tuple[Nested, ...]) -> Nested:
    return items[0] if len(items) == 1 else items


def _at(
    module: ModuleType, found: Derivation, expected: Mapping[str, Nested], point: Point
) -> Iterator[tuple[str, str]]:
    roots = [number for each in expected.values() for number in _flat(each)]
    known = duals(found.graph, roots, point)
    exact = Exact(point.seed)
    arrays = [exact.numbers(point.arrays[each.name]) for each in found.declarations]
    moves = [exact.numbers(point.moves[name]) for name in found.wrt]
    module.__dict__.update(replaced(point.seed))
    for name, nodes in expected.items():
        given = [*moves, *arrays] if name == "hessian_vector" else arrays
        wanted = [known[number][0] for number in _flat(nodes)]
        yield name, _wrong(getattr(module, name, None), given, wanted)


def _flat(value: Nested) -> Iterator[Any]:
    for each in value if isinstance(value, tuple) else (value,):
        yield from _flat(each) if isinstance(each, tuple) else (each,)


def _wrong(function: Any, given: Sequence[Array], wanted: Sequence[Array]) -> str:
    """What is wrong with what a function returns."""
    if function is None:
        return "the module does not define it"
    try:
        got = [_residues(each) for each in _flat(function(*given))]
    except (NoRootError, UnknownFunctionError):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the code may be anybody's
        return f"it raises {error_text(error)}"
    if len(got) != len(wanted):
        return f"it returns {len(got)} arrays, and not {len(wanted)}"
    for one, other in zip(got, wanted, strict=True):
        if one.shape != other.shape:
            return f"it returns the shape {one.shape}, and not {other.shape}"
        if (one != other).any():
            return "it computes something else than the docstring says"
    return ""


def _residues(array: Any) -> Array:
    given = np.asarray(array, object)
    made = np.empty(given.shape, object)
    for place in np.ndindex(given.shape):
        made[place] = as_residue(given[place])
    return made
