"""Jacobians and Hessians as linear maps: products of arrays and deltas, applied and solved."""

from einsum_grad.linear.map import LinearMap
from einsum_grad.linear.pattern import LinearPattern, linear_pattern

__all__ = ["LinearMap", "LinearPattern", "linear_pattern"]
