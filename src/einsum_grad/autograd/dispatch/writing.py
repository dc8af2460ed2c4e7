"""NumPy's functions that write into an array: of Tensors they take unrecorded ones only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.nodes import Traced
from einsum_grad.autograd.tape.refusals import run
from einsum_grad.autograd.tape.unrecorded import FILLED, INTO, unrecorded
from einsum_grad.errors import AutogradError


def write(
    name: str,
    function: Callable[..., Any],
    targets: Sequence[Any],
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    message: str = INTO,
) -> Any:
    """Run a function that writes into the arrays `targets`, none of which may be a Tensor.

    Raises `AutogradError` where one is, and, with `message`, for a recorded operand.
    """
    if any(isinstance(target, Traced) for target in targets):
        raise AutogradError(INTO.format(name))
    message = message.format(name)
    plain = {key: unrecorded(value, message) for key, value in kwargs.items()}
    return run(name, function, unrecorded(list(args), message), plain)


def _writing(function: Callable[..., Any], target: str) -> Callable[..., Any]:
    """The replacement of a function that writes into its first parameter, `target`."""

    def filled(*args: Any, **kwargs: Any) -> Any:
        targets = [*args[:1], kwargs.get(target)]
        return write(f"np.{function.__name__}", function, targets, args, kwargs, FILLED)

    return filled


WRITING: Mapping[Callable[..., Any], Callable[..., Any]] = {
    np.copyto: _writing(np.copyto, "dst"),
    np.place: _writing(np.place, "arr"),
    np.put: _writing(np.put, "a"),
    np.put_along_axis: _writing(np.put_along_axis, "arr"),
    np.putmask: _writing(np.putmask, "a"),
    np.fill_diagonal: _writing(np.fill_diagonal, "a"),
}
"""NumPy's functions that write into an array, and their replacements."""
