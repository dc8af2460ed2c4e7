"""Certificates of expressions: right derivatives are never refused, wrong ones are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from einsum_grad.calculus.derive import Derivation, derivation
from einsum_grad.calculus.graph.graph import Apply, Einsum, Leaf, Sum, reached
from einsum_grad.calculus.graph.rebuild import rebuilt, substituted
from einsum_grad.calculus.graph.sums import einsum, total
from einsum_grad.certify.expression.certify import certify_derivation
from tests.calculus.cases import CASES, SIZES, Case
from tests.calculus.draw import draw
from tests.calculus.interpret import linear_map, values
from tests.tries import tries


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.text} by {case.wrt}")
def test_right_derivatives_are_certified(case: Case) -> None:
    assert certify_derivation(derivation(case.text, case.given, case.wrt))


def test_several_variables_are_certified() -> None:
    found = derivation("sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k", ("U", "V"))
    assert certify_derivation(found, trials=2)


def test_patterns_of_many_arrays_are_computed_two_at_a_time() -> None:
    lines = ["x = sin(x) @ A"] * 10
    assert certify_derivation(derivation("\n".join([*lines, "sum(x)"]), "x: n, A: n n", "x"))


def mutants(found: Derivation, choice: random.Random) -> Iterator[tuple[str, Derivation]]:
    """Derivations of which the gradient or the Hessian is changed in one place."""
    graph = found.graph.copy()
    changed = replace(found, graph=graph)
    (gradient,), ((terms,),) = found.gradients, found.hessians
    inner = [n for n in reached(graph, gradient) if not isinstance(graph[n], Leaf)]
    for number in choice.sample(inner, min(4, len(inner))):
        made = substituted(graph, gradient, {number: mutated(changed, number, choice)})
        yield "the gradient", replace(changed, gradients=(made,))
    for place, term in enumerate(terms):
        factor = choice.choice([Fraction(-1), Fraction(2), Fraction(1, 2)])
        scaled = replace(term, coefficient=term.coefficient * factor)
        others = (*terms[:place], *terms[place + 1 :])
        yield "the Hessian", replace(changed, hessians=(((scaled, *others),),))
        yield "the Hessian", replace(changed, hessians=((others,),))


def mutated(found: Derivation, number: int, choice: random.Random) -> int:
    """Another node with the same axes."""
    graph, node = found.graph, found.graph[number]
    if isinstance(node, Apply) and node.function in ("exp", "sigmoid", "tanh", "sin", "cos"):
        other = choice.choice(["tanh", "cos", "softplus"])
        return (
            rebuilt(graph, number, node.args)
            if other == node.function
            else graph.add(Apply(other, node.dims, node.args))
        )
    if isinstance(node, Sum) and len(node.args) > 1:
        signs = (-node.coefficients[0], *node.coefficients[1:])
        return total(graph, zip(signs, node.args, strict=True), node.dims)
    if isinstance(node, Einsum) and len(node.dims) == 2 and node.dims[0] == node.dims[1]:
        one, other = graph.fresh(node.dims)
        return einsum(graph, [(number, (one, other))], (other, one))
    return total(graph, [(choice.choice([Fraction(-1), Fraction(3)]), number)], node.dims)


def results(found: Derivation, case: Case) -> list[NDArray[Any]]:
    """The gradient and the Hessian in floating point."""
    arrays = draw(case)
    shape, (terms,) = arrays[case.wrt].shape, found.hessians[0]
    factors = [n for term in terms for n, _ in term.factors]
    own = {**arrays, f"{case.wrt} moves": np.ones(shape)}
    got = values(found.graph, [found.value, *found.gradients, *factors], own, SIZES)
    rows = got[found.value].shape + shape
    dense = linear_map(found.graph, terms, got, rows, shape).materialize()
    return [got[found.gradients[0]], dense]


def counted(cases: list[Case]) -> tuple[int, list[str]]:
    """How many mutants of these cases change the result, and which of them are certified."""
    choice, count, missed = random.Random(0), 0, []
    for case in cases:
        found = derivation(case.text, case.given, case.wrt)
        with np.errstate(all="ignore"):
            right = results(found, case)
            for name, mutant in mutants(found, choice):
                wrong = results(mutant, case)
                if all(
                    np.allclose(*pair, equal_nan=True) for pair in zip(right, wrong, strict=True)
                ):
                    continue
                count += 1
                if certify_derivation(mutant):
                    missed.append(f"{name} of {case.text}")
    return count, missed


def test_wrong_derivatives_are_refused() -> None:
    count, missed = counted(CASES[:: round(len(CASES) / tries(len(CASES)))])
    assert count > 100
    assert missed == []
