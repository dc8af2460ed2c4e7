"""`grad` and `value_and_grad`: from a function to the function of its gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.backward import pull_back
from einsum_grad.autograd.cotangent import starting_cotangent, take
from einsum_grad.autograd.mode import is_recording, recording
from einsum_grad.autograd.tape import Array, Traced
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.errors import ArgumentError, ArgumentTypeError, AutogradError


def grad(fn: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that gives the gradient of `fn`.

    `fn` takes arrays and returns a Tensor of one real number. In its place of the arguments
    numbered `argnums` it gets Tensors. The result calls `fn` once and returns the gradient, of the
    argument's shape and dtype, or a tuple of them if `argnums` is a sequence; an argument that
    `fn` makes no use of has zeros. Given Tensors that require gradients it returns Tensors that
    can be differentiated again, so `grad(grad(fn))` is the second derivative.

    Raises `AutogradError` if `fn` returns anything else, `DTypeError` for an argument of integers,
    `ArgumentError` for a number that is not that of an argument.

    >>> import einsum_grad as eg
    >>> def cube(x):
    ...     return x * x * x
    >>> eg.grad(cube)(2.0), eg.grad(eg.grad(cube))(2.0)
    (array(12.), array(12.))
    """
    with_value = value_and_grad(fn, argnums)

    @functools.wraps(fn)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return with_value(*args, **kwargs)[1]

    return gradient
