"""Sliding windows: views forward, sums of what overlaps backward."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, OperandError
from tests.autograd.rules.orders import gradient_of
from tests.autograd.rules.table import np, numbers, tensor

windows: Any = np.lib.stride_tricks.sliding_window_view


@pytest.mark.parametrize(
    ("shape", "axis"), [((2, 3), None), (2, 1), ((2,), (-1,)), ((2, 2), (1, 1)), ((1, 5), (0, 1))]
)
def test_windows_are_numpys_and_overlaps_add_up(shape: Any, axis: Any) -> None:
    x = numbers(4, 5)

    def function(a: Any) -> Any:
        return windows(a, shape, axis)

    np.testing.assert_array_equal(function(tensor(x)).data, function(x))
    eg.check_gradients(function, x, step=1)
    eg.check_gradients(gradient_of(function, 1), x, step=1)


def test_windows_share_memory_until_somebody_writes() -> None:
    x = tensor(numbers(6))
    out = windows(x * 1, 3)
    assert out.data.strides == (8, 8)
    with pytest.raises(ArgumentError, match="can't be written to"):
        windows(x, 3, writeable=True)
    with pytest.raises(OperandError, match="window shape cannot be larger"):
        windows(x, 7)
