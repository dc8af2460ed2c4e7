"""`Network` to `Program`: a short list of array steps, forward and all gradients together."""

from einsum_grad.lower.blocking.fusion import Block, blocks
from einsum_grad.lower.blocking.schedule import Schedule, schedule
from einsum_grad.lower.cost import Cost, Work, cost
from einsum_grad.lower.layout.arrange import arrange
from einsum_grad.lower.layout.axis_orders import missing
from einsum_grad.lower.layout.product import Kind, Product, is_matrix, only, product_of, without
from einsum_grad.lower.liveness import dying
from einsum_grad.lower.loops.kernels import Kernel, kernels
from einsum_grad.lower.lower import lower
from einsum_grad.lower.pipeline import LETTERS, Form, Lowering, lowering, path_of
from einsum_grad.lower.program import (
    AxisSize,
    Loops,
    Op,
    Program,
    Section,
    Size,
    Step,
    Value,
    early_products,
    is_view,
    steps,
)
from einsum_grad.lower.scale import Gap, Gaps, Scale, scale_of
from einsum_grad.lower.tangent import hvp, jvp
from einsum_grad.lower.traits import PLAIN, Traits
