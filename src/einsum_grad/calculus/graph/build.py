"""Nodes from nodes, each in the simplest form that needs no knowledge of functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from einsum_grad.calculus.graph.graph import (
    Along,
    Apply,
    Dims,
    Einsum,
    Graph,
    OfMatrix,
    Sum,
    dim_of,
    is_unit,
)
from einsum_grad.calculus.graph.product import (
    Part,
    Product,
    canonical,
    inlined,
    is_symmetric,
    pattern_of,
    power_of,
    with_powers,
)
from einsum_grad.plan import Labels, Pattern, normal_form

ONE = Fraction(1)
_FEW = 64
"""Powers of numbers below this are computed, as exact fractions."""

Terms = Iterable[tuple[Fraction, int]]
"""Nodes with the same axes, each with its coefficient."""


def einsum(graph: Graph, parts: Iterable[Part], output: Labels, coefficient: Fraction = ONE) -> int:
    """The node of a number times a product of nodes."""
    return of_product(graph, Product(coefficient, tuple(parts), output))


def of_product(graph: Graph, product: Product) -> int:
    """The node of a product."""
    product = with_powers(graph, inlined(graph, product))
    dims = tuple(map(dim_of, product.output))
    if product.coefficient == 0:
        return zero(graph, dims)
    parts = product.parts
    if len(parts) == 1 and _is_plain(graph, parts[0], product.output):
        return total(graph, [(product.coefficient, parts[0][0])], dims)
    if len(parts) == 1 and (moved := _transposed_sum(graph, parts[0], product)) is not None:
        return moved
    pattern = pattern_of(product)
    inner = normal_form(pattern).reduced.output
    if pattern.contracted() and inner != product.output:
        summed = of_product(graph, replace(product, output=inner))
        return einsum(graph, [(summed, inner)], product.output)
    made = canonical(graph, product)
    node = Einsum(pattern_of(made), dims, tuple(number for number, _ in made.parts))
    return total(graph, [(product.coefficient, graph.add(node))], dims)


def _transposed_sum(graph: Graph, part: Part, product: Product) -> int | None:
    """A sum that is transposed, as the sum of its transposed terms."""
    number, labels = part
    terms, output = terms_of(graph, number), product.output
    if len(terms) < 2 or len(set(labels)) < len(labels) or sorted(labels) != sorted(output):
        return None
    moved = [(c * product.coefficient, einsum(graph, [(x, labels)], output)) for c, x in terms]
    return total(graph, moved, tuple(map(dim_of, output)))


def _is_plain(graph: Graph, part: Part, output: Labels) -> bool:
    """Whether a product of one part is that part."""
    number, labels = part
    if len(set(labels)) < len(labels):
        return False
    return labels == output or (labels == output[::-1] and is_symmetric(graph, number))


def number(graph: Graph, value: Fraction | int, dims: Dims = ()) -> int:
    """An array whose entries are all `value`."""
    return einsum(graph, (), graph.fresh(dims), Fraction(value))


def zero(graph: Graph, dims: Dims) -> int:
    """The array of zeros."""
    return graph.add(Sum((), dims, ()))


def is_zero(graph: Graph, node: int) -> bool:
    """Whether a node is known to be zero."""
    return isinstance(found := graph[node], Sum) and not found.args


def total(graph: Graph, terms: Terms, dims: Dims) -> int:
    """The sum of multiples of nodes, like ones added; a multiple of a sum stays one."""
    found = _collected(pair for c, term in terms for pair in _scaled(graph, c, term))
    if len(found) > 1:
        every = ((c, term) for term, c in found.items())
        found = _collected(pair for c, term in every for pair in _expanded(graph, c, term))
    kept = sorted(found.items())
    if len(kept) == 1 and kept[0][1] == 1:
        return kept[0][0]
    if (pattern := _shared_pattern(graph, [arg for arg, _ in kept])) is not None:
        (given,) = pattern.inputs
        inside = tuple(map(dim_of, given))
        inner = [(c, _inner(graph, arg, inside)) for arg, c in kept]
        return einsum(graph, [(total(graph, inner, inside), given)], pattern.output)
    coefficients = tuple(coefficient for _, coefficient in kept)
    return graph.add(Sum(coefficients, dims, tuple(arg for arg, _ in kept)))


def _collected(terms: Terms) -> dict[int, Fraction]:
    """The coefficient of each node."""
    found: dict[int, Fraction] = {}
    for coefficient, number in terms:
        found[number] = found.get(number, Fraction(0)) + coefficient
    return {number: coefficient for number, coefficient in found.items() if coefficient}


def _scaled(graph: Graph, coefficient: Fraction, number: int) -> Terms:
    """A multiple of a node, which itself is no multiple; nothing if it is zero."""
    node = graph[number]
    if not isinstance(node, Sum) or len(node.args) > 1:
        return [(coefficient, number)]
    return [(coefficient * c, arg) for c, arg in zip(node.coefficients, node.args, strict=True)]


def _expanded(graph: Graph, coefficient: Fraction, number: int) -> Terms:
    """A multiple of a sum as multiples of its terms."""
    return [(coefficient * c, term) for c, term in terms_of(graph, number)]


def terms_of(graph: Graph, number: int) -> list[tuple[Fraction, int]]:
    """A node as a sum: its terms, or itself."""
    node = graph[number]
    if isinstance(node, Sum):
        return list(zip(node.coefficients, node.args, strict=True))
    return [(ONE, number)]


def _shared_pattern(graph: Graph, terms: Sequence[int]) -> Pattern | None:
    """The repetition that all of several terms are, but for numbers."""
    others = [term for term in terms if value_of(graph, term) is None]
    patterns = {getattr(_rearranged(graph, term), "pattern", None) for term in others}
    if len(terms) < 2 or len(patterns) != 1 or (found := patterns.pop()) is None:
        return None
    return found if len(found.output) > len(found.inputs[0]) else None


def _inner(graph: Graph, term: int, dims: Dims) -> int:
    """What a term of a shared pattern rearranges."""
    args = graph.args(term)
    return args[0] if args else number(graph, 1, dims)


def _rearranged(graph: Graph, number: int) -> Einsum | None:
    """The node, if it is another one transposed or repeated."""
    node = graph[number]
    if not isinstance(node, Einsum) or len(node.args) != 1:
        return None
    (given,), output = node.pattern.inputs, node.pattern.output
    plain = len(set(given)) == len(given) and len(set(output)) == len(output)
    return node if plain and set(output).issuperset(given) else None


def apply(
    graph: Graph, function: str, args: Sequence[int], exponent: Fraction = Fraction(0)
) -> int:
    """A function of the entries of nodes with the same axes."""
    if len(args) == 1:
        (arg,) = args
        if function == "power" and (known := _power(graph, arg, exponent)) is not None:
            return known
        if (inner := _inside(graph, arg)) is not None:
            number, given, output = inner
            made = apply(graph, function, [number], exponent)
            return einsum(graph, [(made, given)], output)
    return graph.add(Apply(function, graph.dims(args[0]), tuple(args), exponent))


def _inside(graph: Graph, arg: int) -> tuple[int, Labels, Labels] | None:
    """The node that `arg` is a transpose or a repetition of, and the labels of both."""
    terms = terms_of(graph, arg)
    if len(terms) != 1:
        return None
    ((coefficient, own),) = terms
    node = graph[own]
    if (found := _rearranged(graph, own)) is not None:
        (inner,), (given,) = found.args, found.pattern.inputs
    elif (
        isinstance(node, Einsum) and not node.args and node.dims and _distinct(node.pattern.output)
    ):
        inner, given = number(graph, 1), ()
        found = node
    else:
        return None
    return total(graph, [(coefficient, inner)], graph.dims(inner)), given, found.pattern.output


def _distinct(labels: Labels) -> bool:
    return len(set(labels)) == len(labels)


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


def value_of(graph: Graph, number: int) -> Fraction | None:
    """The number that all entries of a node are, if it is known."""
    found = Fraction(0)
    for coefficient, arg in terms_of(graph, number):
        node = graph[arg]
        if not isinstance(node, Einsum) or node.args or not _distinct(node.pattern.output):
            return None
        found += coefficient
    return found


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


def spread(graph: Graph, arg: int, given: Labels, output: Labels) -> int:
    """A node whose axes are `given`, repeated along the labels of `output` that it lacks."""
    return einsum(graph, [(arg, given)], output)


def rebuilt(graph: Graph, number: int, args: Sequence[int]) -> int:
    """The node with other arguments of the same axes, simplified anew."""
    node = graph[number]
    match node:
        case Einsum():
            parts = zip(args, node.pattern.inputs, strict=True)
            return einsum(graph, parts, node.pattern.output)
        case Sum():
            return total(graph, zip(node.coefficients, args, strict=True), node.dims)
        case Apply():
            return apply(graph, node.function, args, node.exponent)
        case Along():
            return along(graph, node.function, node.axes, args[0])
        case OfMatrix():
            return of_matrix(graph, node.function, args[0])
    return graph.add(replace(node))


def substituted(graph: Graph, root: int, by: dict[int, int]) -> int:
    """The node with others in the place of nodes; `by` remembers what was made."""
    todo = [root]
    while todo:
        number = todo[-1]
        missing = [arg for arg in graph.args(number) if arg not in by]
        if number in by or not missing:
            todo.pop()
            if number not in by:
                args = [by[arg] for arg in graph.args(number)]
                same = tuple(args) == graph.args(number)
                by[number] = number if same else rebuilt(graph, number, args)
        else:
            todo += missing
    return by[root]
