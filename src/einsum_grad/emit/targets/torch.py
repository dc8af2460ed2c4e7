"""The target `torch`: PyTorch's own operations, which its autograd differentiates as they stand.

There are no einsums: torch makes a batch of matrix products even of a sum of elementwise products.
"""

from __future__ import annotations

from einsum_grad.emit.helpers import Helper
from einsum_grad.emit.spelling import (
    PYTHON,
    Spelling,
    attribute,
    function,
    index,
    infix,
    method,
    renamed,
    rewritten,
    transpose,
)
from einsum_grad.emit.target import Library, Script, Target
from einsum_grad.emit.targets.numpy import merged, split, with_units
from einsum_grad.emit.tree import Call, Expression, call
from einsum_grad.emit.view import aligned, diagonal, embedded
from einsum_grad.lower import Traits
from einsum_grad.plan import Labels

TORCH = Library("PyTorch", "torch", "import torch")


def _torch(name: str) -> Spelling:
    return function(f"torch.{name}", TORCH.alias)


def _expanded(
    array: Expression, given: Labels, output: Labels, shape: Expression, new: object
) -> Expression:
    return call("broadcast", aligned(array, given, output), shape)


def _diagonal_of_two(array: Expression, one: int, other: int) -> Expression:
    options = {} if (one, other) == (0, 1) else {"dim1": one, "dim2": other}
    return call("diagonal by dim", array, **options)


def _embedded_in_two(array: Expression, one: int, other: int, count: int) -> Expression:
    options = {} if (one, other) == (count - 2, count - 1) else {"dim1": one, "dim2": other}
    return call("diag_embed", array, **options)


def _zeros(shape: Expression, dtype: str) -> Expression:
    name = dtype.removesuffix(".dtype")
    return call("new_zeros", name, shape)


TARGET = Target(
    name="torch",
    libraries=(TORCH,),
    spellings={
        **PYTHON,
        "dot": infix("@"),
        "matmul": infix("@"),
        "multiply": infix("*"),
        "add": infix("+"),
        "sum": renamed(method("sum"), {"axis": "dim"}),
        "tensordot": _torch("tensordot"),
        "range": lambda call, speller: ("list(", speller.text(Call("indices", call.args)), ")"),
        "indices": function("range"),
        "transpose": transpose("permute", most=2),
        "swapaxes": lambda call, speller: (f"{speller.tight(call.args[0])}.mT", "", ""),
        "reshape": method("reshape"),
        "ravel": method("flatten"),
        "index": index,
        "view": rewritten(lambda array: array),
        "conjugate": method("conj"),
        "expand": rewritten(_expanded),
        "broadcast": method("expand"),
        "units": rewritten(with_units),
        "merge": rewritten(merged),
        "split": rewritten(split),
        "diagonal": rewritten(lambda name, labels, shape: diagonal(name, labels)),
        "diagonal of two": rewritten(_diagonal_of_two),
        "diagonal by dim": method("diagonal"),
        "embed": rewritten(lambda array, given, output, shape: embedded(array, given, output)),
        "embed in two": rewritten(_embedded_in_two),
        "diag_embed": _torch("diag_embed"),
        "zeros": rewritten(_zeros),
        "new_zeros": method("new_zeros"),
        "ndim": attribute("ndim"),
        "like": function("like", "like"),
    },
    script=Script(
        alias=TORCH.alias,
        random="torch.Generator().manual_seed(0)",
        whole="torch.randint(-largest, largest + 1, {shape}, generator=random).double()",
        normal="largest * torch.randn({shape}, generator=random, dtype=torch.float64)",
        inner="({0} * {1}).sum()",
        conjugated="({0}.conj() * {1}).sum().real",
        outer="torch.tensordot({0}, {1}, 0)",
    ),
    helpers={
        "like": Helper(
            '''def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if gradient.is_complex() and not operand.is_complex():
        gradient = gradient.real
    return gradient.to(operand.dtype)'''
        ),
    },
    traits=Traits(complex=True),
    pairwise=True,
    layered=True,
    copies=False,
    writable_views=False,
    apply=True,
    arrays="torch tensors",
    casts=True,
)
"""Its modules are right for real and complex numbers alike, of any dtype and on any device."""
