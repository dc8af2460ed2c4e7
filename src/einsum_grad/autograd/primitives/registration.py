"""Registering primitives: rules are checked against their function once, up front."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import RECORDED, bare_signature
from einsum_grad.autograd.primitives.operation import Rule
from einsum_grad.autograd.primitives.primitive import Primitive
from einsum_grad.autograd.tape.nodes import OUTPUT
from einsum_grad.errors import ArgumentError, ArgumentTypeError

UFUNC_OPERANDS = "xyzw"
FACTS = ("shapes", "position")
"""What a rule may ask for besides the result, the operands and the parameters."""

_RESERVED = {"g", "out", *FACTS}
_POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
)


def primitive(forward: Callable[..., Any], /, **rules: Callable[..., Any]) -> Primitive:
    """Register a function of arrays with a VJP rule for each of its operands.

    `forward` takes and returns arrays. Each keyword names an operand and gives its rule: a function
    of the cotangent `g` of the result and of whatever else its parameters name: an
    operand, a parameter of `forward`, the result `out`, the tuple `shapes` of all operands' shapes,
    or `position`, the operand's place among them. What no rule names is not kept. The rule returns
    the operand's cotangent before broadcasting is summed back: that, and the cast to the operand's
    dtype, are done for it. Written with NumPy's functions and operators, it works on Tensors too,
    and can itself be differentiated.

    If `forward` is NumPy's own, calls of it with Tensors are recorded from then on; the operands of
    a ufunc are called x, y, …. A second registration replaces the first.

    Raises `ArgumentError` for a rule of an operand that `forward` doesn't have, or that asks for
    something unknown, `ArgumentTypeError` for anything but a function.

    >>> import einsum_grad as eg
    >>> cbrt = eg.primitive(np.cbrt, x=lambda g, out: g / (3 * out**2))
    >>> x = eg.Tensor([8.0, 27.0], requires_grad=True)
    >>> np.sum(np.cbrt(x)).backward()
    >>> x.grad * 108
    array([9., 4.])

    >>> def roll(a, by=1):
    ...     return np.roll(a, by)
    >>> roll = eg.primitive(roll, a=lambda g, by: roll(g, -by))
    >>> y = roll(x, by=1)
    >>> x.grad = None
    >>> y.backward([1.0, 0.0])
    >>> x.grad
    array([0., 1.])
    """
    return define(forward, rules)


def define(
    forward: Callable[..., Any],
    rules: Mapping[str, Callable[..., Any]],
    *,
    of: tuple[Callable[..., Any], ...] = (),
    ordered: bool = False,
    view: bool = False,
) -> Primitive:
    """`primitive` for the library's own tables; `of` are NumPy's functions that it replaces."""
    name = getattr((*of, forward)[0], "__name__", type(forward).__name__).strip("_")
    signature = _signature(name, forward)
    operands = _operands(name, forward, signature, rules)
    variadic = signature.parameters[operands[-1]].kind is inspect.Parameter.VAR_POSITIONAL
    known = {"out", *FACTS, *signature.parameters} - (set(operands) if variadic else set())
    made = Primitive(
        name=name,
        forward=forward,
        signature=signature,
        operands=operands,
        rules={operand: _rule(name, operand, rules[operand], known) for operand in rules},
        places={"out": OUTPUT, **{operand: place for place, operand in enumerate(operands)}},
        variadic=variadic,
        ordered=ordered,
        view=view,
    )
    RECORDED.update(dict.fromkeys(of or ((forward,) if _is_numpy(forward) else ()), made))
    return made


def _is_numpy(function: Callable[..., Any]) -> bool:
    module = getattr(function, "__module__", None) or ""
    return isinstance(function, np.ufunc) or module.split(".")[0] == "numpy"


def _signature(name: str, function: Callable[..., Any]) -> inspect.Signature:
    if isinstance(function, np.ufunc):
        kind = inspect.Parameter.POSITIONAL_ONLY
        names = UFUNC_OPERANDS[: function.nin]
        return inspect.Signature([inspect.Parameter(operand, kind) for operand in names])
    try:
        return bare_signature(function)
    except (TypeError, ValueError):
        raise ArgumentTypeError(
            f"{name}: a forward and its rules are functions whose signature Python can tell; "
            "wrap anything else in a def"
        ) from None


def _operands(
    name: str,
    forward: Callable[..., Any],
    signature: inspect.Signature,
    rules: Mapping[str, Any],
) -> tuple[str, ...]:
    """The parameters up to the last one with a rule; those after it are not operands."""
    parameters = [p.name for p in signature.parameters.values() if p.kind in _POSITIONAL]
    if not rules:
        raise ArgumentError(f"{name} needs a rule: operand=lambda g, …: …")
    for operand in rules:
        if operand not in parameters or operand in _RESERVED:
            raise ArgumentError(
                f"a rule is for an operand of {name}, which has {', '.join(parameters)}; "
                f"{operand!r} is not among them"
            )
    if isinstance(forward, np.ufunc):
        return tuple(parameters)
    return tuple(parameters[: 1 + max(map(parameters.index, rules))])


def _rule(name: str, operand: str, function: Callable[..., Any], known: set[str]) -> Rule:
    parameters = tuple(_signature(f"the rule of {name} for {operand}", function).parameters)
    if not parameters:
        raise ArgumentError(f"the rule of {name} for {operand} takes the cotangent first")
    for asked in parameters[1:]:
        if asked not in known:
            raise ArgumentError(
                f"the rule of {name} for {operand} asks for {asked!r}; "
                f"known are {', '.join(sorted(known))}"
            )
    return Rule(function, parameters[1:])
