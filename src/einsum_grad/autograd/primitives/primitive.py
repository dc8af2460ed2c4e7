"""`Primitive`: an operation that is recorded when it is called."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from inspect import Signature
from typing import Any

from einsum_grad.autograd.primitives.operation import Operation
from einsum_grad.autograd.primitives.record import record
from einsum_grad.errors import ArgumentTypeError


class Primitive(Operation):
    """A function of arrays with a VJP rule for each operand that has a gradient.

    Called with arrays it returns an array, with a Tensor among its operands a Tensor.
    """

    __slots__ = ()

    @property
    def __signature__(self) -> Signature:
        return self.signature

    def __repr__(self) -> str:
        return f"<primitive {self.name}{self.signature}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it, and record it if an operand is a Tensor that requires a gradient."""
        if self.simple and not kwargs and (self.variadic or len(args) == len(self.operands)):
            return record(self, args, {})
        names, defaults, known = _others(self)
        count = len(args) if self.variadic else len(self.operands)
        given = dict(zip(names, args[count:], strict=False))
        params = {**defaults, **given, **kwargs}
        twice = kwargs and not given.keys().isdisjoint(kwargs)
        if params.keys() == known and count <= len(args) <= count + len(names) and not twice:
            return record(self, args[:count], params)
        return record(self, *self._bound(args, kwargs))

    def _bound(
        self, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Sequence[Any], Mapping[str, Any]]:
        """The operands and the parameters of any call."""
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentTypeError(f"{self.name}{self.signature}: {error}") from None
        bound.apply_defaults()
        operands = tuple(bound.arguments.pop(name) for name in self.operands)
        return operands[0] if self.variadic else operands, bound.arguments


@functools.lru_cache(maxsize=1024)
def _others(operation: Operation) -> tuple[tuple[str, ...], Mapping[str, Any], AbstractSet[str]]:
    """Of the parameters that are not operands: the positional ones, the defaults, and all names."""
    others = [
        p for p in operation.signature.parameters.values() if p.name not in operation.operands
    ]
    defaults = {p.name: p.default for p in others if p.default is not p.empty}
    positional = tuple(p.name for p in others if p.kind is p.POSITIONAL_OR_KEYWORD)
    return positional, defaults, {p.name for p in others}
