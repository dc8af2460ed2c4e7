"""`jacobian` and `hessian` of functions of Tensors: dense, a row for each entry of the result."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.backward import pull_back
from einsum_grad.autograd.mode import is_recording, recording
from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import check_function
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.autograd.transforms import (
    as_variable,
    check_given,
    grad,
    needs_gradient,
    read_argnums,
)
from einsum_grad.errors import AutogradError, DTypeError


def jacobian(fn: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that gives the Jacobian of `fn`.

    `fn` takes arrays and returns a Tensor of real numbers, or a tuple of such; in the place of the
    arguments numbered `argnums` it gets Tensors. A Jacobian has the axes of the result and then
    those of the argument. It is an array, a tuple of them if `argnums` is a sequence, and a tuple
    of these if `fn` returns one. It can be differentiated again, as `grad` can.

    Raises `AutogradError` if `fn` returns anything else, `DTypeError` for complex numbers, whose
    functions have no such matrix in general; `jvp` takes them.

    >>> import einsum_grad as eg
    >>> eg.jacobian(lambda x: x * x)(np.array([1.0, 3.0]))
    array([[2., 0.],
           [0., 6.]])
    """
    check_function(fn, "jacobian")
    single, positions = read_argnums(argnums)

    @functools.wraps(fn)
    def dense(*args: Any, **kwargs: Any) -> Any:
        check_given(positions, args)
        higher = is_recording() and any(map(needs_gradient, (*args, *kwargs.values())))
        with recording():
            variables = {n: as_variable(args[n], n, higher) for n in positions}
            given = [variables.get(n, arg) for n, arg in enumerate(args)]
            out = fn(*given, **kwargs)
            chosen = [variables[n] for n in positions]

            def of(result: Any) -> Any:
                made = _rows(_check_real(result, chosen), chosen, higher)
                return made[0] if single else tuple(made)

            return tuple(map(of, out)) if isinstance(out, tuple) else of(out)

    return dense


def hessian(fn: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Return the function that gives the Hessian of `fn`, which returns one real number.

    It is the Jacobian of the gradient: an array with the axes of the argument twice. If `argnums`
    is a sequence, it is a tuple for each of these arguments of a tuple for each of them.

    >>> import einsum_grad as eg
    >>> eg.hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    check_function(fn, "hessian")
    return jacobian(grad(fn, argnums), argnums)


def _rows(out: Tensor, variables: Sequence[Tensor], higher: bool) -> list[Any]:
    """The Jacobian by each variable: the pullback of each unit cotangent, row after row."""
    pulled = [_pulled(out, index, variables, higher) for index in np.ndindex(out.shape)]
    shapes = [out.shape + variable.shape for variable in variables]
    if not pulled:
        return [np.zeros(s, v.dtype) for s, v in zip(shapes, variables, strict=True)]
    columns = zip(*pulled, strict=True)
    return [np.reshape(np.stack(rows), s) for rows, s in zip(columns, shapes, strict=True)]


def _pulled(
    out: Tensor, index: tuple[int, ...], variables: Sequence[Tensor], higher: bool
) -> list[Any]:
    nodes = [variable._node for variable in variables if variable._node is not None]
    arrived: dict[Any, Any] = {}
    if out._node is not None:
        unit = np.zeros(out.shape, out.dtype)
        unit[index] = 1
        arrived = pull_back(
            out._node,
            unit,
            keep=True,
            wrap=Tensor._of if higher else None,
            targets=set(nodes),
            first=min(node.number for node in nodes),
        )
    return [
        arrived[v._node] if v._node in arrived else np.zeros(v.shape, v.dtype) for v in variables
    ]


def _check_real(out: Any, variables: Sequence[Tensor]) -> Tensor:
    if not isinstance(out, Tensor):
        raise AutogradError(f"the function returned a {type(out).__name__}, and no Tensor")
    for tensor in (out, *variables):
        if look(tensor).dtype.kind == "c":
            raise DTypeError("a Jacobian of complex numbers is no one matrix; use jvp")
    return out
