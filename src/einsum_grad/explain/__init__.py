"""Plans and costs to text: what the gradients of a pattern are, and why."""

from einsum_grad.explain.derivation import Derivation
from einsum_grad.explain.explanation import Explanation
from einsum_grad.explain.request import explain

__all__ = ["Derivation", "Explanation", "explain"]
