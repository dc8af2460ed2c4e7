"""Sentences written anew mean the same."""

import pytest

from einsum_grad.calculus.derive import sentence_node
from einsum_grad.calculus.graph.graph import Graph
from einsum_grad.syntax import parse_expression, read_declarations, written
from tests.calculus.cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text)
def test_a_sentence_and_its_text_are_one_node(case: Case) -> None:
    graph, declared = Graph(), read_declarations(case.given)
    again = "\n".join(written(parse_expression(case.text), {}))
    assert sentence_node(graph, case.text, declared) == sentence_node(graph, again, declared)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- (a+b)", "-(a + b)"),
        ("(-a)**2**-b", "(-a)**2**-b"),
        ("a-(b-c)*d", "a - (b - c) * d"),
        ("a/(b*c)/d", "a / (b * c) / d"),
        ("(a<b)*c", "(a < b) * c"),
        ("1e-7*x + 2.50", "1E-7 * x + 2.5"),
        ("X [:,None] . T", "X[:, None].T"),
        ("np . sum(x,axis=( 0 , ))", "np.sum(x, axis=(0,))"),
        ("x.T @ (y.T)", "x.T @ y.T"),
    ],
)
def test_text_is_spaced_as_by_hand(text: str, expected: str) -> None:
    assert written(parse_expression(text), {}) == [expected]
