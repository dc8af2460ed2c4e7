"""Calls of functions: their arguments, axis= and keepdims=."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from einsum_grad.calculus.graph.graph import Dims
from einsum_grad.calculus.graph.sums import einsum, number
from einsum_grad.calculus.language.functions import FUNCTIONS, Axes, Function
from einsum_grad.calculus.language.reader import Reader
from einsum_grad.calculus.language.subscripts import contracted
from einsum_grad.plan import UNIT
from einsum_grad.syntax import expression as ast
from einsum_grad.syntax import start_of

Read = Callable[[Reader, ast.Expression], int]
"""What reads an argument."""

MODULES = frozenset({"np", "numpy", "jnp", "torch", "linalg", "special", "scipy"})
"""What may stand before a function and a dot: where NumPy and others keep it."""

METHODS = frozenset({"sum", "mean", "dot", "trace", "max", "min"})


def called(reader: Reader, given: ast.Call, read: Read, read_condition: Read) -> int:
    """The node of a call."""
    name, start, arguments = _function(reader, given)
    if name in _SPECIAL:
        return _SPECIAL[name](reader, given, read)
    if name not in FUNCTIONS:
        if name in reader.names:
            raise reader.error(f"{name} is an array: a product is written *", start)
        raise reader.unknown("function", name, [*FUNCTIONS, *_SPECIAL], start)
    function = FUNCTIONS[name]
    keywords = _keywords(reader, given)
    if function.axes and function.positional and len(arguments) == 2 and "axis" not in keywords:
        *arguments, axis = arguments
        keywords["axis"] = ast.Keyword("axis", axis, start_of(axis))
    _check(reader, name, function, len(arguments), keywords, start)
    first, *others = arguments
    condition = read_condition if name == "where" else read
    values = [condition(reader, first), *(read(reader, each) for each in others)]
    options: list[object] = []
    if function.axes:
        options.append(_axes(reader, keywords.get("axis"), len(reader.graph.dims(values[0]))))
    if function.axes and function.keepdims:
        options.append(_flag(reader, keywords.get("keepdims")))
    return reader.at(start, function.make, reader.graph, *values, *options)


def _function(reader: Reader, given: ast.Call) -> tuple[str, int, list[ast.Expression]]:
    """The name of the function and its place, and the arguments, of which a method has one more."""
    function, arguments = given.function, list(given.arguments)
    if isinstance(function, ast.Name):
        return function.name, function.start, arguments
    if not isinstance(function, ast.Attribute):
        raise reader.error("only functions are called: a product is written *", given.start)
    if not _is_module(reader, function.value):
        arguments.insert(0, function.value)
        if function.name not in METHODS:
            raise reader.unknown("method", function.name, METHODS, function.start)
    return function.name, function.start, arguments


def _is_module(reader: Reader, given: ast.Expression) -> bool:
    if isinstance(given, ast.Attribute):
        return given.name in MODULES and _is_module(reader, given.value)
    return isinstance(given, ast.Name) and given.name in MODULES and given.name not in reader.names


def _keywords(reader: Reader, given: ast.Call) -> dict[str, ast.Keyword]:
    found: dict[str, ast.Keyword] = {}
    for each in given.keywords:
        if each.name in found:
            raise reader.error(f"{each.name}= stands here twice", each.start)
        found[each.name] = each
    return found


def _check(
    reader: Reader,
    name: str,
    function: Function,
    count: int,
    keywords: Mapping[str, ast.Keyword],
    start: int,
) -> None:
    if count != function.count:
        plural = "s" if function.count > 1 else ""
        raise reader.error(f"{name} takes {function.count} argument{plural}, not {count}", start)
    known = ("axis", "keepdims") if function.keepdims else ("axis",) if function.axes else ()
    for each in keywords.values():
        if each.name not in known:
            shown = " and ".join(f"{word}=" for word in known)
            has = f"the keywords of {name} are {shown}" if known else f"{name} has no keywords"
            raise reader.error(has, each.start)


def _axes(reader: Reader, given: ast.Keyword | None, count: int) -> Axes | None:
    """The axes that axis= says, of an array with `count` of them; None for all."""
    if given is None or (isinstance(given.value, ast.Name) and given.value.name == "None"):
        return None
    items = given.value.items if isinstance(given.value, ast.Items) else (given.value,)
    axes = [_whole(reader, item) for item in items]
    for axis in axes:
        if not -count <= axis < count:
            raise reader.error(f"there is no axis {axis}, as this has {count}", given.start)
    found = {axis % count for axis in axes}
    if len(found) < len(axes):
        raise reader.error("an axis stands here twice", given.start)
    return tuple(sorted(found))


def _whole(reader: Reader, given: ast.Expression) -> int:
    sign, value = (-1, given.value) if isinstance(given, ast.Negative) else (1, given)
    if not isinstance(value, ast.Number) or value.value.denominator != 1:
        raise reader.error("an axis is a whole number", start_of(given))
    return sign * int(value.value)


def _flag(reader: Reader, given: ast.Keyword | None) -> bool:
    name = None if given is None else getattr(given.value, "name", given.value)
    if given is not None and name not in ("True", "False"):
        raise reader.error("keepdims is True or False", given.start)
    return name == "True"


def _einsum(reader: Reader, given: ast.Call, read: Read) -> int:
    if not given.arguments or not isinstance(given.arguments[0], ast.String) or given.keywords:
        raise reader.error('an einsum is written einsum("ij,j->i", A, x)', given.start)
    first, *others = given.arguments
    assert isinstance(first, ast.String)
    pattern = reader.pattern(first)
    values = [read(reader, each) for each in others]
    return reader.at(first.start, contracted, reader.graph, pattern, values)


def _eye(reader: Reader, given: ast.Call, read: Read) -> int:
    (dim,) = _dimensions(reader, given, 1)
    return einsum(reader.graph, [], reader.graph.fresh((dim,)) * 2)


def _filled(value: int) -> Callable[[Reader, ast.Call, Read], int]:
    return lambda reader, given, read: number(reader.graph, value, _dimensions(reader, given))


def _dimensions(reader: Reader, given: ast.Call, count: int | None = None) -> Dims:
    """The dimensions that the arguments name."""
    items: Sequence[ast.Expression] = given.arguments
    if len(items) == 1 and isinstance(items[0], ast.Items):
        items = items[0].items
    if given.keywords or (count is not None and len(items) != count) or not given.arguments:
        raise reader.error("a size is the name of a dimension: eye(n), ones((n, d))", given.start)
    return tuple(_dimension(reader, item) for item in items)


def _dimension(reader: Reader, given: ast.Expression) -> str:
    if isinstance(given, ast.Number) and given.value == 1:
        return UNIT
    if not isinstance(given, ast.Name) or given.name not in reader.dims:
        name: Any = getattr(given, "name", "this")
        raise reader.unknown("dimension", str(name), reader.dims, start_of(given))
    return given.name


_SPECIAL: Mapping[str, Callable[[Reader, ast.Call, Read], int]] = {
    "einsum": _einsum,
    "eye": _eye,
    "identity": _eye,
    "ones": _filled(1),
    "zeros": _filled(0),
}
