"""Every refusal of the library.

Each class is an `EinsumGradError` and also what `np.einsum` raises for the same mistake,
so code written for NumPy keeps catching it.
"""

from __future__ import annotations

from typing import Any

from einsum_grad.visible import visible_lines


class EinsumGradError(Exception):
    """The base of every refusal of this library; what is invisible in its message is escaped.

    >>> issubclass(PatternError, (EinsumGradError, ValueError))
    True
    >>> issubclass(DTypeError, TypeError)
    True
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*(visible_lines(arg) if isinstance(arg, str) else arg for arg in args))


class PatternError(EinsumGradError, ValueError):
    """A pattern that is no sentence of the language; the message points at the place.

    `pattern` is the refused text, `position` the index of the first wrong character in it.
    """

    def __init__(self, message: str, pattern: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.pattern = pattern
        self.position = position


class OperandError(EinsumGradError, ValueError):
    """Operands that do not fit the pattern: their number, a rank or a size."""


class AllocationError(OperandError, MemoryError):
    """Arrays that there is no memory for, on the way to an output or a gradient or as one."""


class DTypeError(EinsumGradError, TypeError):
    """An operand of a dtype that has no arithmetic or no gradient here, such as object."""


class ArgumentError(EinsumGradError, ValueError):
    """An argument beside pattern and operands that can't be used, such as an unknown target."""


class ArgumentTypeError(EinsumGradError, TypeError):
    """An argument of the wrong type, such as a pattern that is no text."""


class OrderError(ArgumentError, RuntimeError):
    """A contraction path that can't be run, such as one that leaves several operands."""


class UnknownOrderError(ArgumentError, KeyError):
    """A name for `optimize` that means no order of contraction."""

    __str__ = Exception.__str__


class AutogradError(EinsumGradError, ValueError):
    """A backward pass that can't be run, such as a second one through a freed graph."""


class OperandIndexError(OperandError, IndexError):
    """An index or an axis that the operand does not have."""
