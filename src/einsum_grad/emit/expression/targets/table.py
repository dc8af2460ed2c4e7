"""The targets of expressions by name."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import reached
from einsum_grad.emit.expression.targets import array_api, jax, numpy, torch
from einsum_grad.emit.text.target import Target
from einsum_grad.errors import ArgumentError

EXPRESSION_TARGETS: Mapping[str, Target] = {
    each.TARGET.name: each.TARGET for each in (numpy, torch, jax, array_api)
}


def expression_target(name: object) -> Target:
    """The target called `name`; `ArgumentError` if there is none for expressions."""
    if not isinstance(name, str) or name not in EXPRESSION_TARGETS:
        known = ", ".join(EXPRESSION_TARGETS)
        raise ArgumentError(f"the target of an expression is one of {known}, and not {name!r:.80}")
    return EXPRESSION_TARGETS[name]


def check_functions(given: Derivation, target: Target) -> None:
    """Raise `ArgumentError` unless the target has every function of the expression."""
    factors = (n for row in given.hessians for terms in row for x in terms for n, _ in x.factors)
    roots = [given.value, *given.gradients, *given.products, *factors]
    for number in reached(given.graph, *roots):
        name = getattr(given.graph[number], "function", "power")
        if _SPELLED.get(name, name) not in target.spellings:
            raise ArgumentError(f"the target {target.name} has no {name}")


_SPELLED = {"pow": "power"}
