"""A derivation to plain lists and dicts; docs/command-line.md describes the format."""

from __future__ import annotations

from typing import Any

from einsum_grad.explain.derived import facts, lines, pattern
from einsum_grad.explain.document import fact_entry, heading
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.latex.spelling import LATEX
from einsum_grad.explain.rules import sentence
from einsum_grad.explain.spelling import UNICODE, Spelling, equation
from einsum_grad.plan import Derived, Factor, Formula, Gradient, Rule


def document(explained: Explained) -> dict[str, Any]:
    """Return every line of every derivation."""
    return {
        **heading(explained),
        "derivations": [_derivation(explained, gradient) for gradient in explained.gradients],
        "left_out": explained.left_out,
    }


def _derivation(explained: Explained, gradient: Gradient) -> dict[str, Any]:
    return {
        "operand": gradient.operand,
        "name": f"d{explained.operands[gradient.operand]}",
        "pattern": explained.spell(gradient.form.pattern),
        "lines": [_line(explained, line) for line in lines(explained, gradient)],
        "reasons": list(map(fact_entry, facts(explained, gradient))),
    }


def _line(explained: Explained, line: Derived) -> dict[str, Any]:
    return {
        "rule": line.rule.value,
        "sentence": sentence(line, UNICODE),
        "text": _text(explained, line, UNICODE),
        "latex": _text(explained, line, LATEX),
        "expression": _expression(line.formula),
    }


def _text(explained: Explained, line: Derived, spelling: Spelling) -> str:
    if line.rule is Rule.PATTERN:
        return spelling.pattern(pattern(explained, line))
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
