"""A function called to be differentiated: what it got, and what it returned."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.backward import Starts, pull_back
from einsum_grad.autograd.tape.cotangent import take
from einsum_grad.autograd.tape.nodes import Argument, DType, Leaf, Node, Shape, Traced
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.autograd.transforms.arguments import Inputs
from einsum_grad.autograd.transforms.containers import Structure, flatten, mapped
from einsum_grad.errors import AutogradError, DTypeError

Variable = tuple[Tensor, Node | Leaf]
"""A Tensor that the function got, and its place in the graph."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a function returned for variables: the leaves of its result, and their structure.

    `higher` says that its derivatives are themselves recorded.
    """

    variables: Sequence[Variable]
    results: Sequence[Tensor]
    structure: Structure
    aux: Any
    higher: bool

    def pull(self, starts: Starts, keep: bool = False) -> list[Any]:
        """The cotangent of each variable, zeros where it is not reached."""
        nodes = [node for _, node in self.variables]
        arrived = pull_back(
            starts,
            keep=keep or self.higher,
            wrap=Tensor._of if self.higher else None,
            targets=set(nodes),
            first=min((node.number for node in nodes), default=0),
        )
        return [
            take(node, arrived) if node in arrived else zeros(node.shape, node.dtype, self.higher)
            for node in nodes
        ]

    def finished(self, value: Any) -> Any:
        """A part of the result as the caller gets it: an array unless it is recorded."""
        return value if self.higher or not isinstance(value, Traced) else np.array(value._array)

    def with_aux(self, value: Any, has_aux: bool) -> Any:
        """A derivative, and beside it what else the function returned if it was asked for."""
        return (value, mapped(self.finished, self.aux)) if has_aux else value


def call(
    fn: Callable[..., Any],
    inputs: Inputs,
    outside: bool,
    *,
    has_aux: bool = False,
    still: Sequence[bool] | None = None,
    involved: Iterable[Any] = (),
) -> Call:
    """Call `fn` with variables in place of the leaves of `inputs`, but for those that are `still`.

    `outside` says whether operations were recorded there; `involved` are other values that the
    derivative depends on. A result that is no Tensor is a constant, of which a warning tells.
    """
    fixed = still or [False] * len(inputs.leaves)
    given = [
        leaf if stays else _as_variable(leaf, number, inputs)
        for number, (leaf, stays) in enumerate(zip(inputs.leaves, fixed, strict=True))
    ]
    moving: list[Tensor] = [one for one, stays in zip(given, fixed, strict=True) if not stays]
    variables = [(tensor, tensor._node) for tensor in moving if tensor._node is not None]
    out = fn(*inputs.args_with(given), **inputs.kwargs)
    out, aux = _apart(fn, out) if has_aux else (out, None)
    results, structure = results_of(fn, out, warn=bool(variables))
    around = (*inputs.args, *inputs.kwargs.values(), *inputs.leaves, *involved)
    higher = outside and _goes_on(around, results, variables)
    return Call(variables, results, structure, aux, higher)


def _as_variable(value: Any, number: int, inputs: Inputs) -> Tensor:
    """What `fn` gets for an argument: a leaf, or a new node on the graph it is recorded in."""
    if needs_gradient(value):
        alias: Tensor = +value
        return alias
    try:
        tensor = Tensor(look(value), requires_grad=True)
    except DTypeError as error:
        name = inputs.names()[number]
        raise DTypeError(f"argument {name} of the function: {error}") from None
    tensor._node = Argument(tensor._array)
    return tensor


def zeros(shape: Shape, dtype: DType, higher: bool) -> Any:
    """The derivative of what doesn't depend on the variable: a Tensor if `higher`."""
    array = np.zeros(shape, dtype)
    return Tensor._of(array, None) if higher else array


def check_complex(tensors: Iterable[Tensor]) -> None:
    """Raise `DTypeError` unless all of them are complex."""
    for tensor in tensors:
        if tensor.dtype.kind != "c":
            raise DTypeError(
                "holomorphic=True is for functions from complex numbers to complex numbers, and "
                f"this is {tensor.dtype}; convert it, as with astype(complex), or leave that out"
            )


def needs_gradient(value: Any) -> bool:
    """Whether this is a Tensor that requires a gradient."""
    return isinstance(value, Traced) and value._node is not None


def name_of(fn: Callable[..., Any]) -> str:
    """What messages call a function."""
    return getattr(fn, "__name__", "the function")


def _goes_on(
    arguments: Iterable[Any], results: Iterable[Tensor], variables: Iterable[Variable]
) -> bool:
    """Whether a derivative can itself be differentiated, by an argument that is recorded.

    Or by what the function closes over: then its results depend on nodes older than its
    `variables`.
    """
    if any(map(needs_gradient, arguments)):
        return True
    first = min((node.number for _, node in variables), default=math.inf)
    return any(result._node is not None and result._node.oldest < first for result in results)


def _apart(fn: Callable[..., Any], out: Any) -> tuple[Any, Any]:
    if not isinstance(out, tuple) or len(out) != 2:
        raise AutogradError(
            f"with has_aux=True {name_of(fn)} returns a pair, the result and anything else, and "
            f"not {out!r:.80}"
        )
    return out


def results_of(
    fn: Callable[..., Any], out: Any, warn: bool = True
) -> tuple[list[Tensor], Structure]:
    """The leaves of what `fn` returned, as Tensors, and their structure; see `call`."""
    if out is None:
        raise AutogradError(f"{name_of(fn)} returned a NoneType; is a return missing?")
    leaves, structure = flatten(out)
    return [_as_tensor(fn, leaf, warn) for leaf in leaves], structure


def _as_tensor(fn: Callable[..., Any], value: Any, warn: bool) -> Tensor:
    if isinstance(value, Tensor):
        return value
    kind = type(value).__name__
    try:
        constant = Tensor(value)
    except DTypeError:
        raise AutogradError(f"{name_of(fn)} returned a {kind}, not a Tensor") from None
    if constant.dtype.kind in "iub":
        constant = constant.astype(float)
    if warn:
        warnings.warn(
            f"{name_of(fn)} returned a {kind}, not a Tensor: its derivative is zero, as it can't "
            "depend on the arguments. A number asked for with .item() or .data has no gradient",
            stacklevel=_callers_level(),
        )
    return constant


def _callers_level() -> int:
    """How many frames up from the caller the first outside of this library is."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("einsum_grad."):
        frame, level = frame.f_back, level + 1
    return level
