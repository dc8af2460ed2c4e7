"""Operands of other kinds: calls go to whatever was registered for the kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, PatternError
from einsum_grad.runtime import Arguments, register_kind
from einsum_grad.runtime.operands import kinds


class Named:
    """An operand that is only a name."""

    shape = (2,)
    dtype = np.dtype(float)

    def __init__(self, name: str) -> None:
        self.name = name


class Spelled:
    """Calls whose results are strings."""

    def __init__(self, arguments: Arguments, conj: bool) -> None:
        self.told = f"{arguments.pattern} {arguments.wrt} {conj}"

    def forward(self, operands: Sequence[Any]) -> Any:
        return f"forward {self.told}"

    def vjp(self, operands: Sequence[Any]) -> tuple[Any, Any]:
        return f"vjp {self.told}", "saved"

    def pullback(self, cotangent: Any, operands: Sequence[Any], saved: Any) -> tuple[Any, ...]:
        return f"pullback {cotangent} {saved}", self.told

    def together(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        return "together", (self.told,)

    def backward(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        return "backward", self.told

    def jvp(self, operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        return "jvp", self.told

    def hvp(
        self, operands: Sequence[Any], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        return ("hvp",), (self.told,)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    register_kind(Named, Spelled)


def test_a_call_goes_to_the_kind_of_an_operand() -> None:
    f, x, a = eg.compile("i,i->", wrt=1), Named("x"), np.ones(2)
    assert f(x, a) == "forward i,i-> (1,) True"
    out, pullback = f.vjp(a, x, conj=False)
    assert out == "vjp i,i-> (1,) False"
    assert pullback(3.0) == ("pullback 3.0 saved", "i,i-> (1,) False")
    assert f.value_and_gradients(1.0, x, a) == ("together", ("i,i-> (1,) True",))
    assert f.backward(1.0, x, a, conj=False) == ("backward", "i,i-> (1,) False")
    assert f.jvp((x, a), (None, a)) == ("jvp", "i,i-> (1,) True")
    assert f.hvp((x, a), (None, a), 1.0) == (("hvp",), ("i,i-> (1,) True",))


def test_a_cotangent_or_a_tangent_is_enough() -> None:
    f, g, a = eg.compile("i->", wrt=0), Named("g"), np.ones(2)
    assert f.vjp(a)[1](g, conj=False) == ("backward", "i-> (0,) False")
    assert f.backward(g, a) == ("backward", "i-> (0,) True")
    assert f.value_and_gradients(g, a) == ("together", ("i-> (0,) True",))
    assert f.jvp((a,), (g,)) == ("jvp", "i-> (0,) True")
    assert f.hvp((a,), (None,), g) == (("hvp",), ("i-> (0,) True",))


def test_arrays_and_numbers_stay_with_the_runtime() -> None:
    f = eg.compile("i->")
    for operand in (np.ones(2), [1.0, 1.0], (1, 1)):
        assert f(operand) == 2


def test_einsums_hand_over_what_they_were_asked_for() -> None:
    x, a = Named("x"), np.ones(2)
    assert eg.einsum("i,i->", a, x) == "forward i,i-> () True"
    assert eg.einsum(x, [0], a, [0], []) == "forward A,A-> () True"
    assert eg.einsum("i->ii", x, sizes={}, casting="safe", order="K") == "forward i->ii () True"
    assert eg.einops_einsum(x, "name -> name b", sizes={"b": 3}) == "forward name -> name b () True"
    with pytest.raises(ArgumentError, match="name is 5 in sizes, and 2 in the operands' shapes"):
        eg.einops_einsum(x, "name -> name", sizes={"name": 5})
    with pytest.raises(PatternError, match="i twice"):
        eg.einsum("i->ii", x)


@pytest.mark.parametrize("optimize", [("greedy", 10), ["einsum_path", (0, 1)], [(0, 1)]])
def test_an_order_that_numpy_finds_needs_shapes_alone(optimize: Any) -> None:
    x, a = Named("x"), np.ones(2)
    assert eg.einsum("i,i->ii", a, x, sizes={}, optimize=optimize) == "forward i,i->ii () True"


@pytest.mark.parametrize(
    "keywords", [{"dtype": float}, {"order": "F"}, {"casting": "no"}, {"out": np.ones(())}]
)
def test_keywords_of_numpy_are_refused_by_name(keywords: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=f"takes {next(iter(keywords))}= with arrays of NumPy"):
        eg.einsum("i->", Named("x"), **keywords)
    with pytest.raises(ArgumentError, match="takes out= with arrays of NumPy"):
        eg.einsum("i->", np.ones(2), out=Named("out"))
