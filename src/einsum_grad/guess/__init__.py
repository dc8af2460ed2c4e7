"""`Pattern` and a guessed gradient to `Verdict`: a check for derivations by hand."""

from einsum_grad.guess.counterexample import Counterexample, One
from einsum_grad.guess.judge import check_guess
from einsum_grad.guess.verdict import Kind, Verdict
