from einsum_grad.linear.map import LinearMap as LinearMap
from einsum_grad.linear.pattern import LinearPattern as LinearPattern
from einsum_grad.linear.pattern import linear_pattern as linear_pattern
