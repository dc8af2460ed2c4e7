"""The gradient of an operand, derived line by line.

The rules map a `Formula` to a `Formula` and know nothing of the swap rule, so the pattern they end
with confirms it independently.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from einsum_grad.plan.derive.formula import Factor, Formula, fresh, stated, with_deltas
from einsum_grad.plan.names import Names, read_names
from einsum_grad.plan.pattern import Labels, Pattern, distinct


class Rule(StrEnum):
    """The rules, in order of application."""

    ELEMENT = "element"
    PRODUCT = "product rule"
    DELTAS = "deltas"
    CHAIN = "chain rule"
    CONTRACTION = "contraction"
    RENAMING = "renaming"
    PATTERN = "pattern"


@dataclass(frozen=True, slots=True)
class Derived:
    """One line of a derivation, and the rule by which it follows from the previous one."""

    rule: Rule
    before: Formula
    formula: Formula


def derivation_of(
    pattern: Pattern, operand: int, names: Names | None = None
) -> tuple[Derived, ...]:
    """Derive the gradient of one operand.

    The first line is an entry of the output, the last the gradient's pattern. Rules between them
    that change nothing have no line.

    >>> lines = derivation_of(Pattern((("b", "i", "j"), ("j", "k")), ("i", "k")), 0)
    >>> [str(line.rule) for line in lines[:4]]
    ['element', 'product rule', 'deltas', 'chain rule']
    >>> lines[2].formula.deltas
    (('b', "b'"), ('i', "i'"), ('j', "j'"))
    >>> str(lines[-1].formula.pattern())
    'ik,jk->bij'
    """
    names = names or read_names(None, len(pattern.inputs))
    formula = stated(pattern, names.operands, names.output, operand)
    return tuple(_lines(formula))


def _lines(formula: Formula) -> Iterator[Derived]:
    for rule, apply in RULES.items():
        before, formula = formula, apply(formula)
        if formula != before or rule in (Rule.ELEMENT, Rule.PATTERN):
            yield Derived(rule, before, formula)


def fixed(formula: Formula) -> dict[str, str]:
    """The summed labels that the deltas fix, each with the label it must equal.

    >>> fixed(Formula(Factor("Z", ("a", "b")), (("i", "a"), ("b", "j")), ("i", "j"), ()))
    {'i': 'a', 'j': 'b'}
    """
    return {
        label: equal[0] for equal in _equal(formula) for label in equal[1:] if label in formula.sums
    }


def _equal(formula: Formula) -> list[Labels]:
    """The groups of labels that the deltas make equal; labels of the left side come first."""
    groups: list[set[str]] = []
    for delta in formula.deltas:
        touching = [group for group in groups if not group.isdisjoint(delta)]
        apart = [group for group in groups if group.isdisjoint(delta)]
        groups = [*apart, set(delta).union(*touching)]
    order = formula.labels()
    ordered = [tuple(label for label in order if label in group) for group in groups]
    return sorted(ordered, key=lambda equal: order.index(equal[0]))


def product_rule(formula: Formula) -> Formula:
    """Differentiate by an entry of the operand, the only factor that depends on it."""
    operand = formula.factors[formula.place]
    entry = Factor(operand.name, fresh(operand.indices, formula.labels()))
    place = formula.place
    differentiated = dataclasses.replace(operand, by=(entry,))
    return dataclasses.replace(
        formula,
        left=dataclasses.replace(formula.left, by=(entry,)),
        factors=(*formula.factors[:place], differentiated, *formula.factors[place + 1 :]),
    )


def deltas(formula: Formula) -> Formula:
    """Write deltas for the derivatives of entries by entries of the same array."""
    differentiated = [factor for factor in formula.factors if factor.by]
    pairs = (
        pair
        for factor in differentiated
        for entry in factor.by
        for pair in zip(factor.indices, entry.indices, strict=True)
    )
    return dataclasses.replace(
        formula,
        deltas=(*formula.deltas, *(pair for pair in pairs if pair[0] != pair[1])),
        factors=tuple(factor for factor in formula.factors if not factor.by),
    )


def chain_rule(formula: Formula) -> Formula:
    """Multiply by the cotangent, in the operand's place, and sum over all of Z."""
    (entry,), place = formula.left.by, formula.place
    cotangent = Factor(f"d{formula.left.name}", formula.left.indices)
    factors = (*formula.factors[:place], cotangent, *formula.factors[place:])
    sums = (*cotangent.labels(), *formula.sums)
    return dataclasses.replace(
        formula,
        left=Factor(f"d{entry.name}", entry.indices),
        sums=sums if formula.deltas else _in_order(sums, factors),
        factors=factors,
    )


def contraction(formula: Formula) -> Formula:
    """Replace each sum over a label that a delta fixes by its only nonzero term."""
    names = fixed(formula)
    contracted = formula.rename(names)
    left = (tuple(x for x in equal if x not in names) for equal in _equal(formula))
    sums = tuple(label for label in formula.sums if label not in names)
    return dataclasses.replace(
        contracted,
        deltas=tuple(equal for equal in left if len(equal) > 1),
        sums=_in_order(sums, contracted.factors),
    )


def _in_order(sums: Labels, factors: tuple[Factor, ...]) -> Labels:
    """The summed labels in the order in which the factors have them."""
    used = (label for factor in factors for label in factor.labels())
    return tuple(label for label in distinct((*used, *sums)) if label in sums)


def renaming(formula: Formula) -> Formula:
    """Give the entry the operand's own labels, which are free again."""
    return formula.rename(dict(zip(formula.left.indices, formula.own(), strict=True)))


def read_pattern(formula: Formula) -> Formula:
    """Express the deltas by labels alone: a label that occurs twice is a diagonal."""
    names = {label: equal[0] for equal in formula.deltas for label in equal}
    return dataclasses.replace(formula.rename(names), deltas=())


RULES: dict[Rule, Callable[[Formula], Formula]] = {
    Rule.ELEMENT: with_deltas,
    Rule.PRODUCT: product_rule,
    Rule.DELTAS: deltas,
    Rule.CHAIN: chain_rule,
    Rule.CONTRACTION: contraction,
    Rule.RENAMING: renaming,
    Rule.PATTERN: read_pattern,
}
