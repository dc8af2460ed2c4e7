"""Tensors: operations recorded on a tape, gradients by compiled patterns and a table of rules."""

from einsum_grad.autograd.dispatch.table import LATER
from einsum_grad.autograd.primitives.primitive import Primitive
from einsum_grad.autograd.primitives.registration import primitive
from einsum_grad.autograd.rules.contractions import compiled, linear, products
from einsum_grad.autograd.rules.contractions.einsum import einsum
from einsum_grad.autograd.rules.elementwise import primitives as elementwise
from einsum_grad.autograd.rules.functions import (
    log_softmax,
    logsumexp,
    relu,
    sigmoid,
    softmax,
    softplus,
)
from einsum_grad.autograd.rules.reductions import extrema
from einsum_grad.autograd.rules.shapes import primitives as shapes
from einsum_grad.autograd.rules.shapes.array import array
from einsum_grad.autograd.tape.mode import no_grad
from einsum_grad.autograd.tensor.tensor import Tensor

TABLES = (compiled, elementwise, linear, products, extrema, shapes)
"""The modules whose import fills the table of NumPy's functions."""

LATER.update(
    {
        "einsum_grad.autograd.rules.linalg": "numpy.linalg",
        "einsum_grad.autograd.rules.signals.fft": "numpy.fft",
        "einsum_grad.autograd.rules.signals.windows": "numpy",
        "einsum_grad.autograd.rules.special": "scipy.special",
    }
)
