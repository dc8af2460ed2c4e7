"""`einsum`: np.einsum's call, run by compiled functions where those can run it."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from einsum_grad.emit import target_of
from einsum_grad.errors import (
    ArgumentTypeError,
    EinsumGradError,
    OperandError,
    OperandIndexError,
    OrderError,
    UnknownOrderError,
)
from einsum_grad.plan import (
    AUTO,
    ELLIPSIS,
    Order,
    bind,
    check_legal,
    contraction_path,
    pattern_of,
    read_order,
    request,
    spell,
)
from einsum_grad.runtime.compile import FUNCTIONS
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.function import Arguments, Function
from einsum_grad.runtime.variant import as_array
from einsum_grad.syntax import Equation, check_length, parse, pointed, read_call

_NUMPY_OPERANDS = 63

_OURS: dict[type[Exception], type[EinsumGradError]] = {
    TypeError: ArgumentTypeError,
    KeyError: UnknownOrderError,
    IndexError: OperandIndexError,
    RuntimeError: OrderError,
    OverflowError: OperandError,
    ValueError: OperandError,
}
"""What np.einsum raises, and the refusal of ours that is one of these too."""


def einsum(
    *operands: Any,
    out: Array | None = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = "safe",
    optimize: Any = "auto",
) -> Any:
    """Evaluate an einsum: np.einsum's call in both its forms, with every keyword.

    Any Unicode letter is a label, and there may be more labels and operands than NumPy takes.
    `optimize` is what np.einsum takes, or what `compile` takes, where "auto" is our own search.
    Raises what np.einsum raises: a `PatternError` or `OperandError` is a ValueError, an
    `ArgumentTypeError` a TypeError.

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
        equation, given = read_call(operands)
        text = equation.text
    arrays = [as_array(operand, f"operand {n}") for n, operand in enumerate(given)]
    chosen = order_of(optimize, text, arrays)
    order = "K" if order is None else order
    names = isinstance(order, str) and isinstance(casting, str)
    plain = out is None and dtype is None and names and order == "K" and casting == "safe"
    numeric = all(array.dtype.kind in "biufc" for array in arrays)
    if plain and numeric:
        return _function(text, chosen)(*arrays)
    keywords = {"dtype": dtype, "order": order, "casting": casting}
    return _numpy(text, arrays, chosen, keywords if out is None else {**keywords, "out": out})


def order_of(optimize: Any, text: str, operands: Sequence[Any]) -> Order:
    """Read `optimize` for the einsum `text`: what `compile` takes, or np.einsum's name and limit.

    Such a pair of a name and a limit of memory becomes the path that NumPy finds. What is too large
    for np.einsum can't be contracted at once: then our own search decides, as it does for a pair.

    >>> order_of(("greedy", 10), "ij,jk,kl->il", [[[1, 2]], [[1], [1]], [[3]]])
    ((0, 1), (0, 1))
    """
    pair = isinstance(optimize, (tuple, list)) and len(optimize) == 2
    if not (pair and isinstance(optimize[0], str) and optimize[0] != "einsum_path"):
        order = read_order(False if optimize is None else optimize)
        return AUTO if order is False and _is_large(parse(text)) else order
    equation = parse(text)
    check_legal(equation)
    if _is_large(equation):
        return AUTO
    pattern = pattern_of(equation)
    with _ours(equation):
        subscripts = str(pattern.rename(spell(pattern)))
        return read_order(np.einsum_path(subscripts, *operands, optimize=optimize)[0])


def _function(text: str, order: Order = AUTO) -> Function:
    """The compiled forward of `text`, which np.einsum must have a meaning for."""
    return FUNCTIONS.get(("einsum", text, order), lambda: _compile(text, order))


def _compile(text: str, order: Order) -> Function:
    equation = parse(text)
    check_legal(equation)
    asked = request(equation, wrt=(), optimize=order)
    return Function(asked, target_of("numpy"), Arguments(text, wrt=(), optimize=order))


def _numpys(equation: Equation, arrays: Sequence[Array], order: Order) -> Any:
    """`order` as np.einsum takes it: ours and opt_einsum's as the path that they choose."""
    if order in (AUTO, False):
        return order == AUTO and len(arrays) > 2
    if isinstance(order, tuple):
        return ["einsum_path", *order]
    bound = bind(equation, pattern_of(equation), [array.shape for array in arrays])
    return ["einsum_path", *contraction_path(bound.pattern, dict(bound.sizes), order)]


def _is_large(equation: Equation) -> bool:
    """Whether `equation` has more labels or operands than np.einsum takes."""
    labels = {label.name for label in equation.labels()} - {ELLIPSIS}
    return len(labels) > len(string.ascii_letters) or len(equation.inputs) > _NUMPY_OPERANDS


def _numpy(text: str, arrays: Sequence[Array], order: Order, keywords: dict[str, Any]) -> Any:
    """Hand over to np.einsum, in letters that it knows; what is too large for it is ours."""
    equation = parse(text)
    check_legal(equation)
    pattern = pattern_of(equation)
    with _ours(equation):
        if _is_large(equation):
            return _converted(_function(text, order), arrays, **keywords)
        path, letters = _numpys(equation, arrays, order), pattern.rename(spell(pattern))
        return np.einsum(str(letters), *arrays, optimize=path, **keywords)


@contextmanager
def _ours(equation: Equation) -> Iterator[None]:
    """What NumPy raises for `equation` as a refusal of ours."""
    try:
        yield
    except EinsumGradError:
        raise
    except tuple(_OURS) as error:
        ours = next(ours for theirs, ours in _OURS.items() if isinstance(error, theirs))
        raise ours(f"{error}\n{pointed(equation.text, 0)}") from error


def _converted(
    function: Function,
    arrays: Sequence[Array],
    dtype: Any,
    order: Any,
    casting: Any,
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
