"""Plans and costs to text: what the gradients of a pattern are, and why."""

from einsum_grad.lazy import lazily

__getattr__, __dir__, __all__ = lazily(__name__)
