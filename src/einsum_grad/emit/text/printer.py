"""Statements to text; line width is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from einsum_grad.emit.text import tree
from einsum_grad.emit.text.spelling import INNER, NO_BREAK
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Call, Expression, Statement, call

WIDTH = 100
LOCAL = "local"
"""What a function needs that calls the library of its first argument."""

_INDENT = "    "
_SHALLOWER = str.maketrans(INNER, f" {INNER[:-1]}")
_PLAIN = dict.fromkeys(map(ord, INNER), " ")


class Printer:
    """Writes statements as a target spells them; `used` are the libraries and helpers they need."""

    def __init__(self, target: Target) -> None:
        self.spellings, self.local = target.spellings, target.local
        self.used: set[str] = set()

    def write(self, statements: Iterable[Statement]) -> str:
        """The text of statements, two empty lines between them."""
        parts = ("\n".join([*_LINES[type(each)](self, each, ""), ""]) for each in statements)
        text = "\n\n".join(parts).replace(NO_BREAK, " ")
        return text.translate(_PLAIN) if any(space in text for space in INNER) else text

    def text(self, value: Expression) -> str:
        """The text of an expression."""
        if type(value) is str:
            return value
        opening, inside, closing = self.parts(value)
        return f"{opening}{inside}{closing}"

    def tight(self, value: Expression) -> str:
        """The same where a dot, an index or an operator comes next to it."""
        if type(value) is str:
            return value
        opening, inside, closing = self.parts(value)
        return f"{opening}{inside}{closing}" if opening else f"({inside})"

    def parts(self, value: Expression) -> tuple[str, str, str]:
        """The same in three parts: a line may be broken before and after the second."""
        if type(value) is Call:
            return self.spellings[value.operation](value, self)
        return str(value), "", ""

    def laid(self, indent: str, before: str, value: Expression, after: str = "") -> list[str]:
        """An expression between texts; on several lines where it is long."""
        opening, inside, closing = self.parts(value)
        line = f"{indent}{before}{opening}{inside}{closing}{after}"
        if len(line) <= WIDTH:
            return [line]
        if not (opening and inside) or len(f"{indent}{before}{opening}") > WIDTH:
            opening, inside, closing = "(", f"{opening}{inside}{closing}", ")"
        broken = filled(inside, indent + _INDENT)
        return [f"{indent}{before}{opening}", *broken, f"{indent}{closing}{after}"]

    def body(self, statements: Iterable[Statement], indent: str) -> list[str]:
        """The lines of statements that stand a level deeper."""
        deeper, lines = indent + _INDENT, list[str]()
        for statement in statements:
            lines += _LINES[type(statement)](self, statement, deeper)
        return lines


def _assign(printer: Printer, statement: tree.Assign, indent: str) -> list[str]:
    target, value = statement.target, statement.value
    if type(target) is str:
        return printer.laid(indent, f"{target} = ", value)
    if type(target) is Call and target.operation == "names":
        if type(value) is Call:
            *before, last = printer.laid(indent, "", target, " = ")
            return [*before, *printer.laid(indent, last[len(indent) :], value)]
        return printer.laid(indent, "", target, f" = {printer.text(value)}")
    return printer.laid(indent, f"{printer.text(target)} = ", value)


def _increase(printer: Printer, statement: tree.Increase, indent: str) -> list[str]:
    return printer.laid(indent, f"{printer.text(statement.target)} += ", statement.value)


def _free(printer: Printer, statement: tree.Free, indent: str) -> list[str]:
    first, *more = statement.names
    return printer.laid(indent, "del ", tree.names(statement.names) if more else first)


def _comment(printer: Printer, statement: tree.Comment, indent: str) -> list[str]:
    return filled(statement.text, f"{indent}# ") if statement.text else [""]


def _if(printer: Printer, statement: tree.If, indent: str) -> list[str]:
    head = printer.laid(indent, "if ", statement.test, ":")
    return head + printer.body(statement.body, indent)


def _for(printer: Printer, statement: tree.For, indent: str) -> list[str]:
    head = printer.laid(indent, f"for {statement.each} in ", statement.every, ":")
    return head + printer.body(statement.body, indent)


def _raise(printer: Printer, statement: tree.Raise, indent: str) -> list[str]:
    values = [f"{{{printer.text(value)}}}" for value in statement.values]
    message = f'{"f" if values else ""}"{statement.message.format(*values)}"'
    return [f"{indent}raise ValueError({message})"]


def _define(printer: Printer, statement: tree.Define, indent: str) -> list[str]:
    signature = call("own", statement.name, *statement.parameters)
    doc = filled(f'"""{statement.doc}"""', indent + _INDENT) if statement.doc else []
    head = printer.laid(indent, "def ", signature, ":")
    if statement.decorator:
        printer.used.add(statement.decorator)
        head.insert(0, f"{indent}@{statement.decorator}")
    if not printer.local:
        return [*head, *doc, *printer.body(statement.body, indent)]
    outside, printer.used = printer.used, set()
    body, inside = printer.body(statement.body, indent), printer.used
    printer.used = outside | inside
    local = printer.local.format(statement.parameters[0]) if statement.parameters else ""
    first = [f"{indent}{_INDENT}{local}"] if LOCAL in inside and local else []
    if first and isinstance(statement.body[0], tree.Comment):
        first.append("")
    return [*head, *doc, *first, *body]


_LINES: Mapping[type, Callable[..., list[str]]] = {
    tree.Assign: _assign,
    tree.Increase: _increase,
    tree.Do: lambda printer, statement, indent: printer.laid(indent, "", statement.value),
    tree.Return: lambda printer, statement, indent: printer.laid(
        indent, "return ", statement.value
    ),
    tree.Free: _free,
    tree.Comment: _comment,
    tree.If: _if,
    tree.For: _for,
    tree.Raise: _raise,
    tree.Define: _define,
    tree.Lines: lambda printer, statement, indent: [
        f"{indent}{line}" if line else "" for line in statement.text.splitlines()
    ],
}


def filled(text: str, before: str, width: int = WIDTH) -> list[str]:
    """`text` on lines of at most `width`, each with `before`, broken at spaces alone.

    >>> filled("a, b, c, d", "  ", width=7)
    ['  a, b,', '  c, d']
    """
    if len(before) + len(text) <= width:
        return [before + text]
    lines, line = [], ""
    for word in _words(text, width - len(before)):
        if line and len(before) + len(line) + 1 + len(word) > width:
            lines.append(before + line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, before + line]


def _words(text: str, room: int) -> Iterator[str]:
    """What stands between spaces: between the inner ones too, where there is no room for it."""
    for word in text.split(" "):
        shallower = word if len(word) <= room else word.translate(_SHALLOWER)
        yield from [word] if shallower == word else _words(shallower, room)
