"""The extrema: ties, and every axis."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import OperandError
from tests.autograd.rules.table import gradients, np, numbers, tensor

both = pytest.mark.parametrize("function", [np.max, np.min, np.amax, np.amin])


@both
def test_ties_share_the_cotangent_equally(function: Any) -> None:
    x = np.array([[2.0, 2.0, 2.0], [1.0, 1.0, 3.0]])
    if function in (np.min, np.amin):
        x = -x
    np.testing.assert_allclose(
        gradients(lambda t: function(t, axis=1), [x], np.array([3.0, 5.0]))[0],
        [[1.0, 1.0, 1.0], [0.0, 0.0, 5.0]],
    )
    np.testing.assert_allclose(
        gradients(function, [x], np.array(4.0))[0], [[0.0, 0.0, 0.0], [0.0, 0.0, 4.0]]
    )


@both
@pytest.mark.parametrize("axis", [None, 0, 1, -1, (0, 2), (-1, 0), ()])
@pytest.mark.parametrize("keepdims", [True, False])
def test_any_axes_are_reduced(function: Any, axis: Any, keepdims: bool) -> None:
    eg.check_gradients(lambda t: function(t, axis=axis, keepdims=keepdims), numbers(2, 3, 4))


@both
def test_many_equal_float16_numbers_share_exactly(function: Any) -> None:
    x = np.ones(4096, np.float16)
    (gradient,) = gradients(function, [x], np.ones((), np.float16))
    np.testing.assert_array_equal(gradient, np.full(4096, 1 / 4096, np.float16), strict=True)


@both
def test_the_extremum_of_an_empty_array_is_refused(function: Any) -> None:
    with pytest.raises(OperandError, match=r"m(ax|in): zero-size"):
        function(tensor(np.ones((2, 0))))


@both
def test_an_axis_out_of_range_is_refused(function: Any) -> None:
    with pytest.raises(OperandError, match=r"m(ax|in): axis 2 is out of bounds"):
        function(tensor(np.ones((2, 3))), axis=2)


@both
def test_zero_sizes_beside_the_reduced_axis_give_zeros(function: Any) -> None:
    (gradient,) = gradients(lambda t: function(t, axis=1), [np.ones((0, 3))], np.ones(0))
    assert gradient.shape == (0, 3)


@pytest.mark.parametrize("function", [np.median, np.nanmedian, np.average, np.nanquantile])
def test_of_nothing_a_mean_or_median_is_nan(function: Any) -> None:
    given = (0.5,) if function is np.nanquantile else ()
    for shape in ((0,), (0, 2), (2, 0)):
        for axis in (None, *range(len(shape))):
            x = tensor(np.ones(shape))
            with np.errstate(invalid="ignore"):
                out = function(x, *given, axis=axis)
            assert out.shape == np.sum(x.data, axis=axis).shape
            assert np.isnan(out.data).all()


@pytest.mark.parametrize("function", [np.nanmax, np.nanmin])
def test_nothing_has_no_extremum(function: Any) -> None:
    x = tensor(np.ones((0, 2)))
    assert function(x, axis=1).shape == (0,)
    assert function(x, axis=0, initial=1.0).data.tolist() == [1.0, 1.0]
    with pytest.raises(OperandError, match="zero-size array"):
        function(x, axis=0)
