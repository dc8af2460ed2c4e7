"""`jacobian` and `hessian` of functions of Tensors: dense, one pullback for each entry."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from einsum_grad.autograd.tape.mode import is_recording, recording
from einsum_grad.autograd.tape.refusals import check_function
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.autograd.transforms.arguments import read_argnums
from einsum_grad.autograd.transforms.call import Call, call, check_complex, zeros
from einsum_grad.autograd.transforms.grad import grad
from einsum_grad.autograd.transforms.typed import Derivative
from einsum_grad.errors import DTypeError


@overload
def jacobian(
    fn: Callable[..., Tensor], argnums: int = 0, *, holomorphic: bool = False
) -> Derivative: ...
@overload
def jacobian(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    holomorphic: bool = False,
    has_aux: bool = False,
) -> Callable[..., Any]: ...
def jacobian(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    holomorphic: bool = False,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the Jacobian of `fn`.

    `fn` takes arrays, or containers of them, and returns a Tensor or a container of Tensors; its
    arguments at the positions `argnums` are passed as Tensors. A Jacobian has the axes of the
    result and then those of the argument. It is a container like the result, with one like the
    argument in place of each Tensor, or a tuple of them if `argnums` is a sequence. It can be
    differentiated again, as `grad` can. With `has_aux=True` `fn` returns a pair, whose second part
    comes back beside the Jacobian.

    With respect to complex numbers only a holomorphic function has a single matrix:
    `holomorphic=True` says that `fn` is one. The matrix maps a change of the argument to that of
    the result, so there is no convention to choose.

    A `fn` that returns a plain number or array, so that its Jacobian is zero, gives a warning.
    Raises `AutogradError` if it returns anything else, `DTypeError` for complex arguments without
    `holomorphic`, which `jvp` takes, and for real numbers with it.

    >>> import einsum_grad as eg
    >>> eg.jacobian(lambda x: x * x)(np.array([1.0, 3.0]))
    array([[2., 0.],
           [0., 6.]])
    """
    check_function(fn, "jacobian")
    chosen = read_argnums(argnums)

    @functools.wraps(fn)
    def dense(*args: Any, **kwargs: Any) -> Any:
        inputs, outside = chosen.of(args, kwargs), is_recording()
        with recording():
            made = call(fn, inputs, outside, has_aux=has_aux)
            _check_dtypes(made, holomorphic)
            blocks = [inputs.shaped(_rows(out, made)) for out in made.results]
        return made.with_aux(made.structure.build(blocks), has_aux)

    return dense


@overload
def hessian(
    fn: Callable[..., Tensor], argnums: int = 0, *, holomorphic: bool = False
) -> Derivative: ...
@overload
def hessian(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    holomorphic: bool = False,
    has_aux: bool = False,
) -> Callable[..., Any]: ...
def hessian(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    holomorphic: bool = False,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the Hessian of `fn`, which returns one real number.

    It is the Jacobian of the gradient: an array with the axes of the argument twice. If `argnums`
    is a sequence, it is a tuple of tuples, indexed by two of these arguments; of a container it is
    a container of containers. `holomorphic=True` is for a holomorphic `fn`, from complex numbers to
    one complex number, `has_aux` as for `jacobian`.

    >>> import einsum_grad as eg
    >>> eg.hessian(lambda x: np.sum(x**3))(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    check_function(fn, "hessian")
    gradient = grad(fn, argnums, conj=not holomorphic, holomorphic=holomorphic, has_aux=has_aux)
    return jacobian(gradient, argnums, holomorphic=holomorphic, has_aux=has_aux)


def _rows(out: Tensor, made: Call) -> list[Any]:
    """The Jacobian by each variable: the pullback of each unit cotangent, row by row."""
    variables = [tensor for tensor, _ in made.variables]
    pulled = [_row(out, index, made) for index in np.ndindex(out.shape)]
    shapes = [out.shape + variable.shape for variable in variables]
    if not pulled:
        least = np.complex64 if out.dtype.kind == "c" else np.float16
        return [
            zeros(shape, np.result_type(variable.dtype, least), made.higher)
            for shape, variable in zip(shapes, variables, strict=True)
        ]
    columns = zip(*pulled, strict=True)
    return [np.reshape(np.stack(rows), s) for rows, s in zip(columns, shapes, strict=True)]


def _row(out: Tensor, index: tuple[int, ...], made: Call) -> list[Any]:
    """The derivatives of one entry; a gradient is conj(them), for a real variable its real part."""
    row = _pulled(out, index, 1, made)
    if out.dtype.kind != "c":
        return row
    if any(variable.dtype.kind == "c" for variable, _ in made.variables):
        return [np.conjugate(part) for part in row]
    across = _pulled(out, index, 1j, made)
    return [real + 1j * imaginary for real, imaginary in zip(row, across, strict=True)]


def _pulled(out: Tensor, index: tuple[int, ...], unit: complex, made: Call) -> list[Any]:
    cotangent = np.zeros(out.shape, out.dtype)
    cotangent[index] = unit
    return made.pull([(out._node, cotangent)], keep=True)


def _check_dtypes(made: Call, holomorphic: bool) -> None:
    variables = [variable for variable, _ in made.variables]
    if holomorphic:
        check_complex((*made.results, *variables))
    elif any(variable.dtype.kind == "c" for variable in variables):
        raise DTypeError(
            "a Jacobian by complex numbers is a single matrix only for a holomorphic function: "
            "pass holomorphic=True, or use jvp"
        )
