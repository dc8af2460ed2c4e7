"""`Derivation` to a document of plain lists and dicts; docs/command-line.md describes it."""

from __future__ import annotations

from typing import Any

from einsum_grad.explain.derivation import Derivation
from einsum_grad.explain.document import fact_entry, heading
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import LATEX, UNICODE, Spelling, equation
from einsum_grad.plan import Derived, Factor, Formula, Gradient, Rule


def document(derivation: Derivation) -> dict[str, Any]:
    """Return every line of every derivation."""
    explanation = derivation.explanation
    return {
        **heading(explanation),
        "derivations": [_derivation(derivation, gradient) for gradient in derivation.gradients],
        "left_out": explanation.left_out,
    }


def _derivation(derivation: Derivation, gradient: Gradient) -> dict[str, Any]:
    explanation = derivation.explanation
    return {
        "operand": gradient.operand,
        "name": f"d{explanation.operands[gradient.operand]}",
        "pattern": explanation.spell(gradient.form.pattern),
        "lines": [_line(derivation, line) for line in derivation.lines(gradient)],
        "reasons": list(map(fact_entry, derivation.facts(gradient))),
    }


def _line(derivation: Derivation, line: Derived) -> dict[str, Any]:
    return {
        "rule": line.rule.value,
        "sentence": sentence(line, UNICODE),
        "text": _told(derivation, line, UNICODE),
        "latex": _told(derivation, line, LATEX),
        "expression": _expression(line.formula),
    }


def _told(derivation: Derivation, line: Derived, spelling: Spelling) -> str:
    if line.rule is Rule.PATTERN:
        return spelling.pattern(derivation.pattern(line))
    return equation(line.formula, spelling)


def _expression(formula: Formula) -> dict[str, Any]:
    return {
        "left": _factor(formula.left),
        "free": list(formula.left.labels()),
        "bound": list(formula.sums),
        "deltas": list(map(list, formula.deltas)),
        "factors": list(map(_factor, formula.factors)),
    }


def _factor(factor: Factor) -> dict[str, Any]:
    return {
        "name": factor.name,
        "indices": list(factor.indices),
        "by": list(map(_factor, factor.by)),
    }
