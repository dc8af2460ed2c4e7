"""`grad` and `value_and_grad`: from a function to the function of its gradient."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import numpy as np

from einsum_grad.autograd.tape.mode import is_recording, recording
from einsum_grad.autograd.tape.nodes import Array
from einsum_grad.autograd.tape.refusals import check_function
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.autograd.transforms.arguments import read_argnums
from einsum_grad.autograd.transforms.call import Call, call, check_complex, name_of
from einsum_grad.autograd.transforms.containers import LEAF
from einsum_grad.autograd.transforms.typed import (
    Aux_co,
    Gradient,
    GradientWithAux,
    ValueAndGradient,
    ValueAndGradientWithAux,
)
from einsum_grad.errors import AutogradError


@overload
def grad(
    fn: Callable[..., tuple[object, Aux_co]],
    argnums: Literal[0] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
    has_aux: Literal[True],
) -> GradientWithAux[Aux_co]: ...
@overload
def grad(
    fn: Callable[..., object],
    argnums: Literal[0] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
) -> Gradient: ...
@overload
def grad(
    fn: Callable[..., object], argnums: int, *, conj: bool = True, holomorphic: bool = False
) -> Callable[..., Array]: ...
@overload
def grad(
    fn: Callable[..., object],
    argnums: Sequence[int],
    *,
    conj: bool = True,
    holomorphic: bool = False,
) -> Callable[..., tuple[Array, ...]]: ...
@overload
def grad(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
    has_aux: bool,
) -> Callable[..., Any]: ...
def grad(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the gradient of `fn`.

    `fn` takes arrays, and containers of them: tuples, lists, dicts, named tuples and dataclasses,
    nested. It returns a Tensor of one real number. Its arguments at the positions `argnums`, which
    count from the end if negative, are passed with a Tensor for each array. The result calls `fn`
    once and returns the gradient: a container like the argument, with each array's shape and dtype,
    or a tuple of them if `argnums` is a sequence; an array that `fn` doesn't use has zeros. With
    `has_aux=True` `fn` returns a pair, whose second part comes back beside the gradient. Given
    Tensors that require gradients, or where `fn` uses such, it returns Tensors that the gradient of
    a function around it can differentiate again: `grad(grad(fn))` is the second derivative.

    For complex arguments the gradient points along the steepest ascent; `conj=False` gives its
    conjugate, as JAX does. `holomorphic=True` is for a holomorphic `fn`, from complex numbers to
    one complex number: then `conj=False` gives its derivative, and the default that derivative's
    conjugate, as torch does.

    A `fn` that returns a plain number, so that its gradient is zero, gives a warning. Raises
    `AutogradError` if it returns anything else, `DTypeError` for an integer argument, or a
    real one with `holomorphic`, `ArgumentError` for a position without an argument.

    >>> import einsum_grad as eg
    >>> def cube(x):
    ...     return x * x * x
    >>> eg.grad(cube)(2.0), eg.grad(eg.grad(cube))(2.0)
    (array(12.), array(12.))
    >>> eg.grad(lambda p: p["w"] * p["w"] + p["b"])({"w": 3.0, "b": 1.0})
    {'w': array(6.), 'b': array(1.)}
    """
    with_value = value_and_grad(fn, argnums, conj=conj, holomorphic=holomorphic, has_aux=has_aux)

    @functools.wraps(fn)
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = with_value(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


@overload
def value_and_grad(
    fn: Callable[..., tuple[object, Aux_co]],
    argnums: Literal[0] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
    has_aux: Literal[True],
) -> ValueAndGradientWithAux[Aux_co]: ...
@overload
def value_and_grad(
    fn: Callable[..., object],
    argnums: Literal[0] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
) -> ValueAndGradient: ...
@overload
def value_and_grad(
    fn: Callable[..., object], argnums: int, *, conj: bool = True, holomorphic: bool = False
) -> Callable[..., tuple[Array, Array]]: ...
@overload
def value_and_grad(
    fn: Callable[..., object],
    argnums: Sequence[int],
    *,
    conj: bool = True,
    holomorphic: bool = False,
) -> Callable[..., tuple[Array, tuple[Array, ...]]]: ...
@overload
def value_and_grad(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
    has_aux: bool,
) -> Callable[..., Any]: ...
def value_and_grad(
    fn: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    *,
    conj: bool = True,
    holomorphic: bool = False,
    has_aux: bool = False,
) -> Callable[..., Any]:
    """Return a function that computes the value of `fn` and its gradient, as `grad` does.

    With `has_aux=True` the value is a pair, as `fn` returns it.

    >>> import einsum_grad as eg
    >>> eg.value_and_grad(lambda x, w: np.sum(x * w), argnums=(0, 1))(np.ones(2), np.ones(2))
    (array(2.), (array([1., 1.]), array([1., 1.])))
    """
    check_function(fn, "grad")
    chosen = read_argnums(argnums)

    @functools.wraps(fn)
    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        inputs, outside = chosen.of(args, kwargs), is_recording()
        with recording():
            made = call(fn, inputs, outside, has_aux=has_aux)
            out = _one_number(fn, made, holomorphic)
            if holomorphic:
                check_complex(tensor for tensor, _ in made.variables)
            found = made.pull([(out._node, np.ones(out.shape, out.dtype))])
            gradients = inputs.shaped(in_convention(gradient, conj) for gradient in found)
        return made.with_aux(made.finished(out), has_aux), gradients

    return both


def in_convention(gradient: Any, conj: bool) -> Any:
    """A gradient that points along the ascent, or its conjugate, as JAX has it."""
    return gradient if conj or gradient.dtype.kind != "c" else np.conjugate(gradient)


def _one_number(fn: Callable[..., Any], made: Call, holomorphic: bool) -> Tensor:
    if made.structure is not LEAF:
        kind = type(made.structure.build(made.results)).__name__
        raise AutogradError(
            f"{name_of(fn)} returned a {kind}; its gradient needs a Tensor of one number, and "
            "has_aux=True takes a pair of it and anything else"
        )
    (out,) = made.results
    kind, told = ("c", "complex") if holomorphic else ("f", "real")
    if out.size != 1 or out.dtype.kind != kind:
        more = "; for a holomorphic function pass holomorphic=True" if out.dtype.kind == "c" else ""
        raise AutogradError(
            f"{name_of(fn)} returned a Tensor of shape {out.shape} and dtype {out.dtype}; its "
            f"gradient needs one {told} number, as np.sum gives{more}"
        )
    return out
