"""A function called to be differentiated: what it got, and what it returned."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any, NamedTuple

from einsum_grad.autograd.tape import arrays
from einsum_grad.autograd.tape.arrays import copied
from einsum_grad.autograd.tape.backward import Starts, pull_back
from einsum_grad.autograd.tape.cotangent import take
from einsum_grad.autograd.tape.nodes import Argument, DType, Leaf, Node, Shape, Traced
from einsum_grad.autograd.tape.ownership import look
from einsum_grad.autograd.tensor.tensor import Tensor, as_variable
from einsum_grad.autograd.transforms.arguments import Inputs
from einsum_grad.autograd.transforms.containers import Structure, flatten, mapped
from einsum_grad.errors import AutogradError, DTypeError
from einsum_grad.runtime.operands.deferred import Like


class Call(NamedTuple):
    """What a function returned for variables: the leaves of its result, and their structure.

    `variables` are the places of the arguments in the graph, in the order in which they were made.
    `higher` says that derivatives are themselves recorded.
    """

    variables: Sequence[Node | Leaf]
    results: Sequence[Tensor]
    structure: Structure
    aux: Any
    higher: bool

    def pull(self, starts: Starts, keep: bool = False) -> list[Any]:
        """The cotangent of each variable, zeros where it is not reached."""
        nodes = self.variables
        arrived = pull_back(
            starts,
            keep=keep or self.higher,
            wrap=Tensor._of if self.higher else None,
            targets=set(nodes),
            first=nodes[0].number if nodes else 0,
        )
        return [
            take(node, arrived)
            if node in arrived
            else zeros(node.shape, node.dtype, self.higher, node.like)
            for node in nodes
        ]

    def finished(self, value: Any) -> Any:
        """A part of the result as the caller gets it: an array unless it is recorded."""
        return value if self.higher or not isinstance(value, Traced) else copied(value._array)

    def with_aux(self, value: Any, has_aux: bool) -> Any:
        """A derivative, and beside it what else the function returned if it was asked for."""
        return (value, mapped(self.finished, self.aux)) if has_aux else value


def call(
    fn: Callable[..., Any],
    inputs: Inputs,
    outside: bool,
    *,
    has_aux: bool = False,
    still: Container[int] = (),
    involved: Iterable[Any] = (),
) -> Call:
    """Call `fn` with variables in place of the leaves of `inputs`, but those at `still`.

    `outside` says whether operations were recorded there; `involved` are other values that the
    derivative depends on. A result that is no Tensor is a constant, of which a warning tells.
    """
    given, variables = [], []
    for position, leaf in enumerate(inputs.leaves):
        if position in still:
            given.append(leaf)
            continue
        tensor, node = _as_variable(leaf, position, inputs)
        given.append(tensor)
        variables.append(node)
    out = fn(*inputs.args_with(given), **inputs.kwargs)
    out, aux = _apart(fn, out) if has_aux else (out, None)
    results, structure = results_of(fn, out, warn=bool(variables))
    around = (*inputs.args, *inputs.kwargs.values(), *inputs.leaves, *involved)
    higher = outside and _goes_on(around, results, variables)
    return Call(variables, results, structure, aux, higher)


def _as_variable(value: Any, number: int, inputs: Inputs) -> tuple[Tensor, Node | Leaf]:
    """What `fn` gets for an argument: a leaf, or a new node on the graph it is recorded in."""
    if needs_gradient(value):
        alias: Any = +value
        return alias, alias._node
    try:
        array = as_variable(look(value)).copy()
    except DTypeError as error:
        name = inputs.names()[number]
        raise DTypeError(f"argument {name} of the function: {error}") from None
    node = Argument(array)
    return Tensor._of(array, node), node


def zeros(shape: Shape, dtype: DType, higher: bool, like: Like | None = None) -> Any:
    """The derivative of what doesn't depend on the variable: a Tensor if `higher`."""
    array = arrays.zeros(shape, dtype, like)
    return Tensor._of(array, None) if higher else array


def check_complex(numbers: Iterable[Tensor | Node | Leaf]) -> None:
    """Raise `DTypeError` unless all of them are complex."""
    for each in numbers:
        if each.dtype.kind != "c":
            raise DTypeError(
                "holomorphic=True is for functions from complex numbers to complex numbers, and "
                f"this is {each.dtype}; convert it, as with astype(complex), or leave that out"
            )


def needs_gradient(value: Any) -> bool:
    """Whether this is a Tensor that requires a gradient."""
    return isinstance(value, Traced) and value._node is not None


def name_of(fn: Callable[..., Any]) -> str:
    """What messages call a function."""
    return getattr(fn, "__name__", "the function")


def _goes_on(
    arguments: Iterable[Any], results: Iterable[Tensor], variables: Sequence[Node | Leaf]
) -> bool:
    """Whether a derivative can itself be differentiated, by an argument that is recorded.

    Or by what the function closes over: then its results depend on nodes older than its
    `variables`.
    """
    for value in arguments:
        if isinstance(value, Traced) and value._node is not None:
            return True
    first = variables[0].number if variables else math.inf
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
