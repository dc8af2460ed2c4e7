"""Zeros beside nan and infinities: no call swallows anything, at any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import einsum_grad as eg
from tests.emit.generated import run
from tests.emit.libraries import EVERY
from tests.programs import special
from tests.tries import tries

Array = NDArray[Any]

_VALUES = [0.0, -0.0, 1.0, np.nan, np.inf, -np.inf]
_PATTERNS = (
    "i,i->",
    "i,j->ij",
    "i,j->ji",
    "i,i->i",
    ",i->i",
    "i,ij->j",
    "ij,j->i",
    "ij,jk->ik",
    "ij,jk->ki",
    "ji,jk->ik",
    "ij,ij->",
    "ij,ij->i",
    "ij,kj->jki",
    "bij,bjk->bik",
    "bij,jk->bik",
    "bij,bj->bi",
    "ijk,jkl->il",
    "ii,ij->j",
)
"""Pairs in which nothing is summed first: a sum has other infinities than its terms."""

pytestmark = pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")


def _cases(pattern: str, count: int) -> Iterator[list[Array]]:
    """A cotangent and operands for random sizes from 1 to 3, most often 1."""
    rng = np.random.default_rng(0)
    terms = [pattern.partition("->")[2], *pattern.partition("->")[0].split(",")]
    for _ in range(count):
        sizes = {label: rng.choice([1, 1, 2, 3]) for label in "bijkl"}
        yield [np.asarray(rng.choice(_VALUES, [sizes[x] for x in term])) for term in terms]


def _swapped(pattern: str, position: int) -> str:
    """The swap rule for patterns without broadcasting; a diagonal is left to the caller."""
    inputs, _, output = pattern.partition("->")
    terms = inputs.split(",")
    terms[position], output = output, terms[position]
    return f"{','.join(terms)}->{output}"


def _defined(pattern: str, *operands: Array) -> Array:
    """np.einsum as its definition says; where a label is twice in the output, on the diagonal."""
    inputs, _, output = pattern.partition("->")
    once = "".join(dict.fromkeys(output))
    found = np.asarray(np.einsum(f"{inputs}->{once}", *operands, optimize=False))
    if once == output:
        return found
    dense = np.zeros((len(found), len(found)), found.dtype)
    np.fill_diagonal(dense, found)
    return dense


def _gradients(pattern: str, g: Array, x: Array, w: Array) -> list[Array]:
    return [
        _defined(_swapped(pattern, 0), g, np.conj(w)),
        _defined(_swapped(pattern, 1), np.conj(x), g),
    ]


def _assert_same(found: Sequence[Any], expected: Sequence[Any], *told: object) -> None:
    """Equal numbers, nan where the other is; of a complex number both parts may be nan."""
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other, equal_nan=True), (one, other, *told)


@pytest.mark.parametrize("dtype", ["float64", "float32", "complex128"])
@pytest.mark.parametrize("pattern", _PATTERNS)
def test_nan_and_inf_are_where_the_definition_has_them(pattern: str, dtype: str) -> None:
    f, run = eg.compile(pattern), _emitted(pattern)
    for arrays in _cases(pattern, tries(100)):
        g, x, w = (array.astype(dtype) for array in arrays)
        out, gradients = _defined(pattern, x, w), _gradients(pattern, g, x, w)
        _assert_same([f(x, w), eg.einsum(pattern, x, w)], [out, out], pattern, x, w)
        _assert_same(f.backward(g, x, w), gradients, pattern, g, x, w)
        _assert_same(f.hvp((x, w), (None, None), g)[0], gradients, pattern, g, x, w)
        if dtype != "complex128":
            _assert_same([run["forward"](x, w)], [out], pattern, x, w)
            _assert_same(run["backward"](g, x, w), gradients, pattern, g, x, w)


@pytest.mark.parametrize("pattern", _PATTERNS)
def test_tangents_have_the_nan_and_inf_of_their_patterns(pattern: str) -> None:
    f, jacobian = eg.compile(pattern), eg.compile(pattern).jacobian(0)
    for _, x, w in _cases(pattern, tries(100)):
        moving = np.flip(x)
        tangent = _defined(pattern, moving, w)
        _assert_same([f.jvp((x, w), (moving, None))[1]], [tangent], pattern, moving, w)
        if pattern != "ii,ij->j":  # a linear map has only the diagonal's numbers
            _assert_same([jacobian.at(x, w) @ moving], [tangent], pattern, moving, w)


def _emitted(pattern: str) -> dict[str, Any]:
    """The functions of the module for unknown sizes."""
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(eg.emit(pattern), module)
    return module


@pytest.mark.oracle
@pytest.mark.parametrize("target", EVERY)
def test_emitted_modules_swallow_nothing_where_a_matrix_has_one_number(target: str) -> None:
    module = vars(run(eg.emit("ij,jk->ik", target), target))
    x, w = np.zeros((1, 1)), np.array([[1.0, np.nan, np.inf]])
    _assert_same([module["forward"](x, w)], [[[0.0, np.nan, np.nan]]])
    _assert_same(module["backward"](w, x, w), [[[np.nan]], [[0.0, np.nan, np.nan]]])


def test_tensors_swallow_nothing() -> None:
    x = eg.Tensor([[0.0]], requires_grad=True)
    w = eg.Tensor([[1.0, np.nan, np.inf]], requires_grad=True)
    for out in (x @ w, np.dot(x, w), np.tensordot(x, w, 1), np.outer(x, w)):
        _assert_same([out.data], [[[0.0, np.nan, np.nan]]])
    (x @ w).backward(np.array([[np.nan, 0.0, 0.0]]))
    _assert_same([x.grad, w.grad], [[[np.nan]], [[np.nan, 0.0, 0.0]]])


@pytest.mark.parametrize("rows", [9, 13, 17])
def test_blocks_of_one_row_swallow_nothing(rows: int) -> None:
    x, w = np.zeros((rows, 1), np.float32), np.ones((1, 1 << 15), np.float32)
    y, g = np.ones((2, rows, 1 << 15), np.float32)
    w[:, ::3] = np.nan
    f, product = eg.compile("ij,jk,ik->ik"), x * w
    out, pullback = f.vjp(x, w, y)
    together, gradients = f.value_and_gradients(g, x, w, y)
    dx = np.full_like(x, np.nan)
    expected = [product, dx, np.zeros_like(w), product]
    _assert_same([out, *pullback(g)], expected)
    _assert_same([together, *gradients], expected)


def test_products_of_known_sizes_above_one_stay_the_fastest_call() -> None:
    f = eg.compile("ij,jk->ik", sizes={"i": 2, "j": 3, "k": 2})
    called = []
    for shapes in [((2, 3), (3, 2)), ((1, 2), (2, 1)), ((1, 1), (1, 2))]:
        found = special(f._specializations, *map(np.ones, shapes))
        called.append(found.functions["output"].__code__.co_names)
    assert called == [("dot",), (), ()]
    assert "x @ w" in f.source
    assert "dot" not in f.source
