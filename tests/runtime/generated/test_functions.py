"""The functions of one specialization: made when first called, and zeros where sums are empty."""

from __future__ import annotations

from itertools import chain, combinations
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.runtime.generated import functions as generated
from tests.programs import special


def test_calls_and_tangents_share_a_specialization_and_make_what_they_run() -> None:
    eg.cache_clear()
    f, x, w = eg.compile("ij,jk->ik"), np.ones((2, 3)), np.ones((3, 4))
    _, tangent = f.jvp((x, w), (x, None))
    assert eg.cache_info().modules.currsize == 1
    out, pullback = f.vjp(x, w)
    f.hvp((x, w), (x, None), tangent)
    pullback(out)
    assert eg.cache_info().modules.currsize == 3
    assert len(f._specializations) == 1
    made = set(special(f._specializations, x, w).functions)
    assert made >= {("jvp", 0), ("hvp", 0), "save", "output", "pullback"}


@pytest.mark.parametrize("options", [{"target": "einops"}, {"optimize": False}, {}])
def test_functions_along_tangents_contract_pairs(options: dict[str, Any]) -> None:
    f, ones = eg.compile("ab,bc,cd->ad", **options), np.ones((2, 2))
    f.jvp((ones,) * 3, (ones,) * 3)
    run = special(f._specializations, *(ones,) * 3).functions["jvp", 0, 1, 2]
    names = set(run.__code__.co_names)
    assert names.isdisjoint({"einsum", "einops"})


@pytest.mark.parametrize("dtype", ["f8", "f2", "c16", "i4"])
@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ii,ij->j", "j,ij->", "ij,jk->jik"])
def test_every_function_of_a_size_of_0_returns_zeros(pattern: str, dtype: str) -> None:
    sizes = {"i": 2, "j": 0, "k": 3} if pattern != "ii,ij->j" else {"i": 0, "j": 3}
    inputs, output = pattern.split("->")
    shapes = [tuple(sizes[label] for label in term) for term in inputs.split(",")]
    shape = tuple(sizes[label] for label in output)
    operands, cotangent = tuple(np.ones(each, dtype) for each in shapes), np.ones(shape, dtype)
    f = eg.compile(pattern, wrt=(1, 0))
    for active in chain.from_iterable(combinations((0, 1), size) for size in range(3)):
        tangents = tuple(operands[n] if n in active else None for n in (0, 1))
        both: tuple[Any, ...] = f.jvp(operands, tangents)
        for result in (f(*operands), *both):
            np.testing.assert_array_equal(result, np.zeros(shape, dtype)[()], strict=True)
        results = f.backward(cotangent, *operands), *f.hvp(operands, tangents, cotangent)
        for gradients in results:
            for gradient, operand in zip(gradients, (1, 0), strict=True):
                expected = np.zeros(shapes[operand], dtype)
                np.testing.assert_array_equal(gradient, expected, strict=True)


def test_the_number_of_functions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "_MOST", 4)
    f, ones = eg.compile("i,i,i->"), np.ones(2)
    for active in ((0, 1, 2), (0, 1), (0,), (), (2,), (1, 2)):
        tangents = tuple(ones if n in active else None for n in range(3))
        assert f.jvp((ones,) * 3, tangents) == (2, 2 * len(active))
        assert f(ones, ones, ones) == 2
        assert len(special(f._specializations, ones, ones, ones).functions) <= 4 + 4
