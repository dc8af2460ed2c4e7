"""Expressions in MathML: every sign and number is an element, and nothing is lost."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

import einsum_grad as eg
from einsum_grad.calculus.derive import derivation
from einsum_grad.explain.expression.html import notebook

TOKENS = {f"{{http://www.w3.org/1998/Math/MathML}}{tag}" for tag in ("mi", "mn", "mo", "mtext")}

EXPRESSIONS = [
    ("sum((X @ w - y)**2)", "X: n d, w: d, y: n", "w"),
    ("sum(log(1 + exp(-y * (X @ w))))", "X: n d, w: d, y: n", "w"),
    ("mean(exp(u) / sum(exp(u)))", "u: n", "u"),
    ("logdet(S) + trace(inv(S) @ A)", "S: n n, A: n n", "S"),
    ("sum(sqrt(x) / 3 + abs(x)**1.5)", "x: n", "x"),
    ("sum(x**a)", "x: n, a:", "a"),
    ("sum(where(x < 0, 0, x))", "x: n", "x"),
    ("sum(max(rate_1 * Xs, axis=1))", "rate_1:, Xs: n m", "rate_1"),
]


@pytest.mark.parametrize(("text", "given", "wrt"), EXPRESSIONS)
def test_all_text_stands_in_elements(text: str, given: str, wrt: str) -> None:
    shown = notebook(derivation(text, given, wrt))
    equations = re.findall("<math.*?</math>", shown)
    assert len(equations) >= 2
    for equation in equations:
        root = ET.fromstring(
            equation.replace("<math ", '<math xmlns="http://www.w3.org/1998/Math/MathML" ')
        )
        for node in root.iter():
            assert not (node.tail or "").strip(), equation
            assert node.tag in TOKENS or not (node.text or "").strip(), equation
            assert node.tag not in TOKENS or not len(node), equation


def read(equation: str) -> str:
    return re.sub("<[^>]*>|\\s", "", equation)


def test_a_gradient_is_read_as_it_is_written() -> None:
    shown = eg.derive("sum((X @ w - y)**2)", "X: n d, w: d, y: n", "w")._repr_html_()
    value, gradient, hessian, residual = map(read, re.findall("<math.*?</math>", shown))
    assert value == "f=∑nrn2"
    assert gradient == "∂f∂wd=2∑nXndrn"
    assert hessian == "∂2f∂wd∂wa=2∑nXndXna"
    assert residual == "rn=∑dXndwd−yn"
    assert "<code>2 * X.T @ r</code>" in shown


def test_certificates_of_expressions_are_in_columns() -> None:
    assert eg.derive("x @ x", "x: n", "x").certify()._repr_html_().startswith("<pre style=")
