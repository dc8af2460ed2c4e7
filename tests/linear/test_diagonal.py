"""The diagonal and the trace of linear maps: those of the dense matrix, without it."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.linear import LinearMap
from tests.linear.test_solve import SQUARE
from tests.strategies import fractions, whole

SHARED = (0, 2)

HESSIANS: dict[str, tuple[str, Any, list[tuple[int, ...]]]] = {
    "a quadratic form": ("i,ij,j->", SHARED, [(4,), (4, 4), (4,)]),
    "a factorisation": ("ik,jk,il,jl->", SHARED, [(5, 2), (3, 2), (5, 2), (3, 2)]),
    "a matrix and its transpose": ("ij,ji->", (0, 1), [(3, 3), (3, 3)]),
    "a square": ("ij,ij->", (0, 1), [(3, 4), (3, 4)]),
    "a cube": ("i,i,i->", (0, 1, 2), [(4,)] * 3),
    "broadcast": ("ij,ij,i->", (0, 1), [(3, 1), (3, 1), (3,)]),
    "empty": ("i,ij,j->", SHARED, [(0,), (0, 0), (0,)]),
    "nothing": ("i,i->", 0, [(3,), (3,)]),
}


def dense_diagonal(given: LinearMap) -> Any:
    size = given.shape[0]
    return given.materialize().reshape(size, size).diagonal().reshape(given.row_shape)


def check(given: LinearMap) -> None:
    expected = dense_diagonal(given)
    for each in (given, given.compressed(), given.T):
        found = each.diagonal()
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
        assert found.dtype == given.dtype
        assert found.shape == given.row_shape
        assert found.flags.writeable
        np.testing.assert_allclose(each.trace(), np.sum(expected), rtol=1e-12, atol=1e-13)
        assert np.asarray(each.trace()).dtype == given.dtype


def operands(pattern: str, shapes: list[tuple[int, ...]], dtype: str = "f8") -> list[Any]:
    return [fractions(shape, dtype, seed) for seed, shape in enumerate(shapes)]


@pytest.mark.parametrize("name", SQUARE)
@pytest.mark.parametrize("dtype", ["f8", "c16"])
def test_jacobians_have_the_dense_diagonal(name: str, dtype: str) -> None:
    pattern, wrt, shapes = SQUARE[name]
    made = eg.compile(pattern).jacobian(wrt).at(*operands(pattern, shapes, dtype))
    if made.row_shape != made.column_shape:
        with pytest.raises(OperandError, match="no diagonal"):
            made.diagonal()
        with pytest.raises(OperandError, match="no diagonal"):
            made.trace()
        return
    check(made)


@pytest.mark.parametrize("name", HESSIANS)
def test_hessians_and_what_is_made_of_them_have_the_dense_diagonal(name: str) -> None:
    pattern, wrt, shapes = HESSIANS[name]
    given = operands(pattern, shapes)
    for place in (wrt if isinstance(wrt, tuple) else ())[1:]:
        given[place] = given[wrt[0]]
    made = eg.compile(pattern).hessian(wrt, wrt).at(*given)
    for each in (made, 3 * made - made, made @ made, made.T @ made):
        check(each)


def test_whole_numbers_are_exact_and_never_wrap() -> None:
    x = whole((3, 3), "i8", 1)
    made = eg.compile("ij,jk->ik").jacobian(0).at(np.zeros((2, 3), int), x)
    np.testing.assert_array_equal(made.diagonal(), dense_diagonal(made), strict=True)
    assert made.trace() == 2 * np.trace(x)
    large = np.full((3, 3), 2**62)
    with pytest.raises(DTypeError):
        eg.compile("ij,jk->ik").jacobian(0).at(np.zeros((2, 3), int), large).trace()


def test_a_map_that_is_not_square_has_no_diagonal() -> None:
    made = eg.compile("ij,jk->ik").jacobian(0).at(np.ones((2, 3)), np.ones((3, 4)))
    with pytest.raises(OperandError, match=r"\(2, 3\) to \(2, 4\).*no diagonal"):
        made.diagonal()


def test_the_diagonal_takes_the_memory_of_the_diagonal() -> None:
    rows, columns, rank = 3000, 200, 8
    u, v = fractions((rows, rank), "f8", 1), fractions((columns, rank), "f8", 2)
    made = eg.compile("ik,jk,il,jl->").hessian((0, 2), (0, 2)).at(u, v, u, v)
    expected = 2 * np.sum(v * v, axis=0)
    made.diagonal()  # compiles
    tracemalloc.start()
    try:
        np.testing.assert_allclose(made.diagonal(), np.broadcast_to(expected, u.shape))
        np.testing.assert_allclose(made.trace(), rows * np.sum(expected))
        np.testing.assert_allclose(made.compressed().trace(), rows * np.sum(expected))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert made.dense_size * 8 > 4e9
    assert peak < 12 * u.nbytes


def test_a_product_of_two_maps_is_not_multiplied_out() -> None:
    size, rank = 2000, 3
    a, b = fractions((size, rank), "f8", 1), fractions((rank, size), "f8", 2)
    down = eg.compile("ij,j->i").jacobian(1).at(b, np.ones(size))
    up = eg.compile("ij,j->i").jacobian(1).at(a, np.ones(rank))
    made = up @ down
    made.diagonal()
    tracemalloc.start()
    try:
        np.testing.assert_allclose(made.diagonal(), np.sum(a * b.T, axis=1))
        np.testing.assert_allclose(made.trace(), np.sum(a * b.T))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * size * 8
