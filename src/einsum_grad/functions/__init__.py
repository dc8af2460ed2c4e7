"""`Specialization` to `Function`: what `einsum_grad.compile` returns, and np.einsum's call."""

from einsum_grad.functions.certified import certify_module
from einsum_grad.functions.compile import cache_clear, cache_info, compile, compiled
from einsum_grad.functions.einops_einsum import einops_einsum
from einsum_grad.functions.function import Function
from einsum_grad.functions.np_einsum import einsum
