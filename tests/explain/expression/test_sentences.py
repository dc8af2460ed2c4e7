"""Printed formulas in NumPy's notation parse again, and give the same numbers."""

import pytest

import einsum_grad as eg
from einsum_grad.calculus.derive import derivation
from einsum_grad.explain.expression.formulas import formulas
from tests.calculus.cases import CASES, Case
from tests.calculus.close import assert_close
from tests.calculus.draw import draw
from tests.tries import tries

SOME = CASES[:: round(len(CASES) / tries(len(CASES)))]


@pytest.mark.parametrize("case", SOME, ids=lambda case: f"{case.text} by {case.wrt}")
def test_sentences_give_the_same_numbers(case: Case) -> None:
    arrays, found = draw(case), eg.derive(case.text, case.given, case.wrt)
    printed = formulas(derivation(case.text, case.given, case.wrt))
    expected = found.value(**arrays), found.gradient(**arrays), found.hessian(**arrays)
    each = printed.value, printed.gradients[0], printed.hessians[0][0]
    for formula, array in zip(each, expected, strict=True):
        again = eg.derive(printed.sentence(formula), case.given, case.wrt)
        assert_close(again.value(**arrays), array)


def test_most_gradients_are_products_of_matrices() -> None:
    sentences = []
    for case in CASES:
        printed = formulas(derivation(case.text, case.given, case.wrt), order=1)
        sentences.append(printed.sentence(printed.gradients[0]))
    matrices = sum("einsum" not in sentence for sentence in sentences)
    assert matrices >= 0.85 * len(CASES)
