"""`Tensor`: an array that knows how it was made."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, cast

import numpy as np

from einsum_grad.autograd.tape.backward import pull_back
from einsum_grad.autograd.tape.cotangent import accumulate, starting_cotangent
from einsum_grad.autograd.tape.mode import recording
from einsum_grad.autograd.tape.nodes import Array, Leaf, Node, Traced
from einsum_grad.autograd.tape.ownership import borrow, hand_out, look
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.autograd.tensor.conversions import Conversions
from einsum_grad.autograd.tensor.methods import Methods
from einsum_grad.autograd.tensor.operators import Operators
from einsum_grad.errors import AutogradError, DTypeError, OperandError
from einsum_grad.runtime.operands.typed import Operand

NO_GRAPH = (
    "there is no graph to go back through: {}, so nothing was recorded. Make the variables with "
    "Tensor(array, requires_grad=True) and compute the result from them outside of no_grad()"
)

BESIDE = {"einops": "einsum_grad.autograd.rules.contractions.einops"}
"""Libraries whose functions take Tensors once a module of ours has been imported beside them."""


class Tensor(Operators, Methods, Conversions):
    """An array of numbers that records what is computed from it, so that it has gradients.

    `data` is copied. With `requires_grad=True`, for floating and complex numbers only, `backward`
    of a result adds the gradient to `.grad`. NumPy's functions and operators take and return
    Tensors; the arrays of recorded results are read-only.

    Raises `DTypeError` for anything but numbers, and for integers or bools with `requires_grad`.

    >>> import einsum_grad as eg
    >>> x = eg.Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> loss = np.sum(x * x)
    >>> loss.backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])
    """

    __slots__ = ("__weakref__",)

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        _load_beside()
        self._array = _numbers(data).copy()
        self._node = None
        self._lent = False
        self.requires_grad = requires_grad

    @classmethod
    def _of(cls, array: Array, node: Node | Leaf | None) -> Tensor:
        """A Tensor around an array that only its holders can write to."""
        tensor = cls.__new__(cls)
        tensor._array, tensor._node, tensor._lent = array, node, True
        return tensor

    @property
    def data(self) -> Array:
        """The array itself: nothing computed from it is recorded.

        This is how to get the array of a Tensor that requires a gradient: `np.asarray(x)` and the
        like, which would silently lose the gradient, raise `AutogradError` outside `no_grad()`.
        Writing to the array changes this Tensor, but nothing computed from it before. Another array
        of the same shape and dtype may be assigned; it is copied. The array of a recorded result is
        read-only.
        """
        return hand_out(self)

    @data.setter
    def data(self, data: Any) -> None:
        if data is self._array:
            return
        if isinstance(self._node, Node):
            raise AutogradError("the data of a recorded result can't change; detach() gives a copy")
        self._array, self._lent = self._alike("data", data), False

    @property
    def grad(self) -> Array:
        """The gradient accumulated by backward passes; None before the first.

        An array of the Tensor's shape and dtype, as its type says; a Tensor after
        `backward(create_graph=True)`.
        Assign None to start over. Only variables have one; that of a result is None.
        """
        grad: Any = self._node.grad if isinstance(self._node, Leaf) else None
        return cast(Array, grad)

    @grad.setter
    def grad(self, grad: Operand | Traced | None) -> None:
        if isinstance(self._node, Leaf):
            self._node.grad = None if grad is None else self._alike("gradient", grad)
        elif grad is not None:
            raise AutogradError("only a variable, made with requires_grad=True, has a gradient")

    @property
    def requires_grad(self) -> bool:
        """Whether this is a variable or was computed from one; can't be set on recorded results."""
        return self._node is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value == self.requires_grad:
            return
        if isinstance(self._node, Node):
            raise AutogradError("a recorded result requires a gradient; detach() gives a constant")
        if value and self._array.dtype.kind not in "fc":
            raise DTypeError(
                "only floating and complex numbers have a gradient, and this is "
                f"{self._array.dtype}; convert it, as with astype(float)"
            )
        self._node = Leaf(self._array) if value else None

    def detach(self) -> Tensor:
        """The same values as a constant; later writes to either are not seen in the other.

        >>> Tensor(3.0, requires_grad=True).detach()
        Tensor(3.)
        """
        return Tensor._of(borrow(self), None)

    def backward(
        self, grad: Any = None, *, retain_graph: bool = False, create_graph: bool = False
    ) -> None:
        """Add the gradient of every variable behind this result to its `.grad`.

        `grad` is the cotangent, of the result's shape; by default 1 for a single real number. The
        graph is freed along the way unless `retain_graph`. With `create_graph` the pass is itself
        recorded, and the gradients are Tensors that can be differentiated again. Passes
        in several threads add up; those through one graph need `retain_graph`.

        Raises `AutogradError` where there is no graph or it was freed, and for a cotangent that is
        missing or of another shape or kind; no `.grad` has changed then.

        >>> x = Tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).backward([1.0, 10.0])
        >>> x.grad
        array([ 2., 40.])
        """
        if self._node is None:
            raise AutogradError(NO_GRAPH.format("this Tensor doesn't require a gradient"))
        cotangent = starting_cotangent(grad, self._array.shape, self._array.dtype)
        if not create_graph:
            accumulate(pull_back([(self._node, look(cotangent))], keep=retain_graph))
            return
        with recording():
            accumulate(pull_back([(self._node, cotangent)], keep=True, wrap=Tensor._of))

    def _alike(self, what: str, value: Any) -> Array:
        array = _numbers(value)
        if array.shape != self._array.shape or array.dtype != self._array.dtype:
            raise OperandError(
                f"the {what} of this Tensor has shape {self._array.shape} and dtype "
                f"{self._array.dtype}; got {array.shape} and {array.dtype}"
            )
        return array.copy()


def _load_beside() -> None:
    for library, module in [*BESIDE.items()]:
        if library in sys.modules:
            import_module(module)
            BESIDE.pop(library, None)


def _numbers(data: Any) -> Array:
    if isinstance(data, Traced):
        raise DTypeError("this is a Tensor already; detach() gives its values as a constant")
    return np.asarray(as_operand(data, "Tensor"))
