"""Modules of expressions for other libraries: the numbers of NumPy's, and their own checks."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from einsum_grad.calculus.derive import derivation
from einsum_grad.calculus.graph.graph import OfMatrix, reached
from einsum_grad.emit.expression.module import FUNCTIONS, emit_derivation
from einsum_grad.emit.expression.naming import OURS, parameters
from einsum_grad.emit.expression.targets.table import EXPRESSION_TARGETS
from einsum_grad.emit.text.printer import LOCAL
from einsum_grad.errors import ArgumentError
from tests.calculus.cases import CASES, Case
from tests.calculus.close import assert_close
from tests.calculus.draw import draw
from tests.tries import tries

SOME = CASES[:: round(len(CASES) / tries(len(CASES)))]


def executed(case: Case, target: str) -> ModuleType:
    """The module of a case for a target."""
    text = emit_derivation(derivation(case.text, case.given, case.wrt), target=target).text
    module = ModuleType("emitted")
    exec(compile(text, f"{case.text} for {target}", "exec"), module.__dict__)
    return module


def _jax(array: Any) -> Any:
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax.numpy.asarray(array)


def _torch(array: Any) -> Any:
    return pytest.importorskip("torch").asarray(array)


def _strict(array: Any) -> Any:
    return pytest.importorskip("array_api_strict").asarray(array)


LIBRARIES: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "torch": ("torch", "torch", _torch),
    "jax": ("jax", "jax", _jax),
    "array_api": ("array_api", "array_api_strict", _strict),
    "array_api of NumPy": ("array_api", "numpy", np.asarray),
}


def _has_matrix_functions(case: Case) -> bool:
    """Whether the value has an inverse or a determinant, which of a diagonal matrix it has not."""
    found = derivation(case.text, case.given, case.wrt)
    nodes = map(found.graph.__getitem__, reached(found.graph, found.value))
    return any(isinstance(node, OfMatrix) for node in nodes)


def results(module: ModuleType, case: Case, made: Callable[[Any], Any]) -> list[Any]:
    """What each function returns."""
    arrays = {name: made(array) for name, array in draw(case).items()}
    own = parameters(arrays)
    given = [arrays[name] for name in own]
    shape = arrays[case.wrt].shape
    vector = made(np.linspace(-1, 1, math.prod(shape)).reshape(shape))
    found = [getattr(module, name)(*given) for name in FUNCTIONS if name != "hessian_vector"]
    found.append(module.hessian_vector(vector, *given))
    every = (one for each in found for one in (each if type(each) is tuple else [each]))
    return [np.asarray(getattr(one, "_array", one)) for one in every]


@pytest.mark.oracle
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("case", SOME, ids=lambda case: f"{case.text} by {case.wrt}")
def test_every_target_gives_the_same_numbers(
    case: Case, library: str, capsys: pytest.CaptureFixture[str]
) -> None:
    target, name, made = LIBRARIES[library]
    pytest.importorskip(name)
    if target == "array_api" and _has_matrix_functions(case):
        with pytest.raises(ArgumentError, match=r"the target array_api has no (inv|det|logdet)"):
            executed(case, target)
        return
    module = executed(case, target)
    for got, expected in zip(
        results(module, case, made),
        results(executed(case, "numpy"), case, np.asarray),
        strict=True,
    ):
        assert_close(got, expected)


@pytest.mark.oracle
@pytest.mark.parametrize("target", ["torch", "jax", "array_api"])
@pytest.mark.parametrize("case", SOME[::8], ids=lambda case: f"{case.text} by {case.wrt}")
def test_a_module_for_another_library_checks_itself(
    case: Case, target: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("array_api_strict" if target == "array_api" else target)
    monkeypatch.setattr("sys.argv", ["module", "array_api_strict"])
    try:
        module = executed(case, target)
    except ArgumentError:
        return
    assert module.main() == 0, capsys.readouterr().out
    assert "wrong" not in capsys.readouterr().out


def test_a_target_that_lacks_a_function_is_refused() -> None:
    found = derivation("logdet(X)", "X: n n", "X")
    with pytest.raises(ArgumentError, match="the target array_api has no logdet"):
        emit_derivation(found, target="array_api")
    with pytest.raises(ArgumentError, match="torch, jax, array_api, and not 'einops'"):
        emit_derivation(found, target="einops")


def test_no_array_has_the_name_of_a_helper() -> None:
    for target in EXPRESSION_TARGETS.values():
        assert {*target.helpers, *(each.alias for each in target.libraries)} - {LOCAL} <= OURS
    text = emit_derivation(derivation("sum(tensordot * sum)", "tensordot: n, sum: n", "sum")).text
    assert "def value(tensordot_, sum_):" in text
