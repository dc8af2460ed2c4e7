"""`check_gradients`: every gradient against central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.mode import no_grad
from einsum_grad.autograd.tape import Array
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.errors import ArgumentError, AutogradError

SEED = 20
"""The cotangent is drawn anew in each check, and is the same in each."""


@dataclass(frozen=True, slots=True)
class GradientReport:
    """What a check found: how many numbers it compared, and the largest error among them."""

    checked: int
    largest_error: float
    step: float


def check_gradients(
    fn: Callable[..., Any],
    *arrays: Any,
    step: float = 1e-6,
    rtol: float = 1e-5,
    atol: float = 1e-7,
) -> GradientReport:
    """Compare the gradients of `fn` with central differences, in float64.

    `fn` takes the arrays as Tensors and returns a Tensor of any shape, whose elements are weighted
    with fixed random numbers. Every element of every array is moved by `step` to both sides. If
    `fn` is linear in each array, `step=1` makes no error but rounding. Complex arrays are checked
    in both directions, with the convention that the gradient points along the steepest ascent.

    Returns a report. Raises `AutogradError` for the first gradient that is wrong by more than
    `atol + rtol * abs(expected)`; its message names argument, index, expected, and got.

    >>> import einsum_grad as eg
    >>> report = eg.check_gradients(lambda x: np.exp(x) * x, np.array([0.5, 2.0]))
    >>> report.checked, report.largest_error < 1e-6
    (2, True)
    """
