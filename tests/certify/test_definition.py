"""The definition agrees with a sum over all combinations, whatever the pattern."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from einsum_grad.certify.definition import evaluate, work
from einsum_grad.plan import Pattern, bind, pattern_of
from einsum_grad.syntax import parse
from tests import definition
from tests.strategies import Case, cases, seeds, whole


def read(text: str) -> Pattern:
    return pattern_of(parse(text))


@given(cases(), seeds)
def test_it_is_the_sum_over_all_combinations(case: Case, seed: int) -> None:
    equation = parse(case.letters)
    bound = bind(equation, pattern_of(equation, case.given), case.shapes, case.given)
    operands = [whole(shape, np.int64, seed + n) for n, shape in enumerate(case.shapes)]
    exact = [operand.astype(object) for operand in operands]
    got = evaluate(bound.pattern, dict(bound.sizes), exact)
    expected = definition.forward(case, operands)
    assert got.shape == expected.shape
    assert got.dtype == object
    assert got.tolist() == expected.tolist()


@pytest.mark.parametrize("axes", [63, 64])
def test_the_axes_of_numpy_are_enough(axes: int) -> None:
    labels = tuple(f"x{number}" for number in range(axes))
    sizes = {label: 2 if number < 3 else 1 for number, label in enumerate(labels)}
    operand = np.arange(8).astype(object).reshape([sizes[label] for label in labels])
    got = evaluate(Pattern((labels,), labels[::-1]), sizes, [operand])
    assert np.array_equal(got, operand.T)


def test_a_chain_is_summed_as_it_goes() -> None:
    chain = read("ab,bc,cd,de,ef->af")
    assert work(chain, dict.fromkeys("abcdef", 10)) < 6 * 10**3
    assert work(read("abcdef->"), dict.fromkeys("abcdef", 10)) > 10**6
