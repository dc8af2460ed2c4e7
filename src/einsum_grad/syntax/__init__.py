"""Text to `Equation`: the language, and diagnoses of text that is not in it."""

from einsum_grad.syntax.call import equation_of, read_call
from einsum_grad.syntax.declarations import read_declarations
from einsum_grad.syntax.equation import ELLIPSIS, Equation, Label, Term
from einsum_grad.syntax.expression import Declaration, Sentence
from einsum_grad.syntax.grammar import NOTATIONS
from einsum_grad.syntax.limits import MAX_AXES, MAX_OPERANDS, bounded, check_length
from einsum_grad.syntax.parse import check_notation, parse
from einsum_grad.syntax.parse_expression import parse_expression, refused, start_of
from einsum_grad.syntax.quote import pointed, refuse
from einsum_grad.syntax.spacing import misplaced_space
from einsum_grad.syntax.written import written
