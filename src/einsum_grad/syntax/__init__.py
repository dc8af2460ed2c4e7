"""Text to `Equation`: the language, and what is wrong with a sentence that is not of it."""

from einsum_grad.syntax.call import equation_of, read_call
from einsum_grad.syntax.equation import ELLIPSIS, Equation, Label, Term
from einsum_grad.syntax.grammar import NOTATIONS
from einsum_grad.syntax.limits import MAX_AXES, check_length
from einsum_grad.syntax.parse import parse
from einsum_grad.syntax.quote import pointed, refuse

__all__ = [
    "ELLIPSIS",
    "MAX_AXES",
    "NOTATIONS",
    "Equation",
    "Label",
    "Term",
    "check_length",
    "equation_of",
    "parse",
    "pointed",
    "read_call",
    "refuse",
]
