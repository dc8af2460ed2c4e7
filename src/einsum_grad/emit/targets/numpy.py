"""The target `numpy`, for speed: views, matrix products and elementwise products."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit import helpers
from einsum_grad.emit.context import ellipsis_slice, joined_shape
from einsum_grad.emit.product import subscripts
from einsum_grad.emit.spelling import (
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
from einsum_grad.emit.target import Library, Script, Target
from einsum_grad.emit.tree import Call, Expression, call
from einsum_grad.emit.view import aligned, indexed
from einsum_grad.lower import LETTERS
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern, distinct

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


def _expanded(
    array: Expression, given: Labels, output: Labels, shape: Expression, new: object
) -> Expression:
    """The array repeated along the axes that it lacks of `output`."""
    return call("broadcast", aligned(array, given, output), shape)


def with_units(array: Expression, given: Labels, output: Labels) -> Expression:
    """Axes of size 1 dropped with an index of 0, inserted with None."""
    return indexed(array, given, "0") if UNIT in given else indexed(array, output, "None")


def merged(name: str, labels: Labels) -> Expression:
    """The axes of the ellipsis made one, without -1, which fails where another size is 0."""
    if labels == (ELLIPSIS,):
        return call("ravel", name)
    at = labels.index(ELLIPSIS)
    before = [f"*{name}.shape[:{at}]"] if at else []
    after = [f"*{name}.shape[{at + 1 - len(labels)}:]"] if at + 1 < len(labels) else []
    lead = call("product", f"{name}.shape{ellipsis_slice(labels)}")
    return call("reshape", name, call("tuple", *before, lead, *after))


def split(name: str, labels: Labels, lead: str) -> Expression:
    """The axes of the ellipsis made many again."""
    at = labels.index(ELLIPSIS)
    before = [f"{name}.shape[:{at}]"] if at else []
    after = [f"{name}.shape[{at + 1}:]"] if labels[-1] != ELLIPSIS else []
    return call("reshape", name, joined_shape([*before, lead, *after]))


def _diagonal(name: str, labels: Labels, shape: Expression) -> Expression:
    """The view of an array on its diagonal; by its strides where an einsum has no letters."""
    own = distinct(labels)
    if len(own) <= LETTERS:
        return call("einsum", subscripts(Pattern((labels,), own)), name)
    places = {label: [axis for axis, other in enumerate(labels) if other == label] for label in own}
    strides = (joined_shape(f"{name}.strides[{axis}]" for axis in axes) for axes in places.values())
    return call("strided", name, shape, Call("tuple", tuple(strides)))


SPELLINGS: Mapping[str, Spelling] = {
    **PYTHON,
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
    "sum": _numpy("add.reduce"),
    "tensordot": _numpy("tensordot"),
    "transpose": transpose("transpose", most=64),
    "swapaxes": method("swapaxes"),
    "reshape": shaped("reshape"),
    "ravel": method("ravel"),
    "index": index,
    "view": method("view"),
    "copy": method("copy"),
    "conjugate": method("conj"),
    "expand": rewritten(_expanded),
    "broadcast": _numpy("broadcast_to"),
    "units": rewritten(with_units),
    "merge": rewritten(merged),
    "split": rewritten(split),
    "diagonal": rewritten(_diagonal),
    "strided": _numpy("lib.stride_tricks.as_strided"),
    "zeros": _numpy("zeros"),
    "asarray": _numpy("asarray"),
    "ndim": _numpy("ndim"),
}

PLAIN: Mapping[str, Spelling] = {"sum": method("sum")}
"""np.add.reduce takes a microsecond less than the method that calls it."""

NUMPY = Target(
    name="numpy",
    libraries=(NUMPY_LIBRARY,),
    spellings=SPELLINGS,
    script=SCRIPT,
    plain=PLAIN,
    helpers=helpers.HELPERS,
    pairwise=True,
    layered=True,
    frees=True,
    out_argument={
        "dot": "dot into",
        "matmul": "matmul into",
        "multiply": "multiply into",
        **{name: name for name in ("einsum", "vecdot", "matvec", "multiplied")},
    },
)
