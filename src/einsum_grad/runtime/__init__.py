"""`Source` to functions: caches, calls, and the interpreter that every target is held against."""

from einsum_grad.runtime.compile import cache_clear, cache_info, compile
from einsum_grad.runtime.dropin import einsum
from einsum_grad.runtime.function import Function
from einsum_grad.runtime.interpret import interpret, interpret_backward

__all__ = [
    "Function",
    "cache_clear",
    "cache_info",
    "compile",
    "einsum",
    "interpret",
    "interpret_backward",
]
