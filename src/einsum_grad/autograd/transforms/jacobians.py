"""`jacobian` and `hessian` of functions of Tensors: dense, one pullback for each entry."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.backward import pull_back
from einsum_grad.autograd.mode import is_recording, recording
from einsum_grad.autograd.refusals import check_function
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.autograd.transforms.grad import (
    as_variable,
    check_complex,
    check_given,
    goes_on,
    grad,
    read_argnums,
    zeros,
)
from einsum_grad.errors import AutogradError, DTypeError


def jacobian(
    fn: Callable[..., Any], argnums: int | Sequence[int] = 0, *, holomorphic: bool = False
) -> Callable[..., Any]:
    """Return a function that computes the Jacobian of `fn`.

    `fn` takes arrays and returns a Tensor, or a tuple of them; its arguments at the positions
    `argnums` are passed as Tensors. A Jacobian has the axes of the result and then those of the
    argument. It is an array, a tuple of them if `argnums` is a sequence, and a tuple of these if
    `fn` returns one. It can be differentiated again, as `grad` can.

    With respect to complex numbers only a holomorphic function has a single matrix:
    `holomorphic=True` says that `fn` is one. The matrix maps a change of the argument to that of
    the result, so there is no convention to choose.

    Raises `AutogradError` if `fn` returns anything else, `DTypeError` for complex arguments without
    `holomorphic`, which `jvp` takes, and for real numbers with it.

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
        outside = is_recording()
        with recording():
            variables = {n: as_variable(args[n], n) for n in positions}
            given = [variables.get(n, arg) for n, arg in enumerate(args)]
            out = fn(*given, **kwargs)
            arguments = (*args, *kwargs.values())
            results = out if isinstance(out, tuple) else (out,)
            higher = outside and goes_on(arguments, results, variables.values())
            chosen = [variables[n] for n in positions]

            def of(result: Any) -> Any:
                made = _rows(_checked(result, chosen, holomorphic), chosen, higher)
                return made[0] if single else tuple(made)

            return tuple(map(of, out)) if isinstance(out, tuple) else of(out)

    return dense


def hessian(
    fn: Callable[..., Any], argnums: int | Sequence[int] = 0, *, holomorphic: bool = False
) -> Callable[..., Any]:
    """Return a function that computes the Hessian of `fn`, which returns one real number.

    It is the Jacobian of the gradient: an array with the axes of the argument twice. If `argnums`
    is a sequence, it is a tuple of tuples, indexed by two of these arguments. `holomorphic=True` is
    for a holomorphic `fn`, from complex numbers to one complex number.

    >>> import einsum_grad as eg
    >>> eg.hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    check_function(fn, "hessian")
    gradient = grad(fn, argnums, conj=not holomorphic, holomorphic=holomorphic)
    return jacobian(gradient, argnums, holomorphic=holomorphic)


def _rows(out: Tensor, variables: Sequence[Tensor], higher: bool) -> list[Any]:
    """The Jacobian by each variable: the pullback of each unit cotangent, row by row."""
    pulled = [_row(out, index, variables, higher) for index in np.ndindex(out.shape)]
    shapes = [out.shape + variable.shape for variable in variables]
    if not pulled:
        least = np.complex64 if out.dtype.kind == "c" else np.float16
        return [
            zeros(s, np.result_type(v.dtype, least), higher)
            for s, v in zip(shapes, variables, strict=True)
        ]
    columns = zip(*pulled, strict=True)
    return [np.reshape(np.stack(rows), s) for rows, s in zip(columns, shapes, strict=True)]


def _row(
    out: Tensor, index: tuple[int, ...], variables: Sequence[Tensor], higher: bool
) -> list[Any]:
    """The derivatives of one entry; a gradient is conj(them), for a real variable its real part."""
    row = _pulled(out, index, 1, variables, higher)
    if out.dtype.kind != "c":
        return row
    if any(variable.dtype.kind == "c" for variable in variables):
        return [np.conjugate(part) for part in row]
    across = _pulled(out, index, 1j, variables, higher)
    return [real + 1j * imaginary for real, imaginary in zip(row, across, strict=True)]


def _pulled(
    out: Tensor,
    index: tuple[int, ...],
    unit: complex,
    variables: Sequence[Tensor],
    higher: bool,
) -> list[Any]:
    nodes = [variable._node for variable in variables if variable._node is not None]
    arrived: dict[Any, Any] = {}
    if out._node is not None:
        cotangent = np.zeros(out.shape, out.dtype)
        cotangent[index] = unit
        arrived = pull_back(
            out._node,
            cotangent,
            keep=True,
            wrap=Tensor._of if higher else None,
            targets=set(nodes),
            first=min(node.number for node in nodes),
        )
    return [
        arrived[v._node] if v._node in arrived else zeros(v.shape, v.dtype, higher)
        for v in variables
    ]


def _checked(out: Any, variables: Sequence[Tensor], holomorphic: bool) -> Tensor:
    if not isinstance(out, Tensor):
        raise AutogradError(f"the function returned a {type(out).__name__}, not a Tensor")
    if holomorphic:
        check_complex((out, *variables))
    elif any(variable.dtype.kind == "c" for variable in variables):
        raise DTypeError(
            "a Jacobian by complex numbers is a single matrix only for a holomorphic function: "
            "pass holomorphic=True, or use jvp"
        )
    return out
