"""A bound map: its arguments and results, what they share, and SciPy's use of it."""

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, OperandError
from einsum_grad.linear import LinearMap
from tests.strategies import fractions, whole


def product_map(dtype: str = "f8") -> LinearMap:
    x, w = whole((2, 3), dtype, 1), whole((3, 4), dtype, 2)
    return eg.compile("ij,jk->ik").jacobian(0).at(x, w)


def test_flat_arrays_give_flat_ones() -> None:
    bound, vector = product_map(), whole((2, 3), "f8", 3)
    expected = bound @ vector
    np.testing.assert_array_equal(bound @ vector.ravel(), expected.ravel(), strict=True)
    np.testing.assert_array_equal(bound @ vector.reshape(6, 1), expected.ravel(), strict=True)


def test_a_vector_on_the_left_is_multiplied_with_the_transpose() -> None:
    bound, vector = product_map("c16"), whole((2, 4), "c16", 3)
    np.testing.assert_array_equal(vector @ bound, bound.T @ vector)
    np.testing.assert_array_equal(bound.rmatvec(vector), bound.H @ vector)


@pytest.mark.parametrize("shape", [(3, 2), (2, 3, 1), (5,), ()])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(OperandError, match="belongs"):
        product_map().matvec(np.ones(shape))


def test_what_is_no_array_is_refused() -> None:
    with pytest.raises(OperandError, match="the vector can't be made an array"):
        product_map().matvec([[1.0], [1.0, 2.0]])


def test_results_share_no_memory_with_the_arguments() -> None:
    x, number = whole((3, 4), "f8", 1), np.asarray(1.0)
    same = eg.compile("ij->ij").jacobian(0).at(x)
    vector = x.copy()
    product = same @ vector
    product[...] = 9
    np.testing.assert_array_equal(vector, x)
    factor = eg.compile("ij,->ij").jacobian(1).at(x, number)
    dense = factor.materialize()
    dense[...] = 9
    np.testing.assert_array_equal(factor.materialize(), x)
    for array in (product, dense):
        assert array.flags.writeable


def test_a_repetition_is_an_array_of_its_own() -> None:
    bound = eg.compile("ij->j").jacobian(0).at(np.ones((2, 3)))
    gradient = bound.rmatvec(np.arange(3.0))
    gradient[0, 0] = 9
    np.testing.assert_array_equal(gradient, [[9, 1, 2], [0, 1, 2]])
    assert bound.materialize().flags.writeable


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c8", "i4"])
def test_products_have_the_dtype_of_both(dtype: str) -> None:
    bound = product_map(dtype)
    assert bound.dtype == dtype
    assert (bound @ whole((2, 3), dtype, 3)).dtype == dtype
    assert bound.materialize().dtype == dtype
    assert (bound @ whole((2, 3), "c16", 3)).dtype == np.result_type(dtype, "c16")
    nothing = eg.compile("i,i->").hessian(0, 0).at(np.ones(2, dtype), np.ones(2, dtype))
    assert (nothing @ np.ones(2, dtype)).dtype == nothing.materialize().dtype == dtype


def test_a_compressed_map_keeps_what_is_smaller() -> None:
    a, b = fractions((50, 2), "f8", 1), fractions((2, 40), "f8", 2)
    x = fractions((50,), "f8", 3)
    low_rank = eg.compile("i,ir,rj->j").jacobian(0).at(x, a, b)
    assert low_rank.compressed_size == a.size + b.size
    wide = (
        eg.compile("i,ir,rj->j")
        .jacobian(0)
        .at(x, fractions((50, 90), "f8", 1), fractions((90, 40), "f8", 2))
    )
    assert wide.compressed_size == 50 * 40
    apart = (
        eg.compile("ai,ij,jb->ab").jacobian(1).at(np.ones((5, 4)), np.ones((4, 3)), np.ones((3, 6)))
    )
    assert apart.compressed_size == 5 * 4 + 3 * 6


def test_a_compressed_map_is_the_same_map() -> None:
    operands = [whole((3, 3), "f8", seed) for seed in range(3)]
    bound = eg.compile("ij,jk,ki->i").hessian((0, 1), (1, 2)).at(*operands)
    np.testing.assert_array_equal(bound.compressed().materialize(), bound.materialize())
    vector = whole((3, 3), "f8", 9)
    np.testing.assert_array_equal(bound.compressed() @ vector, bound @ vector)


def test_maps_add_multiply_and_scale_as_matrices_do() -> None:
    x, w = whole((2, 3), "f8", 1), whole((3, 4), "f8", 2)
    first = eg.compile("ij,jk->ik").jacobian(0).at(x, w)
    second = eg.compile("ij->ji").jacobian(0).at(x)
    dense, turning = first.materialize().reshape(8, 6), second.materialize().reshape(6, 6)
    pairs: list[tuple[LinearMap, Any]] = [
        (first @ second.T, dense @ turning.T),
        (second @ first.T, turning @ dense.T),
        (first.T @ first, dense.T @ dense),
        (first @ first.T, dense @ dense.T),
        (first + first * 2, 3 * dense),
        (-first - 0.5 * first, -1.5 * dense),
        (first.T @ (first + first) @ second.T, 2 * dense.T @ dense @ turning.T),
    ]
    for made, expected in pairs:
        np.testing.assert_array_equal(made.materialize().reshape(made.shape), expected)
        vector = whole(made.column_shape, "f8", 5)
        np.testing.assert_array_equal((made @ vector).ravel(), expected @ vector.ravel())


def test_a_product_merges_labels_that_equal_the_same() -> None:
    x, w, v = whole((3, 3), "f8", 1), whole((3, 3), "f8", 2), whole((3,), "f8", 3)
    left = eg.compile("ij,ij->ij").jacobian(0).at(x, w)
    right = eg.compile("i->ii").jacobian(0).at(v)
    expected = left.materialize().reshape(9, 9) @ right.materialize().reshape(9, 3)
    made = left @ right
    assert isinstance(made, LinearMap)
    np.testing.assert_array_equal(made.materialize().reshape(9, 3), expected)


@pytest.mark.parametrize("pattern", ["i->", "ij->j", "ii->", "i->ii", "iij->ij", "ii,j->ij"])
def test_products_sum_labels_that_no_factor_has(pattern: str) -> None:
    sizes = {"i": 3, "j": 2}
    terms = pattern.partition("->")[0].split(",")
    operands = [whole(tuple(sizes[x] for x in term), "f8", 4) for term in terms]
    bound = eg.compile(pattern).jacobian(0).at(*operands)
    dense = bound.materialize().reshape(bound.shape)
    transposed = bound.T
    for made, expected in (
        (bound @ transposed, dense @ dense.T),
        (transposed @ bound, dense.T @ dense),
    ):
        assert isinstance(made, LinearMap)
        np.testing.assert_array_equal(made.materialize().reshape(made.shape), expected)


def test_maps_that_do_not_fit_are_refused() -> None:
    bound = product_map()
    with pytest.raises(OperandError, match="can't be multiplied"):
        bound @ bound
    with pytest.raises(OperandError, match="can't be added"):
        bound + bound.T
    with pytest.raises(ArgumentTypeError, match="multiplied by a number"):
        bound * np.ones(2)
    with pytest.raises(TypeError):
        bound + 1  # type: ignore[operator]  # what mypy says, too


def test_a_multiple_keeps_the_dtype_where_numpy_does() -> None:
    assert (product_map("f4") * 2.5).dtype == np.float32
    assert (1j * product_map("f4")).dtype == np.complex64
    assert (product_map("i4") * 0.5).dtype == np.float64


def test_scipy_takes_a_map_as_a_linear_operator() -> None:
    linalg = pytest.importorskip("scipy.sparse.linalg")
    u, v = fractions((6, 3), "f8", 1), fractions((5, 3), "f8", 2)
    bound = eg.compile("ik,jk,il,jl->").hessian((0, 2), (0, 2)).at(u, v, u, v)
    operator = bound.aslinearoperator()
    assert isinstance(operator, linalg.LinearOperator)
    assert operator.shape == (18, 18)
    assert operator.dtype == np.float64
    right = fractions((18,), "f8", 3)
    np.testing.assert_array_equal(operator @ right, bound @ right)
    np.testing.assert_array_equal(operator.H @ right, bound.H @ right)
    solution, failed = linalg.cg(bound, right, rtol=1e-12)
    assert not failed
    np.testing.assert_allclose(solution, bound.solve(right), rtol=1e-8)
    many = fractions((18, 4), "f8", 4)
    expected = bound.materialize().reshape(18, 18) @ many
    np.testing.assert_allclose(operator @ many, expected, rtol=1e-12)


def test_a_map_has_a_repr() -> None:
    assert repr(product_map()) == "<linear map from (2, 3) to (2, 4), float64>"


def test_a_large_factor_in_half_precision_does_not_overflow() -> None:
    x = np.ones((70000,), np.float16)
    bound = eg.compile("i->").jacobian(0).at(x)
    tiny = 2.0**-14 * (bound @ bound.T)
    assert (tiny @ np.ones((), np.float16)) == np.float16(70000 * 2.0**-14)
