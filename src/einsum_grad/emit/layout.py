"""Laying out lines of code that may get long."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 100
_INDENT = "    "
_CODE = WIDTH - len(_INDENT)
"""The width of a line that may still be indented."""

_STRING = re.compile(r'"[^"]*"')
_NO_SPACE = "\0"


def wrapped(opening: str, items: Iterable[str], closing: str) -> list[str]:
    """`opening`, the items divided by commas, and `closing`; on several lines where it is long.

    >>> wrapped("def f(", ["x", "w"], "):")
    ['def f(x, w):']
    """
    items = list(items)
    line = f"{opening}{', '.join(items)}{closing}"
    return [line] if len(line) <= _CODE else [opening, *_filled(", ".join(items) + ","), closing]


def folded(line: str) -> list[str]:
    """`line`, a statement with an expression or a comment, on several lines if it is long.

    >>> folded("z = x @ w")
    ['z = x @ w']
    """
    if len(line) <= _CODE:
        return [line]
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    width = _CODE - len(indent)
    if code.startswith("# "):
        lines = comment(code.removeprefix("# "), width)
    else:
        opening, inside, closing = _taken_apart(code)
        lines = [f"{opening}(", *_filled(inside, width), f"){closing}"]
    return [f"{indent}{line}" for line in lines]


def _taken_apart(line: str) -> tuple[str, str, str]:
    """A statement as what stands before the place where it may be broken, there, and after it.

    Those are the arguments of a call, the entries of a tuple that something is compared with, and
    of everything else the expression in parentheses.
    """
    closing = ":" if line.endswith(":") else ""
    (statement,) = ast.parse(f"{line} pass" if closing else line).body
    if isinstance(statement, ast.Delete):
        return "del ", line.removeprefix("del "), ""
    assert isinstance(statement, ast.Assign | ast.Expr | ast.If | ast.Return)
    found = statement.test if isinstance(statement, ast.If) else statement.value
    assert found is not None
    if isinstance(found, ast.Call) and _is_dotted(found.func):
        assert found.func.end_col_offset is not None
        end = found.func.end_col_offset
        return line[:end], line[end + 1 :].removesuffix(f"){closing}"), closing
    if isinstance(found, ast.Compare) and isinstance(found.comparators[-1], ast.Tuple):
        start = found.comparators[-1].col_offset
        return line[:start], line[start + 1 :].removesuffix(f"){closing}"), closing
    return line[: found.col_offset], line[found.col_offset :].removesuffix(closing), closing


def _is_dotted(function: ast.expr) -> bool:
    """Whether `function` is a name, or one after other names and dots."""
    while isinstance(function, ast.Attribute):
        function = function.value
    return isinstance(function, ast.Name)


def _filled(text: str, width: int = _CODE) -> list[str]:
    """`text` on lines of that width, its strings left whole."""
    whole = _STRING.sub(lambda found: found.group().replace(" ", _NO_SPACE), text)
    lines = textwrap.wrap(
        whole, width, initial_indent=_INDENT, subsequent_indent=_INDENT, break_long_words=False
    )
    return [line.replace(_NO_SPACE, " ") for line in lines]


def comment(text: str, width: int = _CODE) -> list[str]:
    """`text` as comment lines."""
    width -= len("# ")
    lines = textwrap.wrap(text, width, break_long_words=False) if len(text) > width else [text]
    return [f"# {line}" for line in lines]


def indented(lines: Sequence[str]) -> list[str]:
    """`lines` a level deeper; empty lines stay empty."""
    return [f"{_INDENT}{line}" if line else "" for line in lines]


def parenthesised(names: Sequence[str]) -> str:
    """The tuple of `names`.

    >>> parenthesised(["dx"]), parenthesised(["dx", "dw"])
    ('(dx,)', '(dx, dw)')
    """
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def returned(names: Sequence[str]) -> list[str]:
    """The statement that returns a tuple of `names`."""
    if len(names) < 2:
        return [f"return {tupled(names)}"]
    line = f"return {', '.join(names)}"
    return [line] if len(line) <= _CODE else wrapped("return (", names, ")")


def unpacked(names: Sequence[str], value: str) -> list[str]:
    """The statement that takes the tuple `value` apart.

    >>> unpacked(["x"], "saved"), unpacked(["x", "w"], "saved")
    (['(x,) = saved'], ['x, w = saved'])
    """
    line = f"{tupled(names) if len(names) == 1 else ', '.join(names)} = {value}"
    return [line] if len(line) <= _CODE else wrapped("(", names, f") = {value}")


def tupled(names: Sequence[str]) -> str:
    """How a docstring says a tuple of `names`; a long one by its ends.

    >>> tupled([]), tupled(["dx"]), tupled(["dx", "dw"])
    ('()', '(dx,)', '(dx, dw)')
    """
    if len(names) == 1:
        return f"({names[0]},)"
    return f"({', '.join(names if len(names) <= 12 else [*names[:2], '...', names[-1]])})"
