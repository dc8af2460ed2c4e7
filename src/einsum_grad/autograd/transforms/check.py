"""`check_gradients`: every gradient against central differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.backward import pull_back
from einsum_grad.autograd.tape.mode import no_grad
from einsum_grad.autograd.tape.nodes import Array
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tape.refusals import as_operand, check_function
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.autograd.transforms.call import results_of
from einsum_grad.autograd.transforms.containers import flatten
from einsum_grad.errors import ArgumentError, AutogradError

SEED = 20
"""Every check draws the same cotangent."""


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

    `fn` takes the arrays, or containers of them, with a Tensor for each, and returns a Tensor of
    any shape or a container of Tensors, whose elements are weighted with fixed random numbers.
    Every element of every array is moved by `step` either way. If `fn` is linear in each array,
    `step=1` has no error but rounding. Complex elements are moved along both axes; a gradient
    points along the steepest ascent.

    Returns a report. Raises `AutogradError` for the first gradient that is wrong by more than
    `atol + rtol * abs(expected)`; its message names the argument, the index, and both values.

    >>> import einsum_grad as eg
    >>> report = eg.check_gradients(lambda x: np.exp(x) * x, np.array([0.5, 2.0]))
    >>> report.checked, report.largest_error < 1e-6
    (2, True)
    """
    check_function(fn, "check_gradients")
    if not step > 0:
        raise ArgumentError(f"step must be positive, not {step}")
    given, structure = flatten(arrays)
    values = [_widened(array) for array in given]
    variables = [Tensor(value, requires_grad=True) for value in values]
    results, _ = results_of(fn, fn(*structure.build(variables)))
    weights = [_weights(out) for out in results]
    starts = [(out._node, weight) for out, weight in zip(results, weights, strict=True)]
    arrived = pull_back(starts, keep=False)
    parts = enumerate(structure.parts)
    names = [name for number, part in parts for name in part.names(f"{number}")]
    largest = 0.0

    def weighted() -> float:
        with no_grad():
            out = fn(*structure.build(map(Tensor, values)))
        return sum(map(_inner, weights, flatten(out)[0]))

    for name, value, variable in zip(names, values, variables, strict=True):
        gradient = arrived[variable._node] if variable._node in arrived else np.zeros_like(value)
        for index in np.ndindex(value.shape):
            expected = _expected(weighted, value, index, step)
            error = float(abs(gradient[index] - expected))
            if not error <= atol + rtol * abs(expected):
                raise AutogradError(
                    f"the gradient of argument {name} at index {index}: "
                    f"expected {expected:.8g} by central differences, got {gradient[index]:.8g}"
                )
            largest = max(largest, error)
    return GradientReport(sum(value.size for value in values), largest, step)


def _expected(
    function: Callable[[], float], value: Array, index: tuple[int, ...], step: float
) -> complex:
    """The derivatives along the real axis and, of a complex element, along the imaginary one."""
    real = _difference(function, value, index, step)
    if value.dtype.kind != "c":
        return real
    return real + 1j * _difference(function, value, index, step * 1j)


def _difference(
    function: Callable[[], float], value: Array, index: tuple[int, ...], move: complex
) -> float:
    """The central difference; the array is restored."""
    kept = value[index]
    value[index] = kept + move
    above = function()
    value[index] = kept - move
    below = function()
    value[index] = kept
    return (above - below) / (2 * abs(move))


def _inner(weights: Array, out: Any) -> float:
    return float(np.sum(np.conj(weights) * look(out)).real)


def _weights(out: Tensor) -> Array:
    random = np.random.default_rng(SEED)
    weights = random.standard_normal(out.shape)
    if out.dtype.kind == "c":
        return weights + 1j * random.standard_normal(out.shape)
    return np.asarray(weights)


def _widened(array: Any) -> Array:
    given: Array = np.asarray(as_operand(array, "check_gradients"))
    return given.astype(np.complex128 if given.dtype.kind == "c" else np.float64)
