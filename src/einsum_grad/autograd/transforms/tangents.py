"""`jvp` and `hvp`: derivatives of a function along given directions.

They need no second table of rules. A pullback is linear in its cotangent, and the transpose
of a transpose is the map itself. So the tangent is the gradient, by the cotangent, of the inner
product of the recorded pullback with the direction (J. Townsend, "A new trick for calculating
Jacobian vector products", 2017). A Hessian is symmetric, so its product with a direction is the
gradient of <gradient, direction>.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import numpy as np

from einsum_grad.autograd.tape.backward import Cotangents, pull_back
from einsum_grad.autograd.tape.cotangent import take
from einsum_grad.autograd.tape.mode import is_recording, recording
from einsum_grad.autograd.tape.nodes import Array
from einsum_grad.autograd.tape.refusals import check_function
from einsum_grad.autograd.tensor.tensor import Tensor
from einsum_grad.autograd.transforms.arguments import Inputs
from einsum_grad.autograd.transforms.call import Call, call, zeros
from einsum_grad.autograd.transforms.containers import flatten, mapped
from einsum_grad.autograd.transforms.directions import ABSENT, along_tangents
from einsum_grad.autograd.transforms.grad import grad, in_convention
from einsum_grad.autograd.transforms.typed import Pair


@overload
def jvp(fn: Callable[..., Tensor], *, argnums: int | Sequence[int] = 0) -> Pair: ...
@overload
def jvp(
    fn: Callable[..., Tensor],
    operands: Array | complex,
    tangents: Array | complex | None,
) -> tuple[Array, Array]: ...
@overload
def jvp(
    fn: Callable[..., Any],
    operands: Any = ...,
    tangents: Any = ...,
    *,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
) -> Any: ...
def jvp(
    fn: Callable[..., Any],
    operands: Any = ABSENT,
    tangents: Any = ABSENT,
    *,
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
) -> Any:
    """Return a function that computes the output of `fn` and its tangent.

    The function takes the arguments of `fn` and, last, the tangent along which the derivative is:
    like the argument at `argnums`, or a tuple of such if that is a sequence, each array of its
    operand's shape, with None for what does not move. `fn` returns a Tensor of any shape, or a
    container of them; the tangent is like it. For complex numbers it is the change of the output,
    holomorphic or not: there is no convention to choose. Where an operand requires a gradient, or
    `fn` uses a Tensor that does, both results are Tensors that can be differentiated again. With
    `has_aux=True` `fn` returns a pair, whose second part comes back third.

    `jvp(fn, operands, tangents)` calls it at once, with an argument and its tangent, or a tuple of
    all arguments and one of their tangents.

    A `fn` that returns a plain number or array, so that its tangent is zero, gives a warning.
    Raises `ArgumentError` or `OperandError` for tangents that do not fit, `DTypeError` for those of
    another kind, `AutogradError` if `fn` returns anything else.

    >>> import einsum_grad as eg
    >>> eg.jvp(lambda x: x * x)(np.array([1.0, 3.0]), np.array([1.0, 10.0]))
    (array([1., 9.]), array([ 2., 60.]))
    """
    check_function(fn, "jvp")

    def compute(inputs: Inputs, directions: Sequence[Any]) -> tuple[Any, ...]:
        outside = is_recording()
        with recording():
            still = [direction is None for direction in directions]
            made = call(fn, inputs, outside, has_aux=has_aux, still=still, involved=directions)
            tangent = _pushed(made, [one for one in directions if one is not None])
        results = made.structure.build(map(made.finished, made.results))
        pair = results, made.structure.build(tangent)
        return (*pair, mapped(made.finished, made.aux)) if has_aux else pair

    return along_tangents(fn, compute, operands, tangents, argnums)


@overload
def hvp(
    fn: Callable[..., Tensor], *, argnums: int | Sequence[int] = 0, conj: bool = True
) -> Pair: ...
@overload
def hvp(
    fn: Callable[..., Tensor],
    operands: Array | complex,
    tangents: Array | complex | None,
    *,
    conj: bool = True,
) -> tuple[Array, Array]: ...
@overload
def hvp(
    fn: Callable[..., Any],
    operands: Any = ...,
    tangents: Any = ...,
    *,
    argnums: int | Sequence[int] = 0,
    conj: bool = True,
    has_aux: bool = False,
) -> Any: ...
def hvp(
    fn: Callable[..., Any],
    operands: Any = ABSENT,
    tangents: Any = ABSENT,
    *,
    argnums: int | Sequence[int] = 0,
    conj: bool = True,
    has_aux: bool = False,
) -> Any:
    """Return a function that computes the gradient of `fn` and a product of its Hessian.

    `fn` returns a Tensor of one real number. The arguments are those of `fn` and, last, the tangent
    that the Hessian multiplies, as for `jvp`; both results are like what `grad` returns. For
    complex numbers both are conjugates of the derivatives, as those of `grad` are; `conj=False`
    leaves the conjugation out.
    `hvp(fn, operands, tangents)` calls it at once, as `jvp` does.

    >>> import einsum_grad as eg
    >>> eg.hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 10.0]))
    (array([ 3., 12.]), array([  6., 120.]))
    """
    check_function(fn, "hvp")

    def compute(inputs: Inputs, directions: Sequence[Any]) -> tuple[Any, ...]:
        gradient = grad(fn, inputs.positions, has_aux=has_aux)

        def along(*args: Any, **kwargs: Any) -> tuple[Tensor, Any]:
            made = gradient(*args, **kwargs)
            parts, _ = flatten(made[0] if has_aux else made)
            return _inner_product(parts, directions), made

        products, made = grad(along, inputs.positions, has_aux=True)(*inputs.args, **inputs.kwargs)
        gradients, aux = made if has_aux else (made, None)
        pair = [
            inputs.shaped(in_convention(part, conj) for part in flatten(each)[0])
            for each in (gradients, products)
        ]
        return (*pair, aux) if has_aux else (pair[0], pair[1])

    return along_tangents(fn, compute, operands, tangents, argnums)


def _pushed(made: Call, directions: Sequence[Any]) -> list[Any]:
    """The tangents: record the pullback of cotangents, and pull back to those cotangents."""
    cotangents = [_cotangent(out) for out in made.results]
    leaves = [cotangent._node for cotangent in cotangents if cotangent._node is not None]
    arrived: Cotangents = {}
    if leaves and made.variables:
        total = _paired(made, cotangents, directions)
        # Nodes older than the cotangents belong to the forward: constants in this pass.
        arrived = pull_back(
            [(total._node, np.ones(()))],
            keep=made.higher,
            wrap=Tensor._of if made.higher else None,
            targets=set(leaves),
            first=leaves[0].number,
        )
    return [
        take(cotangent._node, arrived)
        if cotangent._node in arrived
        else zeros(cotangent.shape, cotangent.dtype, made.higher)
        for cotangent in cotangents
    ]


def _cotangent(out: Tensor) -> Tensor:
    """A variable like a result; a constant where that depends on nothing."""
    return Tensor(np.zeros(out.shape, out.dtype), requires_grad=out._node is not None)


def _paired(made: Call, cotangents: Sequence[Tensor], directions: Sequence[Any]) -> Tensor:
    """The inner product of the recorded pullback of `cotangents` and the directions."""
    nodes = [node for _, node in made.variables]
    starts = [(out._node, one) for out, one in zip(made.results, cotangents, strict=True)]
    with np.errstate(all="ignore"):  # the graph counts, not the products with a zero cotangent
        pulled = pull_back(
            starts,
            keep=True,
            wrap=Tensor._of,
            targets=set(nodes),
            first=min(node.number for node in nodes),
        )
        return _inner_product([pulled.get(node) for node in nodes], directions)


def _inner_product(parts: Sequence[Any], directions: Sequence[Any]) -> Tensor:
    """The real inner product, by which gradients pair with directions; None counts as zeros."""
    pairs = zip(parts, directions, strict=True)
    products = (_inner(*pair) for pair in pairs if not any(one is None for one in pair))
    return sum(products, start=Tensor(0.0))


def _inner(part: Any, direction: Any) -> Any:
    product = part * np.conjugate(direction) if np.iscomplexobj(direction) else part * direction
    return np.sum(np.real(product))
