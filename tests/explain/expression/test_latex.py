"""Formulas in LaTeX: what is raised or lowered is in braces, and braces are in pairs."""

import re

import pytest

import einsum_grad as eg
from tests.calculus.cases import CASES, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.text} by {case.wrt}")
def test_latex_is_well_formed(case: Case) -> None:
    text = eg.derive(case.text, case.given, case.wrt).latex()
    plain = text.replace(r"\_", "")
    assert re.search(r"[\^_](?![{\d])", plain) is None
    assert plain.count("{") == plain.count("}")
    assert plain.count(r"\left") == plain.count(r"\right")


def test_variable_exponents_are_in_braces() -> None:
    assert "{x_{n}}^{y_{n}}" in eg.derive("x**y", "x: n, y: n", "x").latex()
