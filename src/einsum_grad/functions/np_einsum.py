"""`einsum`: np.einsum's call, run by compiled functions where those can run it."""

from __future__ import annotations

import functools
import string
from collections.abc import Iterator, Sequence
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
from einsum_grad.functions.compile import FUNCTIONS
from einsum_grad.functions.function import Function
from einsum_grad.plan import (
    AUTO,
    ELLIPSIS,
    Order,
    bind,
    check_legal,
    check_search,
    contraction_path,
    pattern_of,
    read_order,
    spell,
)
from einsum_grad.runtime.allocation import unallocated
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.operands import as_arrays
from einsum_grad.runtime.subclasses import check_plain
from einsum_grad.syntax import Equation, check_length, parse, pointed, read_call

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
) -> Any:
    """Evaluate an einsum: np.einsum's call in both its forms, with every keyword.

    Labels are those of opt_einsum, and there may be more labels and operands than NumPy takes. An
    ellipsis that the output lacks is summed over if an `optimize` other than False is given.
    `optimize` is what np.einsum takes, or what `compile` takes, where "auto" is our own search.
    `casting` is "safe" by default; where `optimize` is NumPy's own and not False it is up to NumPy,
    which converts to `dtype` and `out` there as its ufuncs do. Raises what np.einsum raises: a
    `PatternError` or `OperandError` is a ValueError, an `ArgumentTypeError` a TypeError.

    >>> einsum("ij,j->i", [[1, 2], [3, 4]], [1, 10])
    array([21, 43])
    >>> einsum([[1, 2], [3, 4]], [0, 1], [1, 0])
    array([[1, 3],
           [2, 4]])
    """
    if operands and isinstance(operands[0], str):
        text, given = operands[0], operands[1:]
        check_length(text)
    else:
        equation, given = read_call(operands, limited=optimize is False)
        text = equation.text
    arrays = as_arrays(given)
    check_plain(out, "out")
    chosen = order_of(optimize, text, arrays)
    asked: dict[str, Any] = {"dtype": dtype, "order": order, "casting": casting, "out": out}
    keywords = {name: value for name, value in asked.items() if not _is_default(name, value)}
    plain = not keywords or (keywords.keys() == {"casting"} and _is_word(casting, "safe"))
    if plain and all(array.dtype.kind in "biufc" for array in arrays):
        return _function(text, chosen)(*arrays)
    equation = parse(text)
    check_legal(equation)
    with _ours(equation):
        if _is_large(equation):
            return _converted(_function(text, chosen), arrays, **keywords)
        if _is_numpys(optimize):
            return np.einsum(_letters(equation), *arrays, optimize=optimize, **keywords)
        path = _path(equation, arrays, chosen)
        return np.einsum(
            _letters(equation), *arrays, optimize=path, **{"casting": "safe", **keywords}
        )


def _is_default(name: str, value: Any) -> bool:
    """Whether `value` is the default of `name`."""
    return value is None or (name == "order" and _is_word(value, "K"))


def _is_word(value: Any, word: str) -> bool:
    """Whether `value`, which may be anything, is `word`."""
    return isinstance(value, str) and value == word


def order_of(optimize: Any, text: str, operands: Sequence[Any]) -> Order:
    """Read `optimize` for the einsum `text`: what `compile` takes, or np.einsum's (name, limit).

    A pair of a name and a memory limit becomes the path that NumPy finds. What is too large for
    np.einsum can't be contracted at once: our own search decides then, also for a pair.
    Raises `OperandError` for an ellipsis summed over where np.einsum refuses that.

    >>> order_of(("greedy", 10), "ij,jk,kl->il", [[[1, 2]], [[1], [1]], [[3]]])
    ((0, 1), (0, 1))
    """
    if ELLIPSIS in text and (optimize is False or _is_word(optimize, AUTO)):
        _check_ellipsis(text, operands)
    pair = isinstance(optimize, (tuple, list)) and len(optimize) == 2
    check_search(optimize[0] if pair else optimize, len(operands))
    if not (pair and isinstance(optimize[0], str) and optimize[0] != "einsum_path"):
        order = read_order(False if optimize is None else optimize)
        return AUTO if order is False and _is_large(parse(text)) else order
    equation = parse(text)
    check_legal(equation)
    if _is_large(equation):
        return AUTO
    with _ours(equation):
        return read_order(np.einsum_path(_letters(equation), *operands, optimize=optimize)[0])


def _function(text: str, order: Order = AUTO) -> Function:
    """The compiled forward of `text`, which must be legal for np.einsum."""
    return FUNCTIONS.get(("einsum", text, order), lambda: _compile(text, order))


def _compile(text: str, order: Order) -> Function:
    check_legal(parse(text))
    return Function(Arguments(text, wrt=(), optimize=order))


def _check_ellipsis(text: str, operands: Sequence[Any]) -> None:
    """Raise `OperandError` where an ellipsis that the output lacks has axes.

    np.einsum sums over them along a path, and refuses where it contracts all operands at once.
    """
    equation = _without_dots(text)
    for term, operand in zip(equation.inputs if equation else (), operands, strict=False):
        if ELLIPSIS in term.names and np.ndim(operand) >= len(term.labels):
            start = next(label.start for label in term.labels if label.name == ELLIPSIS)
            raise OperandError(
                "the output lacks the ellipsis, over whose axes np.einsum sums only with an "
                f"optimize: give optimize=True, or use compile()\n{pointed(text, start)}"
            )


@functools.lru_cache(maxsize=1024)
def _without_dots(text: str) -> Equation | None:
    """The einsum `text`, if it has an output that lacks the ellipsis."""
    equation = parse(text)
    return None if equation.output is None or ELLIPSIS in equation.output.names else equation


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


def _letters(equation: Equation) -> str:
    """The einsum in letters that NumPy knows."""
    pattern = pattern_of(equation)
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
        return np.asarray(result, order=order)
    if np.shape(out) != np.shape(result):
        raise ValueError(f"out has shape {np.shape(out)}, and the output {np.shape(result)}")
    np.copyto(out, result, casting=casting)
    return out
