"""`einsum`: np.einsum's call, run by compiled functions where those can run it."""

from __future__ import annotations

import functools
import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from einsum_grad.errors import (
    ArgumentTypeError,
    EinsumGradError,
    OperandError,
    OperandIndexError,
    OrderError,
    UnknownOrderError,
)
from einsum_grad.functions.compile import compiled
from einsum_grad.functions.einsum_call import (
    check_no_keywords,
    check_sizes,
    is_numpys_call,
    is_word,
    parsed,
    read_einsum,
    shapes_of,
)
from einsum_grad.functions.function import Function
from einsum_grad.plan import (
    AUTO,
    ELLIPSIS,
    Order,
    bind,
    check_search,
    contraction_path,
    normal_form,
    pattern_of,
    read_order,
    spell,
)
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.generated.allocation import unallocated
from einsum_grad.runtime.libraries.library import of_library
from einsum_grad.runtime.operands.arrays import as_arrays
from einsum_grad.runtime.operands.kinds import calls_of
from einsum_grad.runtime.operands.subclasses import check_plain
from einsum_grad.syntax import Equation, parse, pointed

_NUMPY_OPERANDS = 63

_NUMPYS = ("greedy", "optimal", "einsum_path")
"""np.einsum's own searches, and the word that it wants before a path."""

_OURS: dict[type[Exception], type[EinsumGradError]] = {
    TypeError: ArgumentTypeError,
    KeyError: UnknownOrderError,
    IndexError: OperandIndexError,
    RuntimeError: OrderError,
    OverflowError: OperandError,
    ValueError: OperandError,
    AttributeError: OperandError,
}
"""What np.einsum raises, and our error in its place."""


def einsum(
    *operands: Any,
    out: Array | None = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = None,
    optimize: Any = "auto",
    notation: str = "letters",
    sizes: Mapping[Any, int] | None = None,
) -> Any:
    """Evaluate an einsum: np.einsum's call in both its forms, with every keyword.

    Labels are those of opt_einsum, and there may be more labels and operands than NumPy takes. An
    ellipsis that the output lacks is summed over if an `optimize` other than False is given.
    `optimize` is what np.einsum takes, or what `compile` takes, where "auto" is our own search.
    `casting` is "safe" by default; where `optimize` is NumPy's own and not False it is up to NumPy,
    which converts to `dtype` and `out` there as its ufuncs do. With a `notation` or `sizes` the
    language is that of `compile`; operands are then cast before, and the result after. Operands of
    other kinds than arrays get the calls of their kind, which take no keyword but these and
    `optimize`. Raises what np.einsum raises: a `PatternError` or `OperandError` is a ValueError, an
    `ArgumentTypeError` a TypeError.

    >>> einsum("ij,j->i", [[1, 2], [3, 4]], [1, 10])
    array([21, 43])
    >>> einsum([[1, 2], [3, 4]], [0, 1], [1, 0])
    array([[1, 3],
           [2, 4]])
    """
    asked, given = read_einsum(operands, notation, sizes, limited=optimize is False)
    arguments = _ordered(asked, optimize, given)
    check_sizes(arguments, given)
    keywords = _changed(dtype=dtype, order=order, casting=casting, out=out)
    calls = calls_of((*given, out), arguments, True)
    if calls is not None:
        check_no_keywords(keywords)
        return calls.forward(given)
    if of_library(given):
        check_no_keywords(keywords)
        return compiled(arguments)(*given)
    arrays = as_arrays(given)
    if out is not None:
        check_plain(out, "out")
    if not keywords and all(array.dtype.kind in "biufc" for array in arrays):
        return compiled(arguments)(*arrays)
    equation = parsed(arguments)
    with _ours(equation):
        if _is_large(equation) or not is_numpys_call(arguments):
            return _converted(compiled(arguments), arrays, **keywords)
        if _is_numpys(optimize):
            return np.einsum(_letters(arguments), *arrays, optimize=optimize, **keywords)
        path = _path(equation, arrays, arguments.optimize)
        return np.einsum(
            _letters(arguments), *arrays, optimize=path, **{"casting": "safe", **keywords}
        )


def _changed(**keywords: Any) -> dict[str, Any]:
    """The `keywords` that change something; casting "safe" alone casts nothing."""
    if is_word(keywords["order"], "K"):
        keywords["order"] = None
    changed = {name: value for name, value in keywords.items() if value is not None}
    alone = changed.keys() == {"casting"} and is_word(changed["casting"], "safe")
    return {} if alone else changed


def _ordered(arguments: Arguments, optimize: Any, operands: Sequence[Any]) -> Arguments:
    """`arguments` with an order of contraction: what `compile` takes, or np.einsum's (name, limit).

    A pair of a name and a memory limit becomes the path that NumPy finds for what is contracted.
    What is too large for np.einsum can't be contracted at once: our own search decides then, also
    for a pair. Raises `OperandError` for an ellipsis summed over where np.einsum refuses that.
    """
    automatic = is_word(optimize, AUTO)
    if (automatic or optimize is False) and is_numpys_call(arguments):
        _check_ellipsis(arguments, operands)
    if automatic:
        return arguments
    pair = isinstance(optimize, (tuple, list)) and len(optimize) == 2
    check_search(optimize[0] if pair else optimize, len(operands))
    equation = parsed(arguments)
    large = _is_large(equation)
    if not (pair and isinstance(optimize[0], str) and optimize[0] != "einsum_path"):
        order = read_order(False if optimize is None else optimize)
        return arguments if order is False and large else arguments._replace(optimize=order)
    if large:
        return arguments
    with _ours(equation):
        shaped = [np.broadcast_to(0.0, shape) for shape in shapes_of(operands)]
        path, _ = np.einsum_path(_letters(arguments), *shaped, optimize=optimize)
    return arguments._replace(optimize=read_order(path))


def _check_ellipsis(arguments: Arguments, operands: Sequence[Any]) -> None:
    """Raise `OperandError` where an ellipsis that the output lacks has axes.

    np.einsum sums over them along a path, and refuses where it contracts all operands at once.
    """
    equation = _without_dots(arguments.pattern)
    if equation is None:
        return
    for term, shape in zip(equation.inputs, shapes_of(operands), strict=False):
        if ELLIPSIS in term.names and len(shape) >= len(term.labels):
            start = next(label.start for label in term.labels if label.name == ELLIPSIS)
            raise OperandError(
                "the output lacks the ellipsis, over whose axes np.einsum sums only with an "
                f"optimize: give optimize=True, or use compile()\n{pointed(equation.text, start)}"
            )


@functools.lru_cache(maxsize=1024)
def _without_dots(text: str) -> Equation | None:
    """The einsum `text`, if it has an output that lacks an ellipsis."""
    equation = parse(text)
    dots = ELLIPSIS in text and equation.output and ELLIPSIS not in equation.output.names
    return equation if dots else None


def _is_numpys(optimize: Any) -> bool:
    """Whether np.einsum takes `optimize` as it is: alone, or as the first of a list."""
    first = optimize[0] if isinstance(optimize, (tuple, list)) and optimize else optimize
    return first is None or isinstance(first, bool) or (isinstance(first, str) and first in _NUMPYS)


def _path(equation: Equation, arrays: Sequence[Array], order: Order) -> Any:
    """`order` as a path that np.einsum takes: ours and opt_einsum's, or one that was given."""
    if order in (AUTO, False):
        return order == AUTO and len(arrays) > 2
    if isinstance(order, tuple):
        return ["einsum_path", *order]
    bound = bind(equation, pattern_of(equation), [array.shape for array in arrays])
    return ["einsum_path", *contraction_path(bound.pattern, dict(bound.sizes), order)]


def _letters(arguments: Arguments) -> str:
    """What is contracted, in letters that NumPy knows: all that the call says if it is NumPy's."""
    pattern = normal_form(pattern_of(parsed(arguments), dict(arguments.sizes or ()))).reduced
    return str(pattern.rename(spell(pattern)))


def _is_large(equation: Equation) -> bool:
    """Whether `equation` has more labels or operands than np.einsum takes."""
    labels = {label.name for label in equation.labels()} - {ELLIPSIS}
    return len(labels) > len(string.ascii_letters) or len(equation.inputs) > _NUMPY_OPERANDS


@contextmanager
def _ours(equation: Equation) -> Iterator[None]:
    """Turn what NumPy raises for `equation` into an error of ours."""
    try:
        yield
    except EinsumGradError:
        raise
    except MemoryError as error:
        raise unallocated(error, len(equation.inputs)) from error
    except tuple(_OURS) as error:
        ours = next(ours for theirs, ours in _OURS.items() if isinstance(error, theirs))
        raise ours(f"{error}\n{pointed(equation.text, 0)}") from error


def _converted(
    function: Function,
    arrays: Sequence[Array],
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
    out: Any = None,
) -> Any:
    """np.einsum's keywords around a compiled function."""
    if dtype is not None:
        arrays = [array.astype(dtype, casting=casting) for array in arrays]
    result = function(*arrays)
    if out is None:
        return np.asarray(result, order=order)[()]
    if np.shape(out) != np.shape(result):
        raise ValueError(f"out has shape {np.shape(out)}, and the output {np.shape(result)}")
    np.copyto(out, result, casting=casting)
    return out
