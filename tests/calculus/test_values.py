"""What is written for nodes against the plainest meaning of each."""

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.calculus.derive import derivation
from tests.calculus.cases import CASES, SIZES, Case
from tests.calculus.close import assert_close
from tests.calculus.draw import draw
from tests.calculus.interpret import linear_map, values


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.text} by {case.wrt}")
def test_modules_compute_what_nodes_mean(case: Case) -> None:
    found, arrays = derivation(case.text, case.given, case.wrt), draw(case)
    shape, (terms,) = arrays[case.wrt].shape, found.hessians[0]
    moves = np.random.default_rng(0).standard_normal(shape)
    factors = [number for term in terms for number, _ in term.factors]
    roots = [found.value, *found.gradients, *found.products, *factors]
    got = values(found.graph, roots, {**arrays, f"{case.wrt} moves": moves}, SIZES)
    written = eg.derive(case.text, case.given, case.wrt)
    assert_close(written.value(**arrays), got[found.value])
    assert_close(written.gradient(**arrays), got[found.gradients[0]])
    assert_close(written.hessian_vector(moves, **arrays), got[found.products[0]])
    rows = got[found.value].shape + shape
    dense = linear_map(found.graph, terms, got, rows, shape).materialize()
    assert_close(written.hessian(**arrays), dense)
