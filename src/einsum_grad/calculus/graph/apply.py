"""Functions of nodes: powers, functions of entries, along axes, and of matrices."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from einsum_grad.calculus.graph.graph import Along, Apply, Einsum, Graph, OfMatrix, dim_of, is_unit
from einsum_grad.calculus.graph.product import power_of
from einsum_grad.calculus.graph.sums import (
    einsum,
    is_ones,
    number,
    rearranged,
    terms_of,
    total,
    value_of,
)
from einsum_grad.plan import Labels

_FEW = 64
"""Powers of numbers below this are computed, as exact fractions."""


def apply(
    graph: Graph, function: str, args: Sequence[int], exponent: Fraction = Fraction(0)
) -> int:
    """A function of the entries of nodes with the same axes."""
    if (chosen := _decided(graph, function, args)) is not None:
        return chosen
    if len(args) == 1:
        (arg,) = args
        if function == "power" and (known := _power(graph, arg, exponent)) is not None:
            return known
        if (inner := _inside(graph, arg)) is not None:
            number, given, output = inner
            made = apply(graph, function, [number], exponent)
            return einsum(graph, [(made, given)], output)
    return graph.add(Apply(function, graph.dims(args[0]), tuple(args), exponent))


def _decided(graph: Graph, function: str, args: Sequence[int]) -> int | None:
    """A function of numbers that is a whole number, or what a known condition chooses."""
    if function == "where" and (known := value_of(graph, args[0])) is not None:
        return args[1] if known else args[2]
    if len(args) == 1 and (value := _VALUES.get((function, value_of(graph, args[0])))) is not None:
        return number(graph, value, graph.dims(args[0]))
    if (holds := _COMPARISONS.get(function)) is None:
        return None
    one, other = (value_of(graph, arg) for arg in args)
    if one is None or other is None:
        return None
    return number(graph, int(holds(one, other)), graph.dims(args[0]))


_VALUES: Mapping[tuple[str, Fraction | None], int] = {
    ("exp", Fraction(0)): 1,
    ("expm1", Fraction(0)): 0,
    ("log", Fraction(1)): 0,
    ("log1p", Fraction(0)): 0,
}

_COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "less": operator.lt,
    "greater": operator.gt,
    "less_equal": operator.le,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}


def _inside(graph: Graph, arg: int) -> tuple[int, Labels, Labels] | None:
    """The node that `arg` is a transpose or a repetition of, and the labels of both."""
    terms = terms_of(graph, arg)
    if len(terms) != 1:
        return None
    ((coefficient, own),) = terms
    node = graph[own]
    if (found := rearranged(graph, own)) is not None:
        (inner,), (given,) = found.args, found.pattern.inputs
    elif is_ones(node) and node.dims:
        inner, given, found = number(graph, 1), (), node
    else:
        return None
    return total(graph, [(coefficient, inner)], graph.dims(inner)), given, found.pattern.output


def power(graph: Graph, arg: int, exponent: Fraction | int) -> int:
    """A constant power of the entries of a node."""
    return apply(graph, "power", [arg], Fraction(exponent))


def _power(graph: Graph, arg: int, exponent: Fraction) -> int | None:
    """A power that is another node."""
    if exponent == 1:
        return arg
    if exponent == 0:
        return number(graph, 1, graph.dims(arg))
    base, inner = power_of(graph, arg)
    whole = inner.denominator == exponent.denominator == 1
    if base != arg and (whole or (inner == Fraction(1, 2) and exponent == 2)):
        return power(graph, base, inner * exponent)
    terms = terms_of(graph, arg)
    if not terms and exponent > 0:
        return arg
    if len(terms) == 1 and terms[0][0] != 1 and exponent.denominator == 1 and abs(exponent) < _FEW:
        scaled = terms[0][0] ** int(exponent)
        return total(graph, [(scaled, power(graph, terms[0][1], exponent))], graph.dims(arg))
    if exponent.denominator == 1 and value_of(graph, arg) == 1 and not graph.dims(arg):
        return arg
    return None


def along(graph: Graph, function: str, axes: Iterable[int], arg: int) -> int:
    """A function along axes of a node, which are gone afterwards; of one entry it is that entry."""
    gone, labels = set(axes), graph.fresh(graph.dims(arg))
    longer = tuple(x for at, x in enumerate(labels) if at not in gone or not is_unit(x))
    arg = einsum(graph, [(arg, labels)], longer)
    axes = tuple(at for at, x in enumerate(longer) if labels.index(x) in gone)
    kept = tuple(dim_of(x) for at, x in enumerate(longer) if at not in axes)
    return graph.add(Along(function, axes, kept, (arg,))) if axes else arg


def of_matrix(graph: Graph, function: str, arg: int) -> int:
    """A function of matrices, the last two axes of a node."""
    diagonal = _diagonal(graph, arg)
    if diagonal is not None and function in _OF_DIAGONAL:
        return _OF_DIAGONAL[function](graph, diagonal)
    dims = graph.dims(arg) if function == "inv" else graph.dims(arg)[:-2]
    return graph.add(OfMatrix(function, dims, (arg,)))


def _diagonal(graph: Graph, arg: int) -> int | None:
    """The diagonal of a matrix that is known to have nothing else."""
    terms = terms_of(graph, arg)
    node = graph[terms[0][1]] if len(terms) == 1 else None
    if (
        not isinstance(node, Einsum)
        or len(node.pattern.output) != 2
        or len(set(node.pattern.output)) > 1
    ):
        return None
    parts = zip(node.args, node.pattern.inputs, strict=True)
    return einsum(graph, parts, node.pattern.output[:1], terms[0][0])


def _inv_of_diagonal(graph: Graph, diagonal: int) -> int:
    labels = graph.fresh(graph.dims(diagonal))
    return einsum(graph, [(power(graph, diagonal, -1), labels)], labels * 2)


def _logdet_of_diagonal(graph: Graph, diagonal: int) -> int:
    labels = graph.fresh(graph.dims(diagonal))
    logs = apply(graph, "log", [apply(graph, "abs", [diagonal])])
    return einsum(graph, [(logs, labels)], ())


_OF_DIAGONAL = {"inv": _inv_of_diagonal, "logdet": _logdet_of_diagonal}
