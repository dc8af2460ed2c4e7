"""An einsum-gradient pattern compiler.

>>> import numpy as np
>>> import einsum_grad as eg
>>> f = eg.compile("bij,jk->ik")
>>> out, pullback = f.vjp(np.ones((2, 3, 4)), np.ones((4, 5)))
>>> [gradient.shape for gradient in pullback(np.ones((3, 5)))]
[(2, 3, 4), (4, 5)]
"""

from __future__ import annotations

from importlib import import_module
from itertools import chain
from typing import TYPE_CHECKING

from einsum_grad.errors import EinsumGradError
from einsum_grad.lazy import lazily

if TYPE_CHECKING:
    from einsum_grad.autograd import Primitive as Primitive
    from einsum_grad.autograd import Tensor as Tensor
    from einsum_grad.autograd import check_gradients as check_gradients
    from einsum_grad.autograd import einsum as einsum
    from einsum_grad.autograd import grad as grad
    from einsum_grad.autograd import hessian as hessian
    from einsum_grad.autograd import hvp as hvp
    from einsum_grad.autograd import jacobian as jacobian
    from einsum_grad.autograd import jvp as jvp
    from einsum_grad.autograd import logsumexp as logsumexp
    from einsum_grad.autograd import no_grad as no_grad
    from einsum_grad.autograd import primitive as primitive
    from einsum_grad.autograd import relu as relu
    from einsum_grad.autograd import sigmoid as sigmoid
    from einsum_grad.autograd import softmax as softmax
    from einsum_grad.autograd import softplus as softplus
    from einsum_grad.autograd import value_and_grad as value_and_grad
    from einsum_grad.certify import Certificate as Certificate
    from einsum_grad.emit import TARGETS as TARGETS
    from einsum_grad.emit import emit as emit
    from einsum_grad.explain import Explanation as Explanation
    from einsum_grad.explain import explain as explain
    from einsum_grad.guess import Verdict as Verdict
    from einsum_grad.guess import check_guess as check_guess
    from einsum_grad.linear import LinearMap as LinearMap
    from einsum_grad.linear import LinearPattern as LinearPattern
    from einsum_grad.runtime import Function as Function
    from einsum_grad.runtime import cache_clear as cache_clear
    from einsum_grad.runtime import cache_info as cache_info
    from einsum_grad.runtime import compile as compile
    from einsum_grad.runtime import einops_einsum as einops_einsum
    from einsum_grad.runtime import get_num_threads as get_num_threads
    from einsum_grad.runtime import set_num_threads as set_num_threads
    from einsum_grad.runtime.certified import certify_module as certify_module

__version__ = "0.1.0"

# Each stage and the public names that it defines.
_HOMES = {
    "autograd": (
        "Primitive",
        "Tensor",
        "check_gradients",
        "einsum",
        "grad",
        "hessian",
        "hvp",
        "jacobian",
        "jvp",
        "logsumexp",
        "no_grad",
        "primitive",
        "relu",
        "sigmoid",
        "softmax",
        "softplus",
        "value_and_grad",
    ),
    "certify": ("Certificate",),
    "emit": ("TARGETS", "emit"),
    "explain": ("Explanation", "explain"),
    "guess": ("Verdict", "check_guess"),
    "linear": ("LinearMap", "LinearPattern"),
    "runtime": (
        "Function",
        "cache_clear",
        "cache_info",
        "compile",
        "einops_einsum",
        "get_num_threads",
        "set_num_threads",
    ),
    # It imports ast and fractions, which no call needs.
    "runtime.certified": ("certify_module",),
}

__all__ = ["EinsumGradError", "__version__", *sorted(chain(*_HOMES.values()))]  # noqa: PLE0604  # a table makes it

if not TYPE_CHECKING:
    # Parsing or explaining a pattern needs no array library.
    __getattr__, __dir__ = lazily(__name__, _HOMES)

# These folders are named like a function. The first import of a folder binds its name here, so it
# is done now; from then on the name is the function's.
for _folder in _HOMES.keys() & chain(*_HOMES.values()):
    import_module(f"{__name__}.{_folder}")
    globals().pop(_folder, None)
