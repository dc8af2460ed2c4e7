"""`Claim` and module to `Certificate`: generated code checked in exact arithmetic."""

from einsum_grad.lazy import lazily

__getattr__, __dir__, __all__ = lazily(__name__)
