"""`Explained` to plain lists and dicts; docs/command-line.md describes the format."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from einsum_grad.explain.blocks import einops_repeat
from einsum_grad.explain.costs import PartCost
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.latex.spelling import LATEX
from einsum_grad.explain.spelling import UNICODE, equation
from einsum_grad.plan import UNIT, Formula, Gradient, Labels, NormalForm
from einsum_grad.plan.derive.reasons import Fact, form_facts, gradient_facts

SCHEMA = 1
"""The version of the format; adding a key does not change it."""


def document(explanation: Explained) -> dict[str, Any]:
    """Everything that is explained, as plain lists and dicts."""
    form, costs = explanation.forward, explanation.costs
    facts = form_facts(form, explanation.operands, explanation.names.output, "value")
    return {
        **heading(explanation),
        "forward": {
            **_equations(explanation.forward_formula()),
            **_form(explanation, form),
            "reasons": list(map(fact_entry, facts)),
            "cost": _part_cost(explanation, costs.forward),
        },
        "gradients": [
            _gradient(explanation, gradient, cost)
            for gradient, cost in zip(explanation.gradients, costs.gradients, strict=True)
        ],
        "left_out": explanation.left_out,
        "cost": {
            "itemsize": costs.itemsize,
            "best_order": costs.ordered,
            "total": dataclasses.asdict(costs.total) if costs.total else None,
        },
    }


def heading(explanation: Explained) -> dict[str, Any]:
    """What is explained: the pattern, its operands and output, and the known sizes."""
    return {
        "schema": SCHEMA,
        "pattern": explanation.spell(explanation.pattern),
        "notation": explanation.notation,
        "operands": _operands(explanation),
        "output": {"name": explanation.names.output, "labels": list(explanation.pattern.output)},
        "sizes": dict(explanation.sizes),
    }


def _operands(explanation: Explained) -> list[dict[str, Any]]:
    named = zip(explanation.operands, explanation.pattern.inputs, strict=True)
    return [
        {"name": name, "labels": list(term), "shape": _shape(term, explanation.sizes)}
        for name, term in named
    ]


def _shape(term: Labels, sizes: Mapping[str, int]) -> list[int] | None:
    """The sizes of the labels, if all are known."""
    known = {UNIT: 1, **sizes}
    return [known[label] for label in term] if known.keys() >= set(term) else None


def _gradient(explanation: Explained, gradient: Gradient, cost: PartCost) -> dict[str, Any]:
    facts = gradient_facts(gradient, explanation.operands, explanation.names.cotangent)
    return {
        "operand": gradient.operand,
        "name": f"d{explanation.operands[gradient.operand]}",
        **_equations(explanation.gradient_formula(gradient)),
        **_form(explanation, gradient.form),
        "summed_back": [{"label": label, "axis": axis} for label, axis in gradient.summed_back],
        "expanded": list(gradient.expanded),
        "reasons": list(map(fact_entry, facts)),
        "cost": _part_cost(explanation, cost),
    }


def _equations(formula: Formula) -> dict[str, Any]:
    return {"equation": equation(formula, UNICODE), "latex": equation(formula, LATEX)}


def _form(explanation: Explained, form: NormalForm) -> dict[str, Any]:
    return {
        "pattern": explanation.spell(form.pattern),
        "runs_as_it_stands": form.pattern == form.reduced,
        "reduced": explanation.spell(form.reduced),
        "summed": list(form.reduced.contracted()),
        "repeat_axes": list(form.repeat_axes),
        "einops_repeat": einops_repeat(form) if form.repeat_axes else None,
        "diagonals": [{"label": label, "axes": list(axes)} for label, axes in form.diagonals],
    }


def fact_entry(fact: Fact) -> dict[str, Any]:
    """A fact: its sentence, and what it is about."""
    return {
        "kind": fact.why.value,
        "name": fact.name,
        "labels": list(fact.labels),
        "axes": list(fact.axes),
        "text": fact.sentence,
    }


def _part_cost(explanation: Explained, cost: PartCost) -> dict[str, Any]:
    return {
        "terms": [{"count": term.count, "labels": list(term.labels)} for term in cost.flops],
        "flops": cost.work.flops if cost.work else None,
        "bytes_moved": cost.work.bytes_moved if cost.work else None,
        "shared": _spelled(explanation, cost),
    }


def _spelled(explanation: Explained, cost: PartCost) -> list[str]:
    return [explanation.spell(pattern) for pattern in cost.shared]
