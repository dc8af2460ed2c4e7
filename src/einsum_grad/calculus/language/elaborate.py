"""Pass 1: a `Sentence` to nodes; axes meet by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from einsum_grad.calculus.graph.graph import Graph, Kind
from einsum_grad.calculus.graph.sums import ONE, einsum, number, total, value_of
from einsum_grad.calculus.language.broadcast import added, elementwise, matmul, multiplied
from einsum_grad.calculus.language.calls import called
from einsum_grad.calculus.language.functions import powered
from einsum_grad.calculus.language.reader import Reader
from einsum_grad.calculus.language.rules import COMPARISONS
from einsum_grad.calculus.language.subscripts import indexed
from einsum_grad.plan import ELLIPSIS
from einsum_grad.syntax import expression as ast
from einsum_grad.syntax import parse_expression, start_of
from einsum_grad.visible import visible


def elaborate(
    graph: Graph, text: str, names: Mapping[str, int], dims: frozenset[str] = frozenset()
) -> int:
    """The node of the sentence `text`, in which `names` are nodes.

    Raises `ExpressionError`, which points at the mistake.

    >>> from einsum_grad.calculus.graph.graph import Graph, Kind
    >>> graph = Graph()
    >>> x = graph.leaf(Kind.ARRAY, "x", ("n",))
    >>> graph[elaborate(graph, "x[:, None] * x", {"x": x})].dims
    ('n', 'n')
    """
    sentence = parse_expression(text)
    reader = Reader(graph, text, dict(names), dims)
    for line in sentence.lines:
        reader.names[line.name] = read(reader, line.value)
    return read(reader, sentence.result)


def read(reader: Reader, given: ast.Expression) -> int:
    """The node of an expression; a comparison is 1 where it holds, else 0."""
    found = read_condition(reader, given)
    if not isinstance(given, ast.Binary) or given.operator not in _COMPARISONS:
        return found
    graph = reader.graph
    return elementwise(graph, "where", found, number(graph, 1), number(graph, 0))


def read_condition(reader: Reader, given: ast.Expression) -> int:
    """The node of an expression, or of a comparison as it is."""
    return _READERS[type(given)](reader, given)


def _name(reader: Reader, given: ast.Name) -> int:
    """An array, pi, or the size of a dimension."""
    if given.name in reader.names:
        return reader.names[given.name]
    if given.name == "pi":
        return reader.graph.leaf(Kind.PI, "pi")
    if given.name in reader.dims:
        return reader.graph.size(given.name)
    raise reader.unknown("name", given.name, {*reader.names, *reader.dims, "pi"}, given.start)


def _negative(reader: Reader, given: ast.Negative) -> int:
    value = read(reader, given.value)
    return total(reader.graph, [(-ONE, value)], reader.graph.dims(value))


def _binary(reader: Reader, given: ast.Binary) -> int:
    """Operators of one rank in a row, however many."""
    links = [given]
    while isinstance(left := links[-1].left, ast.Binary) and left.operator not in _COMPARISONS:
        links.append(left)
    found = read(reader, links[-1].left)
    for link in reversed(links):
        other = read(reader, link.right)
        found = reader.at(link.start, OPERATORS[link.operator], reader.graph, found, other)
    return found


def _attribute(reader: Reader, given: ast.Attribute) -> int:
    if given.name == "pi":
        return _name(reader, ast.Name("pi", given.start))
    if given.name not in ("T", "mT"):
        raise reader.error(f".{visible(given.name)} is unknown: there are .T and .mT", given.start)
    value = read(reader, given.value)
    labels = reader.graph.fresh(reader.graph.dims(value))
    if given.name == "mT" and len(labels) < 2:
        raise reader.error(".mT transposes matrices, and this is none", given.start)
    stack = labels[:-2] if given.name == "mT" else ()
    return einsum(reader.graph, [(value, labels)], (*stack, *labels[len(stack) :][::-1]))


def _subscript(reader: Reader, given: ast.Subscript) -> int:
    entries = []
    for index in given.indices:
        if isinstance(index, ast.Mark):
            entries.append(index.text)
        elif isinstance(index, ast.Name) and index.name == "None":
            entries.append("None")
        else:
            message = f"an index is : or None or {ELLIPSIS}, as no entries are picked here"
            raise reader.error(message, start_of(index))
    return reader.at(given.start, indexed, reader.graph, read(reader, given.value), entries)


def _call(reader: Reader, given: ast.Call) -> int:
    return called(reader, given, read, read_condition)


def _no_value(reader: Reader, given: ast.Items | ast.String) -> int:
    raise reader.error("this is no array and no number", given.start)


_READERS: Mapping[type, Callable[..., int]] = {
    ast.Number: lambda reader, given: number(reader.graph, given.value),
    ast.Name: _name,
    ast.Negative: _negative,
    ast.Binary: _binary,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.Items: _no_value,
    ast.String: _no_value,
}


def _power(graph: Graph, base: int, exponent: int) -> int:
    known = value_of(graph, exponent)
    if known is not None and not graph.dims(exponent):
        return powered(graph, base, known)
    return elementwise(graph, "pow", base, exponent)


def _compared(name: str) -> Callable[[Graph, int, int], int]:
    return lambda graph, one, other: elementwise(graph, name, one, other)


_COMPARISONS: Mapping[str, str] = {sign: name for name, sign in COMPARISONS.items()}

OPERATORS: Mapping[str, Callable[[Graph, int, int], int]] = {
    "+": added,
    "-": lambda graph, one, other: added(graph, one, other, -ONE),
    "*": multiplied,
    "/": lambda graph, one, other: multiplied(graph, one, powered(graph, other, -1)),
    "@": matmul,
    "**": _power,
    **{sign: _compared(name) for sign, name in _COMPARISONS.items()},
}
