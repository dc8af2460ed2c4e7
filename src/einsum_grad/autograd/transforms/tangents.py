"""`jvp` and `hvp`: derivatives of a function along given directions.

They need no second table of rules. A pullback is linear in its cotangent, and the transpose
of a transpose is the map itself. So the tangent is the gradient, by the cotangent, of the inner
product of the recorded pullback with the direction (J. Townsend, "A new trick for calculating
Jacobian vector products", 2017). A Hessian is symmetric, so its product with a direction is the
gradient of <gradient, direction>.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.backward import pull_back
from einsum_grad.autograd.cotangent import take
from einsum_grad.autograd.mode import is_recording, recording
from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import as_operand, check_function
from einsum_grad.autograd.tape import Array, Traced
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.autograd.transforms.grad import as_variable, goes_on, grad, in_convention, zeros
from einsum_grad.errors import ArgumentError, AutogradError, DTypeError, OperandError


def jvp(fn: Callable[..., Any], operands: Any, tangents: Any) -> tuple[Any, Any]:
    """Return the output of `fn` and its tangent, the derivative along `tangents`.

    `operands` is an array, or a tuple of the arrays that `fn` takes; `tangents` is alike: each has
    its operand's shape, or is None for an operand that does not move. `fn` returns a Tensor of any
    shape; the tangent has its shape and dtype. For complex numbers it is the change of the output,
    holomorphic or not: there is no convention to choose. Where an operand requires a gradient, or
    `fn` uses a Tensor that does, both results are Tensors that can be differentiated again.

    Raises `OperandError` for tangents that do not fit, `DTypeError` for those of another kind,
    `AutogradError` if `fn` returns anything but a Tensor.

    >>> import einsum_grad as eg
    >>> eg.jvp(lambda x: x * x, np.array([1.0, 3.0]), np.array([1.0, 10.0]))
    (array([1., 9.]), array([ 2., 60.]))
    """
    check_function(fn, "jvp")
    given, directions, _ = _paired(operands, tangents)
    outside = is_recording()
    with recording():
        variables = {n: as_variable(given[n], n) for n, v in enumerate(directions) if v is not None}
        out = fn(*(variables.get(n, operand) for n, operand in enumerate(given)))
        if not variables and not isinstance(out, Tensor):
            out = Tensor(out)
        if not isinstance(out, Tensor):
            raise AutogradError(f"the function returned a {type(out).__name__}, not a Tensor")
        higher = outside and goes_on((*given, *directions), [out], variables.values())
        moving = [(variable, directions[n]) for n, variable in variables.items()]
        tangent = _pushed(out, moving, higher)
    return (out, tangent) if higher else (np.array(look(out)), tangent)


def hvp(
    fn: Callable[..., Any], operands: Any, tangents: Any, *, conj: bool = True
) -> tuple[Any, Any]:
    """Return the gradient of `fn` and the product of its Hessian with `tangents`.

    `fn` returns a Tensor of one real number. `operands` and `tangents` are as for `jvp`; both
    results are an array, or a tuple of one for each operand. For complex numbers both are
    conjugates of the derivatives, as those of `grad` are; `conj=False` leaves the conjugation out.

    >>> import einsum_grad as eg
    >>> eg.hvp(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    (array([ 3., 12.]), array([  6., 120.]))
    """
    check_function(fn, "hvp")
    given, directions, several = _paired(operands, tangents)
    positions = tuple(range(len(given)))
    gradient = grad(fn, positions)
    found: list[Any] = []

    def along(*variables: Any) -> Any:
        found[:] = gradient(*variables)
        moving = (pair for pair in zip(found, directions, strict=True) if pair[1] is not None)
        return sum((_inner(part, direction) for part, direction in moving), start=Tensor(0.0))

    products = grad(along, positions)(*given)
    higher = any(isinstance(product, Traced) for product in products)
    gradients = tuple(part if higher else np.array(look(part)) for part in found)
    gradients, products = (
        tuple(in_convention(part, conj) for part in parts) for parts in (gradients, products)
    )
    return (gradients, products) if several else (gradients[0], products[0])


def _pushed(out: Tensor, moving: Sequence[tuple[Tensor, Any]], higher: bool) -> Any:
    """The tangent of `out`: record the pullback of a cotangent, and pull back to that cotangent."""
    nodes = [variable._node for variable, _ in moving if variable._node is not None]
    if out._node is None or not nodes:
        return zeros(out.shape, out.dtype, higher)
    cotangent = Tensor(np.zeros(out.shape, out.dtype), requires_grad=True)
    first, wrap = min(node.number for node in nodes), Tensor._of
    with np.errstate(all="ignore"):  # the graph counts, not the products with a zero cotangent
        pulled = pull_back(
            out._node, cotangent, keep=True, wrap=wrap, targets=set(nodes), first=first
        )
        parts = [
            _inner(pulled[variable._node], direction)
            for variable, direction in moving
            if variable._node in pulled
        ]
        total, leaf = sum(parts, start=Tensor(0.0)), cotangent._node
    arrived = {}
    if total._node is not None and leaf is not None:
        # Nodes older than the cotangent belong to the forward: constants in this pass.
        arrived = pull_back(
            total._node,
            np.ones(()),
            keep=higher,
            wrap=wrap if higher else None,
            targets={leaf},
            first=leaf.number,
        )
    return take(leaf, arrived) if leaf in arrived else zeros(out.shape, out.dtype, higher)


def _inner(part: Any, direction: Any) -> Any:
    """The real inner product, by which a gradient pairs with a direction."""
    product = part * np.conjugate(direction) if np.iscomplexobj(direction) else part * direction
    return np.sum(np.real(product))


def _paired(operands: Any, tangents: Any) -> tuple[tuple[Any, ...], list[Any], bool]:
    """The operands, a checked tangent for each, and whether there were several."""
    several = isinstance(operands, tuple)
    if not several:
        operands, tangents = (operands,), (tangents,)
    if not isinstance(tangents, tuple) or len(tangents) != len(operands):
        raise ArgumentError("tangents is a tuple with one for each operand, or None in its place")
    return operands, [*map(_checked, operands, tangents, range(len(operands)))], several


def _checked(operand: Any, tangent: Any, number: int) -> Any:
    if tangent is None:
        return None
    like: Array = np.asarray(look(operand))
    read = as_operand(tangent, "a tangent")
    given: Any = read if isinstance(read, Traced) else np.asarray(read)
    if given.shape != like.shape:
        raise OperandError(
            f"tangent {number} has shape {given.shape}, and its operand {like.shape}"
        )
    if not np.can_cast(given.dtype, like.dtype, "same_kind"):
        raise DTypeError(f"tangent {number} is {given.dtype}, and its operand {like.dtype}")
    return given if given.dtype == like.dtype else given.astype(like.dtype)
