"""Certificates of modules that `derive` wrote, as they are and edited."""

from __future__ import annotations

import ast
import random
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.emit.expression.module import FUNCTIONS
from einsum_grad.emit.expression.naming import parameters
from einsum_grad.errors import ArgumentError
from einsum_grad.functions.certified_expression import certify_expression
from tests.calculus.cases import CASES, Case
from tests.calculus.draw import draw
from tests.tries import tries

SOME = CASES[:: round(len(CASES) / tries(len(CASES)))]


@pytest.mark.parametrize("case", SOME, ids=lambda case: f"{case.text} by {case.wrt}")
def test_what_derive_writes_is_certified(case: Case) -> None:
    found = certify_expression(eg.derive(case.text, case.given, case.wrt).source)
    assert found is not None
    assert found, str(found)
    assert [each.name for each in found.findings[:6]] == list(FUNCTIONS)


_OTHERS: dict[type, type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}


def edited(source: str, choice: random.Random) -> str | None:
    """The module with one operator replaced by another."""
    tree = ast.parse(source)
    computing = [x for x in tree.body if isinstance(x, ast.FunctionDef) and x.name in FUNCTIONS]
    operations = [
        node
        for function in computing
        for node in ast.walk(function)
        if isinstance(node, ast.BinOp) and type(node.op) in _OTHERS
    ]
    if not operations:
        return None
    node = choice.choice(operations)
    node.op = _OTHERS[type(node.op)]()
    return ast.unparse(tree)


def results(source: str, case: Case) -> list[Any]:
    """What the functions of a module return."""
    module: dict[str, Any] = {"__name__": "module"}
    exec(source, module)
    arrays = draw(case)
    given = [arrays[name] for name in parameters(arrays)]
    found = [module[name](*given) for name in FUNCTIONS if name != "hessian_vector"]
    vector = np.random.default_rng(0).standard_normal(arrays[case.wrt].shape)
    return [*found, module["hessian_vector"](vector, *given)]


def flat(value: Any) -> list[Any]:
    """Arrays of nested tuples."""
    return [x for each in value for x in flat(each)] if isinstance(value, tuple | list) else [value]


@pytest.mark.parametrize("case", SOME[::2], ids=lambda case: f"{case.text} by {case.wrt}")
def test_an_edit_that_changes_numbers_is_found(case: Case) -> None:
    source = eg.derive(case.text, case.given, case.wrt).source
    text = edited(source, random.Random(case.text))
    if text is None:
        pytest.skip("there is no operator to replace")
    with np.errstate(all="ignore"):
        try:
            pairs = zip(flat(results(source, case)), flat(results(text, case)), strict=True)
            same = all(np.allclose(one, other, equal_nan=True) for one, other in pairs)
        except (TypeError, ValueError):  # sizes or shapes that no longer fit
            same = False
    found = certify_expression(text)
    assert found is not None
    assert same or not found, text


def test_sizes_and_names_are_stated() -> None:
    found = eg.derive("θ = T - U @ V.T\nsum(θ**2)", "T: m n, U: m k, V: n k", "U", {"m": 9, "k": 2})
    assert "    a1 = T - U @ V.T\n    sum(a1**2)\n\n    T: m n, U: m k, V: n k\n" in found.source
    assert "\n\nWritten for m = 9, k = 2.\n" in found.source
    assert certify_expression(found.source)


def test_long_sentences_go_on_in_the_next_line() -> None:
    text = " + ".join(f"sum((x - {number})**2)" for number in range(20))
    source = eg.derive(text, "x: n", "x").source
    assert max(map(len, source.partition('"""\n')[0].splitlines())) <= 100
    assert certify_expression(source)


def test_other_modules() -> None:
    assert certify_expression(eg.emit("ij,jk->ik")) is None
    with pytest.raises(ArgumentError, match="certify the one that derive writes for numpy"):
        certify_expression(eg.derive("sum(exp(x))", "x: n", "x").emit("torch"))
    source = eg.derive('einsum("α,α->", x, x)', "x: n", "x").source
    with pytest.raises(ArgumentError, match="does not state its expression"):
        certify_expression(source)
    source = eg.derive("sum(exp(x))", "x: n", "x").source
    missing = certify_expression(source.replace("def hessian(", "def hesse("))
    assert missing is not None
    assert "the module does not define it" in str(missing)
    broken = certify_expression(source.replace("def value(", "def other("))
    assert broken is not None
    assert str(broken).startswith("the module is WRONG: it can't be loaded")
