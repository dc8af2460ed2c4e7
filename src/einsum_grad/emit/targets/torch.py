"""The target `torch`: PyTorch's own operations, which its autograd differentiates as they stand.

There are no einsums: torch makes a batch of matrix products even of a sum of elementwise products.
"""

from __future__ import annotations

from dataclasses import replace

from einsum_grad.emit.targets.shared import RESHAPED, UNSTRIDED
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import (
    PYTHON,
    Parts,
    Speller,
    Spelling,
    attribute,
    composed,
    function,
    index,
    infix,
    method,
    renamed,
    rewritten,
    shaped,
)
from einsum_grad.emit.text.target import Library, Script, Target
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import Traits

TORCH = Library("PyTorch", "torch", "import torch  # pip install torch")


def _torch(name: str) -> Spelling:
    return function(f"torch.{name}", TORCH.alias)


def _transpose(call: Call, speller: Speller) -> Parts:
    """`x.T`, `x.mT`, `x.mH` of the conjugate of x, or `x.permute(1, 2, 0)`."""
    array, axes = composed(call)
    order = list(range(len(axes)))
    if axes == order:
        return speller.parts(array)
    if axes == [*order[:-2], *order[:-3:-1]]:
        return _adjoint(array, "mT" if order[2:] else "T", speller), "", ""
    return f"{speller.tight(array)}.permute(", ", ".join(map(str, axes)), ")"


def _adjoint(array: Expression, name: str, speller: Speller) -> str:
    """`x.mT` or what else that is called, and `x.mH` of the conjugate of x."""
    if isinstance(array, Call) and array.operation == "conjugate":
        array, name = array.args[0], "mH"
    return f"{speller.tight(array)}.{name}"


def _index(call: Call, speller: Speller) -> Parts:
    """`x[:, None]`, or `x[0]` of an array with further axes."""
    _, first, *others = call.args
    plain = first != ":" and set(others) <= {":"}
    return index(replace(call, args=call.args[:2]) if plain else call, speller)


def _diagonal_of_two(array: Expression, one: int, other: int) -> Expression:
    options = {} if (one, other) == (0, 1) else {"dim1": one, "dim2": other}
    return call("diagonal by dim", array, **options)


def _embedded_in_two(array: Expression, one: int, other: int, count: int) -> Expression:
    options = {} if (one, other) == (count - 2, count - 1) else {"dim1": one, "dim2": other}
    return call("diag_embed", array, **options)


def _zeros(shape: Expression, dtype: Call) -> Expression:
    """Zeros on the device of the array whose dtype they have."""
    return call("new_zeros", *dtype.args, shape)


TARGET = Target(
    name="torch",
    libraries=(TORCH,),
    spellings={
        **PYTHON,
        **RESHAPED,
        **UNSTRIDED,
        "dot": infix("@"),
        "matmul": infix("@"),
        "multiply": infix("*"),
        "add": infix("+"),
        "total": method("sum"),
        "sum": renamed(method("sum"), {"axis": "dim"}),
        "fold": infix("@"),
        "scalar product": rewritten(
            lambda left, right: call("matmul", call("ravel", left), call("ravel", right))
        ),
        "tensordot": renamed(_torch("tensordot"), {"axes": "dims"}),
        "range": lambda call, speller: ("list(", speller.text(Call("indices", call.args)), ")"),
        "indices": function("range"),
        "transpose": _transpose,
        "swapaxes": lambda call, speller: (_adjoint(call.args[0], "mT", speller), "", ""),
        "reshape": shaped("reshape"),
        "ravel": method("flatten"),
        "flatten": method("flatten"),
        "unflatten": method("unflatten"),
        "index": _index,
        "conjugate": method("conj"),
        "broadcast": shaped("expand"),
        "diagonal of two": rewritten(_diagonal_of_two),
        "diagonal by dim": method("diagonal"),
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
        applied="""\
variables = [operands[place].requires_grad_() for place in places]
applied = torch.autograd.grad(apply(*operands), variables, dz)
if not all(map(torch.allclose, applied, gradients)):
    failed += 1
    print("apply is wrong")""",
    ),
    helpers={
        "like": Helper(
            '''def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    if gradient.dtype == operand.dtype:
        return gradient
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
    devices=True,
    tensordots=True,
    sums_vectors=True,
)
"""Its modules are right for real and complex numbers alike, of any dtype and on any device."""
