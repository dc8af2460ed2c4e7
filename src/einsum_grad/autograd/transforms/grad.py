"""`grad` and `value_and_grad`: from a function to the function of its gradient."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.backward import Cotangents, comes_from_before, pull_back
from einsum_grad.autograd.cotangent import take
from einsum_grad.autograd.mode import is_recording, recording
from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import check_function
from einsum_grad.autograd.tape import DType, Leaf, Node, Shape, Traced
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.errors import ArgumentError, ArgumentTypeError, AutogradError, DTypeError
from einsum_grad.syntax import bounded


def grad(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the gradient of `fn`.

    `fn` takes arrays and returns a Tensor of one real number. Its arguments at the positions
    `argnums` are passed as Tensors. The result calls `fn` once and returns the gradient, of the
    argument's shape and dtype, or a tuple of them if `argnums` is a sequence; an argument that `fn`
    doesn't use has zeros. Given Tensors that require gradients, or where `fn` uses such, it returns
    Tensors that the gradient of a function around it can differentiate again: `grad(grad(fn))` is
    the second derivative.

    For complex arguments the gradient points along the steepest ascent; `conj=False` gives its
    conjugate, as JAX does. `holomorphic=True` is for a holomorphic `fn`, from complex numbers to
    one complex number: then `conj=False` gives its derivative, and the default that derivative's
    conjugate, as torch does.

    Raises `AutogradError` if `fn` returns anything else, `DTypeError` for an integer argument, or a
    real one with `holomorphic`, `ArgumentError` for a position without an argument.

    >>> import einsum_grad as eg
    >>> def cube(x):
    ...     return x * x * x
    >>> eg.grad(cube)(2.0), eg.grad(eg.grad(cube))(2.0)
    (array(12.), array(12.))
    """
    with_value = value_and_grad(fn, argnums, conj=conj, holomorphic=holomorphic)

    @functools.wraps(fn)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return with_value(*args, **kwargs)[1]

    return gradient


def value_and_grad(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the value of `fn` and its gradient, as `grad` does.

    >>> import einsum_grad as eg
    >>> eg.value_and_grad(lambda x, w: np.sum(x * w), argnums=(0, 1))(np.ones(2), np.ones(2))
    (array(2.), (array([1., 1.]), array([1., 1.])))
    """
    check_function(fn, "grad")
    single, positions = read_argnums(argnums)

    @functools.wraps(fn)
    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        check_given(positions, args)
        outside = is_recording()
        with recording():
            variables = {n: as_variable(args[n], n) for n in positions}
            given = [variables.get(n, arg) for n, arg in enumerate(args)]
            out = _check_result(fn, fn(*given, **kwargs), holomorphic)
            arguments = (*args, *kwargs.values())
            higher = outside and goes_on(arguments, [out], variables.values())
            if holomorphic:
                check_complex(variables.values())
            gradients = _gradients(out, [variables[n] for n in positions], higher)
            gradients = [in_convention(gradient, conj) for gradient in gradients]
        return out if higher else np.array(out._array), gradients[0] if single else tuple(gradients)

    return both


def _gradients(out: Tensor, variables: Sequence[Tensor], higher: bool) -> list[Any]:
    nodes = [variable._node for variable in variables if variable._node is not None]
    cotangents: Cotangents = {}
    if out._node is not None:
        cotangents = pull_back(
            out._node,
            np.ones(out.shape, out.dtype),
            keep=higher,
            wrap=Tensor._of if higher else None,
            targets=set(nodes),
            first=min(node.number for node in nodes),
        )
    return [_taken(node, cotangents, higher) for node in nodes]


def _taken(node: Node | Leaf, cotangents: Cotangents, higher: bool) -> Any:
    return take(node, cotangents) if node in cotangents else zeros(node.shape, node.dtype, higher)


def zeros(shape: Shape, dtype: DType, higher: bool) -> Any:
    """The derivative of what doesn't depend on the variable: a Tensor if `higher`."""
    array = np.zeros(shape, dtype)
    return Tensor._of(array, None) if higher else array


def in_convention(gradient: Any, conj: bool) -> Any:
    """A gradient that points along the ascent, or its conjugate, as JAX has it."""
    return gradient if conj or gradient.dtype.kind != "c" else np.conjugate(gradient)


def check_complex(tensors: Iterable[Tensor]) -> None:
    """Raise `DTypeError` unless all of them are complex."""
    for tensor in tensors:
        if tensor.dtype.kind != "c":
            raise DTypeError(
                "holomorphic=True is for functions from complex numbers to complex numbers, and "
                f"this is {tensor.dtype}; convert it, as with astype(complex), or leave that out"
            )


def as_variable(value: Any, number: int) -> Tensor:
    """What `fn` gets for an argument: a leaf, or a new node on the graph it is recorded in."""
    if needs_gradient(value):
        alias: Tensor = +value
        return alias
    try:
        return Tensor(look(value), requires_grad=True)
    except DTypeError as error:
        raise DTypeError(f"argument {number} of the function: {error}") from None


def goes_on(arguments: Iterable[Any], results: Iterable[Any], variables: Iterable[Tensor]) -> bool:
    """Whether a derivative can itself be differentiated, by an argument that is recorded.

    Or by what the function closes over: then its results depend on nodes older than its
    `variables`.
    """
    if any(map(needs_gradient, arguments)):
        return True
    numbers = (variable._node.number for variable in variables if variable._node is not None)
    first = min(numbers, default=math.inf)
    nodes = (result._node for result in results if isinstance(result, Traced))
    return any(comes_from_before(node, first) for node in nodes)


def needs_gradient(value: Any) -> bool:
    """Whether this is a Tensor that requires a gradient."""
    return isinstance(value, Traced) and value._node is not None


def _check_result(fn: Callable[..., Any], out: Any, holomorphic: bool) -> Tensor:
    name = getattr(fn, "__name__", "the function")
    if not isinstance(out, Tensor):
        raise AutogradError(
            f"{name} returned a {type(out).__name__}; its gradient needs a Tensor of one number"
        )
    kind, told = ("c", "complex") if holomorphic else ("f", "real")
    if out.size != 1 or out.dtype.kind != kind:
        more = "; for a holomorphic function pass holomorphic=True" if out.dtype.kind == "c" else ""
        raise AutogradError(
            f"{name} returned a Tensor of shape {out.shape} and dtype {out.dtype}; its gradient "
            f"needs one {told} number, as np.sum gives{more}"
        )
    return out


def check_given(positions: Sequence[int], args: Sequence[Any]) -> None:
    """Raise `ArgumentError` for a position at which no argument was given."""
    for position in positions:
        if not 0 <= position < len(args):
            raise ArgumentError(
                f"argnums names argument {position}, and {len(args)} were given by position"
            )


def read_argnums(argnums: int | Sequence[int]) -> tuple[bool, tuple[int, ...]]:
    """Whether `argnums` is a single number, and the numbers."""
    single = not isinstance(argnums, Sequence)
    numbers: Any = [argnums] if single else argnums
    try:
        positions = tuple(map(_position, bounded(numbers, "positions in argnums")))
    except TypeError:
        raise ArgumentTypeError(
            f"argnums is the position of an argument or several, and not {argnums!r:.80}"
        ) from None
    if not positions or len(set(positions)) < len(positions):
        raise ArgumentError(f"argnums names at least one argument, and none twice: {positions}")
    return single, positions


def _position(number: Any) -> int:
    if isinstance(number, bool):
        raise TypeError
    return operator.index(number)
