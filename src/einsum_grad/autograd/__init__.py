"""Tensors: operations recorded on a tape, gradients by compiled patterns and a table of rules."""

from einsum_grad.autograd import heap
from einsum_grad.autograd.dispatch import LATER
from einsum_grad.autograd.mode import no_grad
from einsum_grad.autograd.primitive import Primitive
from einsum_grad.autograd.registration import primitive
from einsum_grad.autograd.rules import (
    compiled,
    elementwise,
    linear,
    products,
    reductions,
    shapes,
)
from einsum_grad.autograd.rules.array import array
from einsum_grad.autograd.rules.einsum import einsum
from einsum_grad.autograd.rules.functions import (
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
    softplus,
)
from einsum_grad.autograd.tensor import Tensor

TABLES = (compiled, elementwise, linear, products, reductions, shapes)
"""The modules whose import fills the table of NumPy's functions."""

LATER.update(
    {
        "einsum_grad.autograd.rules.linalg": "numpy.linalg",
        "einsum_grad.autograd.rules.fft": "numpy.fft",
        "einsum_grad.autograd.rules.windows": "numpy",
        "einsum_grad.autograd.rules.special": "scipy.special",
    }
)
