"""An einsum-gradient pattern compiler.

>>> import numpy as np
>>> import einsum_grad as eg
>>> f = eg.compile("bij,jk->ik")
>>> out, pullback = f.vjp(np.ones((2, 3, 4)), np.ones((4, 5)))
>>> [gradient.shape for gradient in pullback(np.ones((3, 5)))]
[(2, 3, 4), (4, 5)]
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from einsum_grad.errors import EinsumGradError

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
    from einsum_grad.runtime import get_num_threads as get_num_threads
    from einsum_grad.runtime import set_num_threads as set_num_threads
    from einsum_grad.runtime.certified import certify_module as certify_module

__version__ = "0.1.0"

# Each public name and the stage that defines it, imported when the name is first used: to parse
# or to explain a pattern takes no array library.
_HOMES = {
    name: stage
    for stage, names in {
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
            "get_num_threads",
            "set_num_threads",
        ),
        # With it come the parser of Python and fractions, which a call has no use for.
        "runtime.certified": ("certify_module",),
    }.items()
    for name in names
}

__all__ = ["EinsumGradError", "__version__", *sorted(_HOMES)]  # noqa: PLE0604  # a table makes it


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


class _Package(ModuleType):
    """This package: `emit` and `explain` are functions of it, and folders of it too."""

    def __setattr__(self, name: str, value: Any) -> None:
        # Importing a submodule binds it here under its name; a public name goes first.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
