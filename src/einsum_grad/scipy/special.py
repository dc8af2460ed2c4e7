"""scipy.special for Tensors: its ufuncs, and the functions here that are none."""

from __future__ import annotations

from typing import Any

from einsum_grad.autograd.rules import functions
from einsum_grad.installed import installed
from einsum_grad.scipy.beside import beside

with installed("scipy"):
    from einsum_grad.autograd.rules.special import gamma as _gamma

__getattr__ = beside("scipy.special")

logsumexp = functions.logsumexp
polygamma = _gamma.polygamma
multigammaln = _gamma.multigammaln


def softmax(x: Any, axis: Any = None) -> Any:
    """The exponentials, divided by their sum over `axis`; None means all axes.

    >>> import numpy as np
    >>> softmax(np.zeros((2, 2)))
    array([[0.25, 0.25],
           [0.25, 0.25]])
    """
    return functions.softmax(x, axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`, exact where that is 0.

    >>> import numpy as np
    >>> log_softmax(np.array([1000.0, 0.0]))
    array([    0., -1000.])
    """
    return functions.log_softmax(x, axis)
