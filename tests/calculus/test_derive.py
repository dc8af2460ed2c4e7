"""Values, gradients and Hessians of many expressions against JAX, in float64."""

import numpy as np
import pytest

from einsum_grad.calculus.derive import derivation
from einsum_grad.errors import ArgumentError, ArgumentTypeError
from tests.calculus.cases import CASES, SIZES, Case
from tests.calculus.close import assert_close
from tests.calculus.draw import draw
from tests.calculus.interpret import linear_map, values
from tests.tries import tries

SOME = CASES[:: round(len(CASES) / tries(len(CASES)))]


@pytest.mark.oracle
@pytest.mark.parametrize("case", SOME, ids=lambda case: f"{case.text} by {case.wrt}")
def test_value_gradient_and_hessian_are_those_of_jax(case: Case) -> None:
    pytest.importorskip("jax")
    from tests.calculus.jax_reference import derivatives

    found, arrays = derivation(case.text, case.given, case.wrt), draw(case)
    shape = arrays[case.wrt].shape
    moves = np.random.default_rng(0).standard_normal(shape)
    own = {**arrays, f"{case.wrt} moves": moves}
    factors = [number for term in found.hessians[0][0] for number, _ in term.factors]
    roots = [found.value, *found.gradients, *found.products, *factors]
    got = values(found.graph, roots, own, SIZES)
    value, gradient, hessian = derivatives(case, arrays)
    assert_close(got[found.value], value)
    assert_close(got[found.gradients[0]], gradient)
    rows = value.shape + shape
    dense = linear_map(found.graph, found.hessians[0][0], got, rows, shape).materialize()
    assert_close(dense, hessian)
    assert_close(got[found.products[0]], np.tensordot(hessian, moves, moves.ndim))


@pytest.mark.parametrize("layers", [1, 2, 4, 8])
def test_nodes_are_linear_in_the_depth_of_residual_softmax_layers(layers: int) -> None:
    lines = [f"x = x + softmax(W{number} @ x)" for number in range(layers)]
    given = ", ".join(["x: d", *(f"W{number}: d d" for number in range(layers))])
    found = derivation("\n".join([*lines, "sum(x**2)"]), given, "x")
    assert len(found.graph.nodes) < 40 + 75 * layers
    assert len(found.hessians[0][0]) <= 2


def test_the_hessian_of_a_factorisation_has_one_small_term() -> None:
    found = derivation("sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k", "U")
    (term,) = found.hessians[0][0]
    assert term.coefficient == 2
    assert [found.graph[number].dims for number, _ in term.factors] == [("n", "k"), ("n", "k")]
    assert term.rows[0] == term.columns[0]


def test_variables_must_be_declared_and_different() -> None:
    with pytest.raises(ArgumentError, match="wrt names arrays, x, and not 'y'"):
        derivation("sum(x)", "x: n", "y")
    with pytest.raises(ArgumentError, match="different"):
        derivation("sum(x)", "x: n", ("x", "x"))
    with pytest.raises(ArgumentTypeError, match="int"):
        derivation("sum(x)", "x: n", 1)  # type: ignore[arg-type]  # that is the test
