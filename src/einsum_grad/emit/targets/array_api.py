"""The target `array_api`: functions of the array API standard, for the arrays of any library.

Only what each version of the standard has and none of its extensions: products of matrices,
tensordot, elementwise products, sums. There is no `@`, for torch's refuses two dtypes.
"""

from __future__ import annotations

from collections.abc import Iterator

from einsum_grad.emit.targets.shared import RESHAPED, UNSTRIDED
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.printer import LOCAL
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
    rewritten,
)
from einsum_grad.emit.text.target import Library, Script, Target
from einsum_grad.emit.text.tree import Call, Expression, call
from einsum_grad.lower import Traits

STANDARD = Library("a library of the array API", LOCAL, "")
"""It comes with the arrays: a module imports none."""


def _xp(name: str) -> Spelling:
    return function(f"xp.{name}", LOCAL, "namespace")


def _helper(name: str) -> Spelling:
    return function(name, name, "namespace")


def _transpose(turned: Call, speller: Speller) -> Parts:
    """`x.T`, `xp.matrix_transpose(x)` or `xp.permute_dims(x, (1, 0, 2))`."""
    array, axes = composed(turned)
    count = len(axes)
    if axes == list(range(count)):
        return speller.parts(array)
    if axes == [1, 0]:
        return f"{speller.tight(array)}.T", "", ""
    if axes == [*range(count - 2), count - 1, count - 2]:
        return speller.parts(call("matrix_transpose", array))
    return speller.parts(call("permute_dims", array, Call("tuple", tuple(axes))))


def _index(indexed: Call, speller: Speller) -> Parts:
    """`x[..., None]`, rather than a colon for each of several leading axes."""
    array, *axes = indexed.args
    count = next((place for place, each in enumerate(axes) if each != ":"), 0)
    if count > 1 and "..." not in axes:
        axes[:count] = ["..."]
    return index(call("index", array, *axes), speller)


def _sum(summed: Call, speller: Speller) -> Parts:
    """The sum in the dtype of what is summed, where the standard's would widen integers."""
    names = list(dict.fromkeys(_arrays(summed.args[0])))
    dtype = call("dtype" if len(names) == 1 else "result_type", *names)
    options = {**dict(summed.options), "dtype": dtype}
    return _xp("sum")(Call("sum", summed.args, tuple(options.items())), speller)


def _arrays(value: Expression) -> Iterator[str]:
    """The names of the arrays that an expression is made of."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Call):
        for arg in value.args if value.operation in _OF_TWO else value.args[:1]:
            yield from _arrays(arg)


_OWN = ("tensordot", "reshape", "matrix_transpose", "permute_dims", "result_type")
_OF_TWO = ("multiply", "scale", "matmul", "dot", "tensordot")


def _diagonal_of_two(array: Expression, one: int, other: int) -> Expression:
    return call("diagonal by axes", array, *(() if (one, other) == (0, 1) else (one, other)))


def _embedded_in_two(array: Expression, one: int, other: int, count: int) -> Expression:
    return call("embed by axes", array, *(() if other == one + 1 == count - 1 else (one, other)))


def _zeros(shape: Expression, dtype: Call) -> Expression:
    """Zeros on the device of the array whose dtype they have."""
    return call("zeros like", shape, *dtype.args)


HELPERS = {
    "namespace": Helper(
        '''def namespace(array):
    """Return the functions of the array API standard for an array."""
    if hasattr(array, "__array_namespace__"):
        return array.__array_namespace__()
    if not hasattr(array, "shape"):
        raise TypeError(f"this is no array: {array!r}")
    try:
        import array_api_compat
    except ModuleNotFoundError:
        raise ImportError("for these arrays: pip install array-api-compat") from None
    return array_api_compat.array_namespace(array)'''
    ),
    "check_arrays": Helper(
        '''def check_arrays(*arrays):
    """Raise TypeError unless these are arrays of one library; ValueError for unknown sizes."""
    libraries = {namespace(array).__name__ for array in arrays}
    if len(libraries) > 1:
        raise TypeError(f"arrays of several libraries: {', '.join(sorted(libraries))}")
    for array in arrays:
        # An unknown size is None in the standard, and nan in dask.
        if any(size is None or size != size for size in array.shape):
            raise ValueError(f"sizes are unknown: {array.shape}; dask has compute_chunk_sizes()")'''
    ),
    "conj": Helper(
        '''def conj(array):
    """Return the complex conjugate; a real array as it is."""
    xp = namespace(array)
    return xp.conj(array) if xp.isdtype(array.dtype, "complex floating") else array'''
    ),
    "like": Helper(
        '''def like(gradient, operand):
    """Return a gradient in the dtype of its operand: that of a real operand is real."""
    xp = namespace(gradient)
    if xp.isdtype(gradient.dtype, "complex floating"):
        if not xp.isdtype(operand.dtype, "complex floating"):
            gradient = xp.real(gradient)
    return xp.astype(gradient, operand.dtype, copy=False)'''
    ),
    "diagonal": Helper(
        '''def diagonal(array, axis1=0, axis2=1):
    """Return the diagonal of two axes, as the last axis."""
    xp = namespace(array)
    array = xp.moveaxis(array, (axis1, axis2), (-2, -1))
    *others, size = array.shape[:-1]
    if 0 in array.shape:  # dask reshapes no empty arrays
        return xp.sum(array, axis=-1, dtype=array.dtype)
    return xp.reshape(array, (*others, size * size))[..., :: size + 1]'''
    ),
    "embed": Helper(
        '''def embed(array, axis1=-2, axis2=-1):
    """Return zeros with the last axis of an array on the diagonal of two axes."""
    xp = namespace(array)
    *others, size = array.shape
    first, shape = array[..., None], (*others, size, size)
    made = xp.broadcast_to(xp.zeros_like(first), shape)
    if 0 not in shape:  # dask reshapes no empty arrays
        # Cut into rows that are one shorter, the entries move on by one from row to row.
        flat = xp.reshape(xp.concat([first, made], axis=-1), (*others, size * (size + 1)))
        made = xp.reshape(flat[..., : size * size], shape)
    return xp.moveaxis(made, (-2, -1), (axis1, axis2))'''
    ),
    "zeros": Helper(
        '''def zeros(shape, array):
    """Return zeros of the dtype of an array, on its device."""
    device = array.device if hasattr(array, "device") else None
    return namespace(array).zeros(shape, dtype=array.dtype, device=device)'''
    ),
}

SCRIPT = Script(
    alias=LOCAL,
    before="""\
import importlib
import sys
from random import Random

# The library of the arrays is NumPy, or what the command line names.
library = importlib.import_module(sys.argv[1] if len(sys.argv) > 1 else "numpy")""",
    source="random, xp",
    random="Random(0), namespace(library.zeros(1))",
    whole="random.randint(-largest, largest)",
    normal="random.gauss(0, largest)",
    real="""\
numbers = [{0} for _ in range(math.prod(shape))]
return xp.reshape(xp.asarray(numbers, dtype=xp.float64), shape)""",
    complex="""\
numbers = [
    {0} + 1j * {0}
    for _ in range(math.prod(shape))
]
return xp.reshape(xp.asarray(numbers, dtype=xp.complex128), shape)""",
    inner="xp.sum({0} * {1})",
    conjugated="xp.real(xp.sum(xp.conj({0}) * {1}))",
    outer="xp.tensordot({0}, {1}, axes=0)",
    modules=("math",),
)

TARGET = Target(
    name="array_api",
    libraries=(STANDARD,),
    spellings={
        **PYTHON,
        **RESHAPED,
        **UNSTRIDED,
        "check_arrays": _helper("check_arrays"),
        **dict.fromkeys(("dot", "matmul"), _xp("matmul")),
        "multiply": infix("*"),
        "scale": _xp("multiply"),
        "add": infix("+"),
        **dict.fromkeys(("sum", "total"), _sum),
        **{name: _xp(name) for name in _OWN},
        "range": lambda call, speller: ("tuple(", speller.text(Call("indices", call.args)), ")"),
        "indices": function("range"),
        "transpose": _transpose,
        "swapaxes": rewritten(lambda array, one, other: call("matrix_transpose", array)),
        "ravel": rewritten(lambda array: call("reshape", array, call("tuple", -1))),
        "index": _index,
        "conjugate": _helper("conj"),
        "broadcast": _xp("broadcast_to"),
        "diagonal of two": rewritten(_diagonal_of_two),
        "diagonal by axes": _helper("diagonal"),
        "embed in two": rewritten(_embedded_in_two),
        "embed by axes": _helper("embed"),
        "zeros": rewritten(_zeros),
        "zeros like": _helper("zeros"),
        "ndim": attribute("ndim"),
        "like": _helper("like"),
    },
    script=SCRIPT,
    helpers=HELPERS,
    traits=Traits(complex=True),
    pairwise=True,
    layered=True,
    copies=False,
    writable_views=False,
    casts=True,
    tensordots=True,
    any_library=True,
    local="xp = namespace({})",
)
"""Its modules are right for real and complex numbers alike, of any library of the standard."""
