"""Derivations: how many nodes and terms they have, and their variables."""

import pytest

from einsum_grad.calculus.derive import derivation
from einsum_grad.calculus.graph.graph import Graph, Kind, reached
from einsum_grad.calculus.language.elaborate import elaborate
from einsum_grad.calculus.stable import stable
from einsum_grad.errors import ArgumentError, ArgumentTypeError


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
    with pytest.raises(ArgumentError, match="none is declared"):
        derivation("3", "", "y")
    with pytest.raises(ArgumentError, match="different"):
        derivation("sum(x)", "x: n", ("x", "x"))
    with pytest.raises(ArgumentTypeError, match="int"):
        derivation("sum(x)", "x: n", 1)  # type: ignore[arg-type]  # that is the test


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("sum(where(2 == 0, 1, 2) * x)", "2 * sum(x)"),
        ("sum(where(2 != 0, x, y))", "sum(x)"),
        ("sum(where(1 >= 1, x, y) + where(1 > 1, x, y))", "sum(x + y)"),
        ("sum(where(1 <= 0, x, y) + where(0 < 1, x, y))", "sum(x + y)"),
        ("sum(y * exp(x) * exp(-x))", "sum(y)"),
        ("sum(x) * exp(0) + log(1) + log1p(0) + expm1(0)", "sum(x)"),
        ("sum(y * expm1(x) / (expm1(x) + 2))", "sum(y * tanh(x / 2))"),
        ("sum(y * expm1(x) * exp(-x))", "-sum(y * expm1(-x))"),
        ("sum(logaddexp(0, x))", "sum(softplus(x))"),
    ],
)
def test_two_sentences_are_one_node(text: str, same: str) -> None:
    graph = Graph()
    names = {name: graph.leaf(Kind.ARRAY, name, ("n",)) for name in "xy"}
    one, other = (stable(graph, elaborate(graph, each, names)) for each in (text, same))
    assert one == other


def test_expm1_beside_a_small_number_stays_exact() -> None:
    graph = Graph()
    x = graph.leaf(Kind.ARRAY, "x", ("n",))
    found = stable(graph, elaborate(graph, "expm1(x) + 0.5", {"x": x}))
    assert {getattr(graph[node], "function", "") for node in reached(graph, found)} >= {"expm1"}
