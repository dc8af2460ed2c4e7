"""`Primitive`: an operation that is recorded when it is called."""

from __future__ import annotations

from inspect import Signature
from typing import Any

from einsum_grad.autograd.operation import Operation
from einsum_grad.autograd.record import record
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
        if not kwargs and len(args) == len(self.operands) == len(self.signature.parameters):
            return record(self, args, {})
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentTypeError(f"{self.name}{self.signature}: {error}") from None
        bound.apply_defaults()
        operands = tuple(bound.arguments.pop(name) for name in self.operands)
        return record(self, operands[0] if self.variadic else operands, bound.arguments)
