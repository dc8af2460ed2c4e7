"""`Source` to `Specialization`: what a call runs, by the shapes and dtypes of its operands."""

from einsum_grad.kernels.buffer_pool import is_leased
from einsum_grad.kernels.parallel.threads import get_num_threads, set_num_threads
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import Numbers, numbers_of
from einsum_grad.runtime.interpret import interpret, interpret_backward
from einsum_grad.runtime.operands.arrays import as_array, as_arrays, as_tangents
from einsum_grad.runtime.operands.kinds import register_kind
from einsum_grad.runtime.specializations import Specializations
