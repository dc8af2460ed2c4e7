"""The target `numpy`, for speed: views, matrix products and elementwise products."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.steps.context import joined_shape
from einsum_grad.emit.steps.product import subscripts
from einsum_grad.emit.targets.shared import RESHAPED
from einsum_grad.emit.text import helpers
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import (
    PYTHON,
    Spelling,
    function,
    index,
    infix,
    method,
    rewritten,
    shaped,
    transpose,
)
from einsum_grad.emit.text.target import Library, Script, Target
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import LETTERS
from einsum_grad.plan import Labels, Pattern, distinct

NUMPY_LIBRARY = Library("NumPy", "np", "import numpy as np")

SCRIPT = Script(
    alias=NUMPY_LIBRARY.alias,
    random="np.random.default_rng(0)",
    whole="random.integers(-largest, largest + 1, {shape}).astype(float)",
    normal="largest * random.standard_normal({shape})",
    inner="np.sum({0} * {1})",
    conjugated="np.vdot({0}, {1}).real",
    outer="np.multiply.outer({0}, {1})",
)


def _numpy(name: str) -> Spelling:
    return function(f"np.{name}", NUMPY_LIBRARY.alias)


def _diagonal(name: str, labels: Labels, shape: Expression) -> Expression:
    """The view of an array on its diagonal; by its strides where an einsum has no letters."""
    own = distinct(labels)
    if len(own) <= LETTERS:
        return call("einsum", subscripts(Pattern((labels,), own)), name)
    places = {label: [axis for axis, other in enumerate(labels) if other == label] for label in own}
    strides = (joined_shape(f"{name}.strides[{axis}]" for axis in axes) for axes in places.values())
    return call("strided", name, shape, Call("tuple", tuple(strides)))


TENSORDOT = Helper(
    '''def tensordot(x, w, axes):
    """Return np.tensordot, but nan for zero times nan where an array has one number, too."""
    ones, others = axes if isinstance(axes, tuple) else (range(x.ndim)[-axes:], range(axes))
    rows = [axis for axis in range(x.ndim) if axis not in ones]
    columns = [axis for axis in range(w.ndim) if axis not in others]
    left, right = x.transpose(*rows, *ones), w.transpose(*others, *columns)
    shape = left.shape[: len(rows)] + right.shape[len(ones) :]
    count = math.prod(right.shape[: len(ones)])
    left = left.reshape(math.prod(shape[: len(rows)]), count)
    right = right.reshape(count, math.prod(shape[len(rows) :]))
    return (left @ right).reshape(shape)''',
    (NUMPY_LIBRARY.alias, "math"),
)

SPELLINGS: Mapping[str, Spelling] = {
    **PYTHON,
    **RESHAPED,
    **helpers.SPELLINGS,
    "einsum": _numpy("einsum"),
    **{f"{name} into": _numpy(name) for name in ("dot", "matmul", "multiply")},
    "dot": method("dot"),
    "matmul": infix("@"),
    "vdot": _numpy("vdot"),
    "vecdot": _numpy("vecdot"),
    "matvec": _numpy("matvec"),
    "multiply": infix("*"),
    "add": infix("+"),
    "sum": method("sum"),
    "tensordot": function("tensordot", "tensordot"),
    "transpose": transpose("transpose", most=64),
    "swapaxes": method("swapaxes"),
    "reshape": shaped("reshape"),
    "ravel": method("ravel"),
    "index": index,
    "view": method("view"),
    "copy": method("copy"),
    "conjugate": method("conj"),
    "broadcast": _numpy("broadcast_to"),
    "diagonal": rewritten(_diagonal),
    "strided": _numpy("lib.stride_tricks.as_strided"),
    "zeros": _numpy("zeros"),
    "asarray": _numpy("asarray"),
    "ndim": _numpy("ndim"),
}

NUMPY = Target(
    name="numpy",
    libraries=(NUMPY_LIBRARY,),
    spellings=SPELLINGS,
    script=SCRIPT,
    helpers={**helpers.HELPERS, "tensordot": TENSORDOT},
    pairwise=True,
    layered=True,
    frees=True,
    out_argument={
        "dot": "dot into",
        "matmul": "matmul into",
        "multiply": "multiply into",
        **{name: name for name in ("einsum", "vecdot", "matvec", "multiplied", "row_dots")},
    },
)
