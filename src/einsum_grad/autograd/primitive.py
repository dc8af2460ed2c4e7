"""Primitives: a function of arrays, and a VJP rule for each operand that has a gradient."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch import RECORDED
from einsum_grad.autograd.record import record
from einsum_grad.autograd.tape import OUTPUT
from einsum_grad.errors import ArgumentError, ArgumentTypeError, AutogradError

UFUNC_OPERANDS = "xyzw"
FACTS = ("shapes", "position")
"""What a rule may ask for beside the result, the operands and the parameters."""

_POSITIONAL = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.VAR_POSITIONAL,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """A function of the cotangent `g` and of what else its parameters name."""

    function: Callable[..., Any]
    asks: tuple[str, ...]

    def apply(self, g: Any, given: Mapping[str, Any]) -> Any:
        """The operand's cotangent, before broadcasting is summed back."""
        return self.function(g, **{name: given[name] for name in self.asks})


@dataclass(frozen=True, slots=True, eq=False)
class Primitive:
    """A function of arrays with a VJP rule for each operand that has a gradient.

    Called with arrays it gives an array, with a Tensor among its operands a Tensor.
    """

    name: str
    forward: Callable[..., Any]
    signature: inspect.Signature
    operands: tuple[str, ...]
    rules: Mapping[str, Rule]
    places: Mapping[str, int]
    """The position of each operand, and of `out`."""
    variadic: bool = False
    """Whether its one operand is a starred one, which stands for any number of them."""
    ordered: bool = False
    """Whether it compares its operands, so that complex ones have no gradient."""
    view: bool = False
    """Whether the result may be a view of an operand."""

    def names(self, count: int) -> tuple[str, ...]:
        """The name of each of `count` operands."""
        return self.operands * count if self.variadic else self.operands

    def rule(self, position: int) -> Rule:
        """The rule for the operand at `position`; raises `AutogradError` if there is none."""
        operand = self.operands[0 if self.variadic else position]
        if operand not in self.rules:
            raise AutogradError(f"{self.name} has no gradient rule for its operand {operand}")
        return self.rules[operand]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, and record it if an operand is a Tensor that requires a gradient."""
        if not kwargs and len(args) == len(self.operands) == len(self.signature.parameters):
            return record(self, args, {})
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentTypeError(f"{self.name}{self.signature}: {error}") from None
        bound.apply_defaults()
        operands = tuple(bound.arguments.pop(name) for name in self.operands)
        return record(self, operands[0] if self.variadic else operands, bound.arguments)


def primitive(forward: Callable[..., Any], /, **rules: Callable[..., Any]) -> Primitive:
    """Register a function of arrays with a VJP rule for each of its operands.

    `forward` takes and gives arrays. Each keyword is an operand's name and gives its rule: a
    function of the cotangent `g` of the result, and of what else its own parameters name: an
    operand, a parameter of `forward`, the result `out`, the tuple `shapes` of all operands'
    shapes, or `position`, the operand's place among them. What no rule names is not kept. The rule
    returns the operand's cotangent before broadcasting is summed back: that, and the cast to the
    operand's dtype, happen by themselves. Written with NumPy's functions and operators, it works
    on Tensors too, and can itself be differentiated.

    If `forward` is NumPy's own, NumPy's name records from then on; the operands of a ufunc are
    called x, y, …. A second registration replaces the first.

    Raises `ArgumentError` for a rule whose operand, or something that it asks for, `forward` has
    not.

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
    """`primitive` for the library's own tables; `of` are NumPy's functions that it stands for."""
    replaced = of or ((forward,) if _is_numpy(forward) else ())
    name = (*of, forward)[0].__name__.strip("_")
    signature = _signature(forward)
    operands = _operands(name, signature, rules)
    places = {"out": OUTPUT, **{operand: place for place, operand in enumerate(operands)}}
    variadic = signature.parameters[operands[-1]].kind is inspect.Parameter.VAR_POSITIONAL
    known = {*FACTS, "out", *signature.parameters} - ({operands[-1]} if variadic else set())
    made = Primitive(
        name=name,
        forward=forward,
        signature=signature,
        operands=operands,
        rules={operand: _rule(name, operand, rules[operand], known) for operand in rules},
        places=places,
        variadic=variadic,
        ordered=ordered,
        view=view,
    )
    RECORDED.update(dict.fromkeys(replaced, made))
    return made


def _is_numpy(function: Callable[..., Any]) -> bool:
    return isinstance(function, np.ufunc) or function.__module__.split(".")[0] == "numpy"


def _signature(forward: Callable[..., Any]) -> inspect.Signature:
    if not isinstance(forward, np.ufunc):
        return inspect.signature(forward)
    kind = inspect.Parameter.POSITIONAL_ONLY
    names = UFUNC_OPERANDS[: forward.nin]
    return inspect.Signature([inspect.Parameter(name, kind) for name in names])


def _operands(name: str, signature: inspect.Signature, rules: Mapping[str, Any]) -> tuple[str, ...]:
    """The parameters up to the last one with a rule; those that follow are no operands."""
    parameters = [p.name for p in signature.parameters.values() if p.kind in _POSITIONAL]
    for operand in rules:
        if operand not in parameters or operand in ("g", "out", *FACTS):
            raise ArgumentError(
                f"a rule is for an operand of {name}, which has {', '.join(parameters)}; "
                f"{operand!r} is not among them"
            )
    if not rules:
        raise ArgumentError(f"{name} needs a rule: operand=lambda g, …: …")
    return tuple(parameters[: 1 + max(map(parameters.index, rules))])


def _rule(name: str, operand: str, function: Callable[..., Any], known: set[str]) -> Rule:
    asks = tuple(inspect.signature(function).parameters)[1:]
    for ask in asks:
        if ask not in known:
            raise ArgumentError(
                f"the rule of {name} for {operand} asks for {ask!r}; "
                f"known are {', '.join(sorted(known))}"
            )
    return Rule(function, asks)
