"""NumPy's functions at the edges: sizes 0 and 1, 0-d, negative axes, ties, nan, integers."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

import einsum_grad as eg
from tests.autograd.rules.table import gradients, np, numbers, tensor

E = np.ones((2, 0, 3))
ONE = np.array([[1.5]])
ZERO_D = np.array(-0.7)
WHOLE = np.array([[3, 1, 2], [0, -1, 2]])
A = numbers(2, 3)

CALLS: dict[str, Any] = {
    "sum of nothing": (lambda x: np.sum(x, 1, initial=2.0), E),
    "prod of nothing": (lambda x: np.prod(x, axis=-2), E),
    "prod of no elements": (np.prod, E),
    "cumsum of nothing": (lambda x: np.cumsum(x, -1), E),
    "cumprod of nothing": (lambda x: np.cumprod(x, 1), E),
    "max of nothing": (lambda x: np.max(x, 1, initial=0.5), E),
    "sort of nothing": (lambda x: np.sort(x, 1), E),
    "flip of nothing": (np.flip, E),
    "roll of nothing": (lambda x: np.roll(x, 3, -1), E),
    "tile of nothing": (lambda x: np.tile(x, (2, 1)), E),
    "tile to nothing": (lambda x: np.tile(x, 0), A),
    "repeat to nothing": (lambda x: np.repeat(x, 0, -1), A),
    "take nothing": (lambda x: np.take(x, np.array([], int), axis=1), A),
    "split with nothing": (lambda x: np.split(x, [0, 1], axis=1)[0], A),
    "array_split into more": (lambda x: np.array_split(x, 4)[3], A),
    "diff to nothing": (lambda x: np.diff(x, 3), A),
    "diff of no order": (lambda x: np.diff(x, 0), A),
    "vstack of nothing": (lambda x: np.vstack([x[:0], x]), A),
    "pad nothing": (lambda x: np.pad(x, 1), E),
    "kron with nothing": (lambda x: np.kron(x, A), np.ones((0, 2))),
    "diag of nothing": (np.diag, np.ones(0)),
    "triu of nothing": (np.triu, np.ones((0, 3))),
    "meshgrid with nothing": (lambda x: np.meshgrid(x, x)[1], np.ones(0)),
    "linspace of none": (lambda x: np.linspace(x, 2.0, 0), ONE),
    "linspace of one": (lambda x: np.linspace(x, 2.0, 1), ONE),
    "unwrap of one": (np.unwrap, ONE),
    "median of one": (np.median, ONE),
    "var of one": (np.var, ONE),
    "quantile of one": (lambda x: np.quantile(x, [0.2, 1.0]), ONE),
    "interp on one": (lambda x: np.interp(x, np.array([0.5]), np.array([2.0])), ONE),
    "convolve of one": (lambda x: np.convolve(x, np.array([2.0]), "same"), np.array([1.5])),
    "cumsum of 0-d": (np.cumsum, ZERO_D),
    "cumprod of 0-d": (np.cumprod, ZERO_D),
    "prod of 0-d": (lambda x: np.prod(x, axis=()), ZERO_D),
    "var of 0-d": (np.var, ZERO_D),
    "median of 0-d": (np.median, ZERO_D),
    "ptp of 0-d": (np.ptp, ZERO_D),
    "sort of 0-d": (lambda x: np.sort(x, axis=None), ZERO_D),
    "tile of 0-d": (lambda x: np.tile(x, (2, 3)), ZERO_D),
    "tile by no counts": (lambda x: np.tile(x, ()), A),
    "repeat of 0-d": (lambda x: np.repeat(x, 3), ZERO_D),
    "append of 0-d": (lambda x: np.append(x, x), ZERO_D),
    "hstack of 0-d": (lambda x: np.hstack([x, x]), ZERO_D),
    "column_stack of 0-d": (lambda x: np.column_stack([x, x]), ZERO_D),
    "roll of 0-d": (lambda x: np.roll(x, 1), ZERO_D),
    "flip of 0-d": (np.flip, ZERO_D),
    "block of 0-d": (lambda x: np.block([x, 2.0 * x]), ZERO_D),
    "block of one array": (np.block, A),
    "block of 3 axes": (lambda x: np.block([[[x, x]], [[x, x]]]), A),
    "block of ranks": (lambda x: np.block([[x], [x[0]]]), A),
    "kron of 0-d": (lambda x: np.kron(x, A), ZERO_D),
    "full_like of a shape": (lambda x: np.full_like(A, 0.0, shape=(2,)) + x, ZERO_D),
    "pad by a dict": (lambda x: np.pad(x, {-1: (1, 2)}, mode="edge"), A),
    "insert at the end": (lambda x: np.insert(x, 3, 7.0, axis=-1), A),
    "insert by a mask": (lambda x: np.insert(x, [1, 1, 3], [1.0, 2.0, 3.0]), A),
    "insert broadcast": (lambda x: np.insert(A, [0, 2], x, axis=1), ONE),
    "delete a slice": (lambda x: np.delete(x, slice(0, None, 2), -1), A),
    "resize larger": (lambda x: np.resize(x, 8), A),
    "average returned": (lambda x: np.average(x, -1, returned=True)[0], A),
    "average of several axes": (
        lambda x: np.average(x, axis=(1, 0), weights=np.array([[1, 2], [3, 4], [5, 6.0]])),
        A,
    ),
    "sum by position": (lambda x: np.sum(x, -1, None, None, True, 2.0), A),
    "max by position": (lambda x: np.max(x, -1, None, True), A),
    "clip without bounds": (lambda x: np.clip(x, None, None), A),
    "clip by a low bound": (lambda x: np.clip(x, min=0.0), A),
    "mean of a dtype": (lambda x: np.mean(x, 0, np.float32), A),
    "prod of a dtype": (lambda x: np.prod(x, 0, np.float32), A),
    "sum where nothing is": (lambda x: np.sum(x, where=False), A),
    "quantile that widens": (lambda x: np.quantile(x, np.array([0.5])), A),
    "gradient of two": (lambda x: np.gradient(x, 2.0), np.array([1.0, 3.0])),
    "trapezoid of one": (np.trapezoid, np.array([1.0])),
    "polyval of one": (lambda x: np.polyval(np.array([2.0]), x), A),
    "sinc at 0": (np.sinc, np.array([0.0, 1e-9, 0.3, 1.0])),
    "take the first axis from behind": (lambda x: np.take(x, -1, axis=-2), A),
    "rot90 thrice back": (lambda x: np.rot90(x, -3, (1, 0)), A),
    "rollaxis forth": (lambda x: np.rollaxis(x, -1, 1), numbers(2, 3, 4)),
    "geomspace below 0": (lambda x: np.geomspace(x, -8.0, 4), np.array([-1.0, -2.0])),
    "vecdot of an axis": (lambda x: np.vecdot(x, A, axis=0), A),
    "cov of a vector": (lambda x: np.cov(x[0], bias=True), A),
    "corrcoef of a vector": (lambda x: np.corrcoef(x[0]), A),
    "repeat by a count in a list": (lambda x: np.repeat(x, [2], axis=0), A),
    "unstack": (lambda x: np.add(*np.unstack(x)), A),
}


@pytest.mark.parametrize("name", CALLS)
def test_values_and_gradients_at_the_edges(name: str) -> None:
    function, operand = CALLS[name]
    for dtype in (np.float64, np.float32):
        given = np.asarray(operand, dtype)
        recorded, expected = function(tensor(given)), function(given)
        assert isinstance(recorded, eg.Tensor)
        assert (recorded.shape, recorded.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_allclose(recorded.data, expected, rtol=1e-6)
    eg.check_gradients(function, operand, step=1e-4, rtol=1e-4, atol=1e-3)
    if "dtype" in name:  # differences of float32 are too coarse
        return
    eg.check_gradients(eg.grad(lambda x: np.sum(function(x) ** 2)), operand, rtol=1e-2, atol=1e-2)


WHOLE_CALLS: list[Any] = [
    *(np.prod, np.cumsum, np.cumprod, np.var, np.std, np.median, np.ptp, np.sort, np.average),
    *(np.diff, np.flip, np.triu, np.vstack, np.gradient, np.trapezoid, np.sinc),
    *(np.tan, np.exp2, np.cbrt, np.angle, np.degrees, np.nan_to_num, np.floor, np.fabs, np.sign),
    *(lambda x: np.tile(x, 2), lambda x: np.roll(x, 1), lambda x: np.split(x, 3, 1)[1]),
    *(lambda x: np.hypot(x, x), lambda x: np.remainder(x, 2), lambda x: np.kron(x, x)),
    *(lambda x: np.linalg.multi_dot([x, x.T]), lambda x: np.geomspace(x + 1, 9, 3)),
    *(lambda x: np.where(x > 1, x, 0), lambda x: np.clip(x, 0, 2), np.add.reduce),
    *(lambda x: np.divmod(x, 2)[0], lambda x: np.take(x, [1, 0], 1), lambda x: np.append(x, x)),
    *(lambda x: np.linspace(x, x + 2, 3), lambda x: np.multiply.outer(x, x), np.max, np.mean),
    *(lambda x: np.sum(x, where=x > 0), lambda x: np.percentile(x, 30), np.nansum, np.nanmax),
    *(lambda x: np.full_like(x, 3.7), lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0]), np.isreal),
]


@pytest.mark.parametrize("place", range(len(WHOLE_CALLS)))
@pytest.mark.parametrize("dtype", [int, np.int8, np.uint16])
def test_integers_have_numpys_values_and_dtypes(place: int, dtype: Any) -> None:
    function = WHOLE_CALLS[place]
    given = np.abs(WHOLE).astype(dtype)
    ours, theirs = function(eg.Tensor(given)), function(given)
    several = isinstance(theirs, (list, tuple))
    pairs = zip(ours, theirs, strict=True) if several else [(ours, theirs)]
    for one, other in pairs:
        values = one.data if isinstance(one, eg.Tensor) else one
        assert values.dtype == np.asarray(other).dtype
        np.testing.assert_allclose(values, other, rtol=1e-12)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (-1, -3), ()])
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("function", [np.prod, np.var, np.std, np.median, np.ptp, np.nansum])
def test_any_axes_are_reduced(function: Any, axis: Any, keepdims: bool) -> None:
    x = numbers(2, 3, 2)

    def reduced(t: Any) -> Any:
        return function(t, axis=axis, keepdims=keepdims)

    if axis == () and function in (np.median, np.std):
        return
    np.testing.assert_allclose(reduced(tensor(x)).data, reduced(x), rtol=1e-13, strict=True)
    eg.check_gradients(reduced, x)


def test_a_product_with_zeros_has_every_derivative() -> None:
    for zeros in itertools.product([0.0, 1.3], repeat=3):
        x = np.array([*zeros, 0.7])
        for function in (np.prod, lambda t: np.sum(np.cumprod(t) * np.arange(1.0, 5.0))):
            eg.check_gradients(function, x)
            eg.check_gradients(eg.grad(function), x)
            eg.check_gradients(eg.jacobian(eg.grad(function)), x, atol=1e-5)


def test_equal_numbers_share_or_go_where_numpy_puts_them() -> None:
    x = np.array([1.0, 2.0, 2.0, 1.0])
    ones = np.ones(())
    np.testing.assert_array_equal(gradients(np.ptp, [x], ones)[0], [-0.5, 0.5, 0.5, -0.5])
    for function in (np.sort, lambda t: np.partition(t, 1)):
        (gradient,) = gradients(function, [x], np.array([1.0, 2.0, 4.0, 8.0]))
        assert sorted([gradient[0] + gradient[3], gradient[1] + gradient[2]]) == [3.0, 12.0]
    np.testing.assert_allclose(gradients(np.median, [x], ones)[0].sum(), 1.0)
    one, other = gradients(np.fmax, [x, x], np.ones(4))
    np.testing.assert_array_equal(one, np.full(4, 0.5))
    np.testing.assert_array_equal(other, np.full(4, 0.5))
    (gradient,) = gradients(lambda t: np.max(t, initial=2.0), [x], ones)
    np.testing.assert_allclose(gradient, [0, 1 / 3, 1 / 3, 0])


def test_where_there_is_no_derivative_it_is_0() -> None:
    zero = np.zeros(2)
    for function in (np.hypot, np.arctan2):
        for gradient in gradients(function, [zero, zero], np.ones(2)):
            np.testing.assert_array_equal(gradient, zero)
    np.testing.assert_array_equal(gradients(np.std, [np.ones(3)], np.ones(()))[0], np.zeros(3))
    np.testing.assert_array_equal(gradients(np.angle, [zero * 1j], np.ones(2))[0], zero)
    np.testing.assert_array_equal(gradients(np.sign, [zero * 1j], np.ones(2))[0], zero)


def test_infinities_and_nan() -> None:
    x, y = np.array([-np.inf, np.inf, 0.0]), np.array([-np.inf, 1.0, -np.inf])
    one, other = gradients(np.logaddexp, [x, y], np.ones(3))
    np.testing.assert_array_equal(one, [0.5, 1.0, 1.0])
    np.testing.assert_array_equal(other, [0.5, 0.0, 0.0])
    x = np.array([np.nan, 1.0, np.inf, -2.0])
    (gradient,) = gradients(np.nan_to_num, [x], np.ones(4))
    np.testing.assert_array_equal(gradient, [0.0, 1.0, 0.0, 1.0])
    np.testing.assert_array_equal(np.modf(tensor(x))[0].data, [np.nan, 0.0, 0.0, -0.0])
    one, other = gradients(np.fmin, [x, np.array([2.0, np.nan, 1.0, -3.0])], np.ones(4))
    np.testing.assert_array_equal(one, [0.0, 1.0, 0.0, 0.0])
    np.testing.assert_array_equal(other, [1.0, 0.0, 1.0, 1.0])
    assert np.isnan(np.median(tensor(x)).data)
    assert np.nanmedian(tensor(x)).item() == 1.0
    np.testing.assert_array_equal(
        np.nanmax(tensor([[np.nan, np.nan], [1.0, np.nan]]), axis=1).data, [np.nan, 1.0]
    )


@pytest.mark.parametrize("order", range(6))
def test_every_derivative_of_sinc_is_right_at_0_and_elsewhere(order: int) -> None:
    function: Any = np.sinc
    for _ in range(order):
        function = eg.grad(function)
    for x in (0.0, 1e-4, 0.4, -1.7, 2.5):
        eg.check_gradients(function, np.array(x), step=1e-5, rtol=1e-5, atol=1e-5)


REFUSED: list[Any] = [
    lambda x: np.quantile(x, 1.5),
    lambda x: np.quantile(x, 0.5, method="inverted_cdf"),
    lambda x: np.percentile(x * 1j, 50),
    lambda x: np.diff(x, -1),
    lambda x: np.gradient(x, 1.0, 2.0, 3.0),
    lambda x: np.gradient(x[:, :1], axis=1),
    lambda x: np.gradient(x, edge_order=3),
    lambda x: np.average(x, weights=np.ones(2)),
    lambda x: np.average(x, axis=0, weights=np.zeros(2)),
    lambda x: np.cross(x[:, :2], x[:, :2]),
    lambda x: np.linalg.multi_dot([x]),
    lambda x: np.linalg.multi_dot([x, x]),
    lambda x: np.linalg.outer(x, x),
    lambda x: np.vecdot(x, x[:, :2]),
    lambda x: np.matvec(x, x[0, :2]),
    lambda x: np.vecmat(x[0], x),
    lambda x: np.split(x, 2, axis=1),
    lambda x: np.dsplit(x, 1),
    lambda x: np.take(x, 9),
    lambda x: np.take_along_axis(x, np.zeros(2, int), 0),
    lambda x: np.select([x > 0], [x, x]),
    lambda x: np.convolve(x, x),
    lambda x: np.convolve(x[0], x[0], "wide"),
    lambda x: np.interp(x, [1.0, 2.0], [1.0]),
    lambda x: np.diag(x[None]),
    lambda x: np.var(x, ddof=1, correction=1),
    lambda x: np.clip(x, 0, 1, max=1),
    np.cumulative_sum,
    lambda x: np.rollaxis(x, 0, 5),
    lambda x: np.concatenate([x, x], dtype=np.int64),
    lambda x: np.copysign(1j * x, x),
    lambda x: x.astype(np.int64, casting="safe"),
    lambda x: np.block([[x, x], x]),
    lambda x: np.repeat(x, [1, 2], axis=1),
]


@pytest.mark.parametrize("place", range(len(REFUSED)))
def test_misuse_is_refused_by_our_errors(place: int) -> None:
    with pytest.raises(eg.EinsumGradError):
        REFUSED[place](tensor(A))
