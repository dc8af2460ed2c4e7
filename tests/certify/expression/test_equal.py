"""Nodes that are equal for all arrays, and nodes that are not."""

import pytest

from einsum_grad.calculus.derive import sentence_node
from einsum_grad.calculus.graph.graph import Graph
from einsum_grad.certify.expression.equal import are_equal
from einsum_grad.syntax import read_declarations

GIVEN = read_declarations("x: n, y: n, A: n n, a:")


def equal(one: str, *others: str) -> list[bool | None]:
    graph = Graph()
    first, *rest = [sentence_node(graph, text, GIVEN) for text in (one, *others)]
    return are_equal(graph, GIVEN, first, rest)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(x + y)**2", "x**2 + 2 * x * y + y**2"),
        ("sigmoid(-x)", "1 - sigmoid(x)"),
        ("exp(x) * exp(-x) * y", "y"),
        ("inv(A.T)", "inv(A).T"),
        ("sqrt(x) * (sqrt(y) + 1)", "sqrt(x) * sqrt(y) + sqrt(x)"),
    ],
)
def test_equal_at_every_point(one: str, other: str) -> None:
    assert equal(one, other, f"2 * ({other})") == [True, False]


def test_a_comparison_goes_both_ways() -> None:
    assert equal("relu(a)", "a", "0 * a") == [False, False]
