"""Every error that the library raises.

Each class is an `EinsumGradError` and also what `np.einsum` raises for the same mistake,
so code written for NumPy keeps catching it.
"""

from __future__ import annotations

from typing import Any

from einsum_grad.visible import visible_lines


class EinsumGradError(Exception):
    """The base of every error of this library; invisible characters in its message are escaped.

    >>> issubclass(PatternError, (EinsumGradError, ValueError))
    True
    >>> issubclass(DTypeError, TypeError)
    True
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*(visible_lines(arg) if isinstance(arg, str) else arg for arg in args))


class PatternError(EinsumGradError, ValueError):
    """An invalid pattern; the message points at the mistake.

    `pattern` is the refused text, `position` the index of its first wrong character.
    """

    def __init__(self, message: str, pattern: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.pattern = pattern
        self.position = position


class ExpressionError(PatternError):
    """An invalid sentence, or a declaration; the message points at the mistake."""


class OperandError(EinsumGradError, ValueError):
    """Operands that do not fit the pattern, by their number, a rank or a size."""


class AllocationError(OperandError, MemoryError):
    """Not enough memory for an output, a gradient or an intermediate."""


class DTypeError(EinsumGradError, TypeError):
    """An operand of a dtype without arithmetic or gradients here, such as object."""


class ArgumentError(EinsumGradError, ValueError):
    """An invalid argument other than pattern and operands, such as an unknown target."""


class ArgumentTypeError(EinsumGradError, TypeError):
    """An argument of the wrong type, such as a pattern that is no str."""


class OrderError(ArgumentError, RuntimeError):
    """A contraction path that can't be run, such as one that leaves several operands."""


class UnknownOrderError(ArgumentError, KeyError):
    """An unknown name for `optimize`."""

    __str__ = Exception.__str__


class MissingLibraryError(EinsumGradError, ImportError):
    """A library that isn't installed, without which generated code can't run."""


class AutogradError(EinsumGradError, ValueError):
    """A backward pass that can't be run, such as a second one through a freed graph."""


class TensorAttributeError(AutogradError, AttributeError):
    """What arrays have and Tensors do not: the message says what to write."""


class TensorAssignmentError(AutogradError, TypeError):
    """An assignment to elements of a Tensor, which would have to be recorded."""


class OperandIndexError(OperandError, IndexError):
    """An index or an axis that the operand does not have."""
