"""Jacobians and Hessians as linear maps: products of arrays and deltas, applied and solved."""

from einsum_grad.lazy import lazily

__getattr__, __dir__, __all__ = lazily(__name__)
