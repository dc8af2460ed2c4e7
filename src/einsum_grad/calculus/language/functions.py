"""The functions of the language: what each makes of its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from einsum_grad.calculus.graph.apply import along, apply, of_matrix, power
from einsum_grad.calculus.graph.graph import Graph, dim_of, is_unit
from einsum_grad.calculus.graph.sums import ONE, einsum, spread, total, value_of
from einsum_grad.calculus.language.broadcast import (
    MismatchError,
    added,
    dot,
    elementwise,
    multiplied,
)
from einsum_grad.plan import UNIT, Labels

Axes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """What a call makes, how many arguments it takes, and whether it takes axis= and keepdims=.

    `make` gets the graph and the arguments, then the axes (None for all), then keepdims.
    """

    make: Callable[..., int]
    count: int = 1
    axes: bool = False
    keepdims: bool = False
    positional: bool = True
    """Whether axis may be the second argument, without its name; of NumPy's norm that is ord."""


def _reduced(graph: Graph, labels: Labels, axes: Axes | None, keepdims: bool) -> Labels:
    """The labels that are left without `axes`, with 1 in their places if they are kept."""
    gone = range(len(labels)) if axes is None else axes
    found = list[str]()
    for axis, label in enumerate(labels):
        if axis not in gone:
            found.append(label)
        elif keepdims:
            found += graph.fresh((UNIT,))
    return tuple(found)


def _sum(graph: Graph, x: int, axes: Axes | None, keepdims: bool) -> int:
    labels = graph.fresh(graph.dims(x))
    return einsum(graph, [(x, labels)], _reduced(graph, labels, axes, keepdims))


def _mean(graph: Graph, x: int, axes: Axes | None, keepdims: bool) -> int:
    labels = graph.fresh(graph.dims(x))
    left = _reduced(graph, labels, axes, keepdims)
    gone = [label for label in labels if label not in left and not is_unit(label)]
    sizes = [(power(graph, graph.size(dim_of(label)), -1), ()) for label in gone]
    return einsum(graph, [(x, labels), *sizes], left)


def _along(name: str, graph: Graph, x: int, axes: Axes | None, keepdims: bool) -> int:
    dims = graph.dims(x)
    labels = graph.fresh(dims)
    gone = tuple(range(len(dims))) if axes is None else axes
    rest = _reduced(graph, labels, gone, keepdims=False)
    kept = _reduced(graph, labels, gone, keepdims)
    return spread(graph, along(graph, name, gone, x), rest, kept)


def _log_softmax(graph: Graph, x: int, axes: Axes | None) -> int:
    labels = graph.fresh(graph.dims(x))
    gone = (len(labels) - 1,) if axes is None else axes
    rest = _reduced(graph, labels, gone, keepdims=False)
    whole = spread(graph, along(graph, "logsumexp", gone, x), rest, labels)
    return total(graph, [(ONE, x), (-ONE, whole)], graph.dims(x))


def _softmax(graph: Graph, x: int, axes: Axes | None) -> int:
    return apply(graph, "exp", [_log_softmax(graph, x, axes)])


def _norm(graph: Graph, x: int, axes: Axes | None, keepdims: bool) -> int:
    return power(graph, _sum(graph, power(graph, x, 2), axes, keepdims), Fraction(1, 2))


def _trace(graph: Graph, x: int) -> int:
    labels = graph.fresh(_square(graph, x))
    diagonal = (*labels[:-1], labels[-2])
    return einsum(graph, [(x, diagonal)], labels[:-2])


def _diag(graph: Graph, x: int) -> int:
    dims = graph.dims(x)
    if len(dims) == 1:
        labels = graph.fresh(dims)
        return einsum(graph, [(x, labels)], labels * 2)
    (row, _) = graph.fresh(_square(graph, x, only=True))
    return einsum(graph, [(x, (row, row))], (row,))


def _outer(graph: Graph, x: int, y: int) -> int:
    left, right = graph.fresh(graph.dims(x)), graph.fresh(graph.dims(y))
    if len(left) > 1 or len(right) > 1:
        raise MismatchError("outer takes vectors: einsum says it of arrays with more axes")
    left, right = left or graph.fresh((UNIT,)), right or graph.fresh((UNIT,))
    given = (left[: len(graph.dims(x))], right[: len(graph.dims(y))])
    return einsum(graph, [(x, given[0]), (y, given[1])], (*left, *right))


def _of_matrix(name: str, graph: Graph, x: int) -> int:
    _square(graph, x)
    return of_matrix(graph, name, x)


def _square(graph: Graph, x: int, only: bool = False) -> tuple[str, ...]:
    """The axes of a node, of which the last two are the same; with `only`, there are no others."""
    dims = graph.dims(x)
    if len(dims) < 2 or dims[-1] != dims[-2] or (only and len(dims) > 2):
        shown = f"the axes {' '.join(dims)}" if dims else "no axes"
        raise MismatchError(
            f"this takes a square matrix, with twice the same axis, and not {shown}"
        )
    return dims


def _unary(name: str) -> Function:
    return Function(lambda graph, x: apply(graph, name, [x]))


def powered(graph: Graph, base: int, exponent: Fraction | int) -> int:
    """A constant power; raises `MismatchError` for one of a number that has none."""
    known = value_of(graph, base)
    if known == 0 and exponent < 0:
        raise MismatchError("this is a division by 0")
    if known is not None and known < 0 and Fraction(exponent).denominator > 1:
        raise MismatchError(f"{known} has no real power {exponent}")
    return power(graph, base, exponent)


def _powers(exponent: Fraction | int) -> Function:
    return Function(lambda graph, x: powered(graph, x, exponent))


def _logarithm(name: str, least: int) -> Function:
    """A logarithm, of numbers above `least`."""

    def make(graph: Graph, x: int) -> int:
        known = value_of(graph, x)
        if known is not None and known <= least:
            raise MismatchError(f"{known} has no {name}")
        return apply(graph, name, [x])

    return Function(make)


def _where(graph: Graph, condition: int, x: int, y: int) -> int:
    return elementwise(graph, "where", condition, x, y)


def _logaddexp(graph: Graph, x: int, y: int) -> int:
    return apply(graph, "log", [added(graph, apply(graph, "exp", [x]), apply(graph, "exp", [y]))])


def _binary(name: str) -> Function:
    return Function(lambda graph, x, y: elementwise(graph, name, x, y), 2)


def _reducing(make: Callable[..., int], keepdims: bool = True) -> Function:
    return Function(make, 1, True, keepdims)


ELEMENTWISE = (
    *("exp", "log", "log1p", "expm1", "sin", "cos", "tanh", "sigmoid", "relu", "softplus", "abs"),
    *("sign",),
)

FUNCTIONS: Mapping[str, Function] = {
    **{name: _unary(name) for name in ELEMENTWISE},
    "log": _logarithm("log", 0),
    "log1p": _logarithm("log1p", -1),
    "sqrt": _powers(Fraction(1, 2)),
    "square": _powers(2),
    "maximum": _binary("maximum"),
    "minimum": _binary("minimum"),
    "logaddexp": Function(_logaddexp, 2),
    "where": Function(_where, 3),
    "sum": _reducing(_sum),
    "mean": _reducing(_mean),
    "max": _reducing(partial(_along, "max")),
    "min": _reducing(partial(_along, "min")),
    "logsumexp": _reducing(partial(_along, "logsumexp")),
    "norm": Function(_norm, 1, axes=True, keepdims=True, positional=False),
    "softmax": _reducing(_softmax, keepdims=False),
    "log_softmax": _reducing(_log_softmax, keepdims=False),
    "trace": Function(_trace),
    "diag": Function(_diag),
    "outer": Function(_outer, 2),
    "dot": Function(dot, 2),
    "multiply": Function(multiplied, 2),
    **{name: Function(partial(_of_matrix, name)) for name in ("inv", "logdet", "det")},
}
