"""Every line of a derivation follows from the previous one; a broken rule shows at its line."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from einsum_grad.plan import (
    OUTPUT,
    UNIT,
    Derived,
    Formula,
    Pattern,
    Rule,
    derivation_of,
    gradient,
    operand_names,
    pattern_of,
    plan,
    request,
    stated,
    with_deltas,
)
from einsum_grad.plan.derive import derivation
from einsum_grad.plan.derive.formula import ZERO, fresh
from einsum_grad.syntax import parse
from tests import definition
from tests.derivations import (
    MeaninglessError,
    Numbers,
    case_of,
    first_wrong,
    numbers_of,
    random_patterns,
)
from tests.strategies import Case, cases, seeds
from tests.tries import tries

MANY = tries(1000)


def pattern(text: str) -> Pattern:
    return pattern_of(parse(text))


def rules(text: str, operand: int = 0) -> list[str]:
    return [line.rule.value for line in derivation_of(pattern(text), operand)]


def derived(text: str, operand: int = 0) -> dict[Rule, Formula]:
    return {line.rule: line.formula for line in derivation_of(pattern(text), operand)}


def assert_right(numbers: Numbers, operand: int) -> None:
    """Each line follows, and the last ones agree with the planner and the definition."""
    lines = derivation_of(numbers.pattern, operand)
    assert first_wrong(numbers, lines) is None
    assert all(line.before == before.formula for before, line in itertools.pairwise(lines))
    planned = gradient(numbers.pattern, operand).form.pattern
    assert lines[-1].rule is Rule.PATTERN
    assert lines[-1].formula.pattern() == planned
    names = operand_names(len(numbers.pattern.inputs))
    left = (*names[:operand], f"d{OUTPUT}", *names[operand + 1 :])
    assert lines[-2].formula == with_deltas(stated(planned, left, f"d{names[operand]}", operand))
    *operands, cotangent = numbers.arrays.values()
    expected = definition.gradients(case_of(numbers), cotangent, operands)[operand]
    np.testing.assert_array_equal(numbers.evaluate(lines[-1].formula), expected, strict=True)


def test_every_line_of_random_patterns_follows_from_the_one_before() -> None:
    for numbers in random_patterns(MANY, seed=4):
        for operand in range(len(numbers.pattern.inputs)):
            assert_right(numbers, operand)


def test_random_patterns_have_all_that_makes_a_derivation_long() -> None:
    found: Counter[str] = Counter()
    for numbers in random_patterns(MANY, seed=4):
        terms, output = numbers.pattern.inputs, numbers.pattern.output
        known = set(numbers.pattern.input_labels())
        found["label twice in an operand"] += any(len(set(t)) < len(t) for t in terms)
        found["label twice in the output"] += len(set(output)) < len(output)
        found["label of the output alone"] += not known.issuperset(output)
        found["axis of size 1 that broadcasts"] += any(UNIT in term for term in terms)
        found["axes of an ellipsis"] += "..." in known
        found["scalar operand"] += () in terms
        found["scalar output"] += not output
        found["no entries"] += 0 in numbers.sizes.values()
        found["four operands"] += len(terms) == 4
        found["a gradient that is not 0"] += all(map(np.any, numbers.arrays.values()))
    assert min(found.values()) >= MANY // 20, found


@given(cases(), seeds)
def test_lines_of_a_pattern_bound_to_shapes_follow(case: Case, seed: int) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    numbers = numbers_of(asked.pattern, dict(asked.sizes), seed)
    for operand in range(len(asked.pattern.inputs)):
        assert_right(numbers, operand)


Broken = Callable[[Formula], Formula]


def reversed_left(formula: Formula) -> Formula:
    left = dataclasses.replace(formula.left, indices=formula.left.indices[::-1])
    return dataclasses.replace(formula, left=left)


def without_deltas(formula: Formula) -> Formula:
    return dataclasses.replace(formula, deltas=())


def first_factor_reversed(formula: Formula) -> Formula:
    factors = list(formula.factors)
    if factors:
        factors[0] = dataclasses.replace(factors[0], indices=factors[0].indices[::-1])
    return dataclasses.replace(formula, factors=tuple(factors))


def first_sum_forgotten(formula: Formula) -> Formula:
    return dataclasses.replace(formula, sums=formula.sums[1:])


def product_without_the_others(formula: Formula) -> Formula:
    return dataclasses.replace(formula, factors=(formula.factors[formula.place],))


def product_by_another_operand(formula: Formula) -> Formula:
    """Differentiate by an entry of the operand beside it."""
    place = (formula.place + 1) % len(formula.factors)
    factors = [dataclasses.replace(factor, by=()) for factor in formula.factors]
    other = factors[place]
    entry = dataclasses.replace(other, indices=fresh(other.indices, formula.labels()))
    factors[place] = dataclasses.replace(other, by=(entry,))
    left = dataclasses.replace(formula.left, by=(entry,))
    return dataclasses.replace(formula, left=left, factors=tuple(factors))


def product_with_the_operand_kept(formula: Formula) -> Formula:
    """Multiply with the derivative, and with the operand too."""
    entry = dataclasses.replace(formula.factors[formula.place], by=())
    return dataclasses.replace(formula, factors=(*formula.factors, entry))


def last_delta_forgotten(formula: Formula) -> Formula:
    return dataclasses.replace(formula, deltas=formula.deltas[:-1])


def deltas_crossed(formula: Formula) -> Formula:
    """The first two deltas have their last labels exchanged."""
    if len(formula.deltas) < 2:
        return formula
    one, other, *others = formula.deltas
    crossed = ((*one[:-1], other[-1]), (*other[:-1], one[-1]))
    return dataclasses.replace(formula, deltas=(*crossed, *others))


def cotangent_reversed(formula: Formula) -> Formula:
    factors = list(formula.factors)
    cotangent = factors[formula.place]
    factors[formula.place] = dataclasses.replace(cotangent, indices=cotangent.indices[::-1])
    return dataclasses.replace(formula, factors=tuple(factors))


def cotangent_forgotten(formula: Formula) -> Formula:
    factors = (*formula.factors[: formula.place], *formula.factors[formula.place + 1 :])
    return dataclasses.replace(formula, factors=factors)


def last_factor_left_behind(formula: Formula) -> Formula:
    """One factor has primed labels where the others have their own."""
    if not formula.factors:
        return formula
    primed = formula.factors[-1].rename({x: f"{x}'" for x in formula.left.indices if x != ZERO})
    return dataclasses.replace(formula, factors=(*formula.factors[:-1], primed))


def repeated_labels_once(formula: Formula) -> Formula:
    left = dataclasses.replace(formula.left, indices=tuple(dict.fromkeys(formula.left.indices)))
    return dataclasses.replace(formula, left=left)


MISTAKES: list[tuple[Rule, Broken]] = [
    (Rule.ELEMENT, without_deltas),
    (Rule.ELEMENT, first_sum_forgotten),
    (Rule.ELEMENT, first_factor_reversed),
    (Rule.PRODUCT, product_without_the_others),
    (Rule.PRODUCT, product_by_another_operand),
    (Rule.PRODUCT, product_with_the_operand_kept),
    (Rule.DELTAS, last_delta_forgotten),
    (Rule.DELTAS, deltas_crossed),
    (Rule.CHAIN, cotangent_reversed),
    (Rule.CHAIN, cotangent_forgotten),
    (Rule.CHAIN, first_sum_forgotten),
    (Rule.CONTRACTION, without_deltas),
    (Rule.CONTRACTION, last_factor_left_behind),
    (Rule.CONTRACTION, first_sum_forgotten),
    (Rule.RENAMING, reversed_left),
    (Rule.RENAMING, last_factor_left_behind),
    (Rule.PATTERN, reversed_left),
    (Rule.PATTERN, repeated_labels_once),
]


@pytest.mark.parametrize(
    ("rule", "mistake"), MISTAKES, ids=[f"{rule}-{made.__name__}" for rule, made in MISTAKES]
)
def test_a_broken_rule_is_seen_at_its_own_line(
    rule: Rule, mistake: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows wherever its line differs from the right one, and nowhere else."""
    examples, right, seen = right_lines(), derivation.RULES[rule], 0
    monkeypatch.setitem(derivation.RULES, rule, lambda formula: mistake(right(formula)))
    for numbers, operand, before in examples:
        lines = derivation_of(numbers.pattern, operand)
        found, expected = value(numbers, lines, rule), value(numbers, before, rule)
        same = found is None if expected is None else np.array_equal(found, expected)
        assert first_wrong(numbers, lines) is (None if same else rule)
        seen += not same
    assert seen >= 10


@functools.cache
def right_lines() -> list[tuple[Numbers, int, tuple[Derived, ...]]]:
    """Random patterns, an operand of each, and the lines that are right."""
    return [
        (numbers, operand, derivation_of(numbers.pattern, operand))
        for numbers in random_patterns(60, seed=7)
        for operand in range(len(numbers.pattern.inputs))
    ]


def value(numbers: Numbers, lines: tuple[Derived, ...], rule: Rule) -> Any:
    """The value of the line of `rule`; None if there is no such line, nan if it is meaningless."""
    for line in lines:
        if line.rule is rule:
            try:
                return numbers.evaluate(line.formula)
            except MeaninglessError:
                return np.nan
    return None


def test_every_rule_is_broken_in_some_way() -> None:
    assert {rule for rule, _ in MISTAKES} == set(Rule) == set(derivation.RULES)


def test_rules_come_in_the_order_of_a_course() -> None:
    assert rules("bij,jk->ik") == [
        "element",
        "product rule",
        "deltas",
        "chain rule",
        "contraction",
        "renaming",
        "pattern",
    ]


@pytest.mark.parametrize("text", ["->", ",i->i", "i,,j->ij"])
def test_a_scalar_operand_has_nothing_to_contract_or_to_rename(text: str) -> None:
    operand = pattern(text).inputs.index(())
    assert rules(text, operand) == ["element", "product rule", "deltas", "chain rule", "pattern"]


def test_operand_gets_labels_of_its_own() -> None:
    (entry,) = derived("ii,ij->j")[Rule.PRODUCT].left.by
    assert entry.indices == ("i'", "i''")


def test_primes_avoid_those_of_the_output() -> None:
    lines = derived("i->ii")
    assert lines[Rule.ELEMENT].left.indices == ("i", "i'")
    assert lines[Rule.PRODUCT].left.by[0].indices == ("i''",)
    assert lines[Rule.RENAMING].left.indices == ("i",)


def test_label_of_the_operand_alone_is_gone_after_the_contraction() -> None:
    lines = derived("bij,jk->ik")
    assert "b" in lines[Rule.CHAIN].sums
    assert lines[Rule.CONTRACTION].sums == ("k",)
    assert all("b'" not in factor.indices for factor in lines[Rule.CONTRACTION].factors)


def test_delta_between_labels_of_the_operand_stays() -> None:
    lines = derived("iii->")
    assert lines[Rule.DELTAS].deltas == (("i", "i'"), ("i", "i''"), ("i", "i'''"))
    assert lines[Rule.CONTRACTION].deltas == (("i'", "i''", "i'''"),)
    assert lines[Rule.PATTERN].left.indices == ("i", "i", "i")


def test_delta_of_an_output_without_an_operand_joins_two_sums() -> None:
    scalar = Pattern(((),), ("i", "i"))
    contraction = next(line for line in derivation_of(scalar, 0) if line.rule is Rule.CONTRACTION)
    assert contraction.formula.sums == ("i",)
    assert contraction.formula.factors[0].indices == ("i", "i")


def test_axis_of_size_1_has_no_delta() -> None:
    lines = derivation_of(Pattern((("i",), (UNIT, "i")), ("i",)), 1)
    assert lines[1].formula.left.by[0].indices == (ZERO, "i'")
    assert lines[2].formula.deltas == (("i", "i'"),)


def test_pattern_is_found_without_a_swap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules reach the planner's patterns independently of the planner."""
    expected = [found.pattern for found in plan(pattern("bij,jk->ik")).gradients]
    monkeypatch.delattr(Pattern, "swap")
    lines = [derivation_of(pattern("bij,jk->ik"), operand)[-1] for operand in (0, 1)]
    assert [str(line.formula.pattern()) for line in lines] == expected


def test_chain_of_200_operands_is_derived() -> None:
    chain = Pattern(tuple((f"l{n}", f"l{n + 1}") for n in range(200)), ("l0", "l200"))
    assert derivation_of(chain, 100)[-1].formula.pattern() == gradient(chain, 100).form.pattern
