"""`Source` to functions: caches, calls, and the interpreter that every target is held against."""

from einsum_grad.kernels.buffer_pool import is_leased
from einsum_grad.kernels.parallel.threads import get_num_threads, set_num_threads
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.compile import cache_clear, cache_info, compile, compiled
from einsum_grad.runtime.einops_einsum import einops_einsum
from einsum_grad.runtime.function import Function
from einsum_grad.runtime.interpret import interpret, interpret_backward
from einsum_grad.runtime.kinds import Kind, register_kind
from einsum_grad.runtime.libraries import calls as _calls  # noqa: F401  # registers its kinds
from einsum_grad.runtime.np_einsum import einsum
from einsum_grad.runtime.tangents import paired

__all__ = [
    "Arguments",
    "Function",
    "Kind",
    "cache_clear",
    "cache_info",
    "compile",
    "compiled",
    "einops_einsum",
    "einsum",
    "get_num_threads",
    "interpret",
    "interpret_backward",
    "is_leased",
    "paired",
    "register_kind",
    "set_num_threads",
]
