"""The functions of a module: what is computed, and around it what checks the operands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from einsum_grad.emit.freed import Statement
from einsum_grad.emit.guard import cotangent_guard
from einsum_grad.emit.layout import (
    comment,
    folded,
    indented,
    parenthesised,
    returned,
    tupled,
    unpacked,
    wrapped,
)
from einsum_grad.emit.statements import statements
from einsum_grad.emit.target import Target
from einsum_grad.lower import Block, Program, Schedule, Section, Value
from einsum_grad.plan import Gradient, Why, gradient_facts

_LONGEST_PATTERN = 60
_USED_UP = "# Nobody else has these arrays: each can go as soon as it was used."


def functions(
    program: Program, target: Target, schedule: Schedule, checked: bool
) -> tuple[list[list[str]], list[list[str]]]:
    """The functions of `program`, each as its lines; they do what the `schedule` says.

    The last two, `forward` and `backward`, check their operands. Where it is for speed, or where
    the two share values, they call functions that do not check, and come first: `save`, `output`
    and `pullback`. Where output and gradients come in one pass, `value_and_gradients` does all of
    that at once.
    """
    writer = _Writer(program, target, schedule, checked)
    if not (program.residuals or target.fast):
        return [], writer.plain()
    together = [writer.together()] if schedule.together else []
    return [*writer.unchecked(), *together], writer.checked()


class _Writer:
    """What the functions of one module have in common."""

    def __init__(self, program: Program, target: Target, schedule: Schedule, checked: bool) -> None:
        self.program, self.target, self.schedule = program, target, schedule
        self.operands = _names(program.operands)
        self.saved = _names(program.residuals)
        self.inner = [*self.operands, *(["saved"] if self.saved else [])]
        self.notes = _notes(program.backward)
        self.guards = indented(wrapped("check_sizes(", self.operands, ")")) if checked else []
        self.output_doc = '    """Return the output Z."""'
        gradients = f"the gradients {tupled(_names(program.gradients))} for a cotangent dz of Z"
        self.gradients_doc = f'    """Return {gradients}."""'
        self.together_doc = f'    """Return the output Z, and {gradients}."""'

    def plain(self) -> list[list[str]]:
        return [
            [
                *self._opening("forward", self.operands),
                self.output_doc,
                *self.guards,
                *self._evaluation(),
            ],
            [
                *self._opening("backward", ["dz", *self.operands]),
                self.gradients_doc,
                *self.guards,
                *indented(cotangent_guard(self.program)),
                "",
                *self._pullback(),
            ],
        ]

    def unchecked(self) -> list[list[str]]:
        unpack = indented(unpacked(self.saved, "saved")) if self.saved else []
        used_up = indented([_USED_UP, "saved.clear()", ""]) if self.saved else []
        return [
            *([self._save()] if self.saved else []),
            [*self._opening("output", self.inner), self.output_doc, *unpack, *self._evaluation()],
            [
                *self._opening("pullback", ["dz", *self.inner]),
                self.gradients_doc,
                *unpack,
                *used_up,
                *self._pullback(),
            ],
        ]

    def checked(self) -> list[list[str]]:
        kept = wrapped("saved = save(", self.operands, ")") if self.saved else []
        return [
            [
                *self._opening("forward", self.operands),
                self.output_doc,
                *self.guards,
                *indented([*kept, *wrapped("return output(", self.inner, ")")]),
            ],
            [
                *self._opening("backward", ["dz", *self.operands]),
                self.gradients_doc,
                *self.guards,
                *indented(cotangent_guard(self.program)),
                *indented([*kept, *wrapped("return pullback(", ["dz", *self.inner], ")")]),
            ],
        ]

    def together(self) -> list[str]:
        output, gradients = self.program.output.name, _names(self.program.gradients)
        return [
            *self._opening("value_and_gradients", ["dz", *self.operands]),
            self.together_doc,
            *self._paragraphs(self.schedule.together, [output, *gradients]),
            *indented(folded(f"return {output}, {parenthesised(gradients)}")),
        ]

    def _save(self) -> list[str]:
        return [
            *self._opening("save", self.operands),
            '    """Return what the output and the gradients share."""',
            *indented(_folded(self._lines(self.schedule.save, self.saved))),
            *indented(folded(f"return [{', '.join(self.saved)}]")),
        ]

    def _evaluation(self) -> list[str]:
        """The steps to the output, and the return: of an expression, where that comes last."""
        name = self.program.output.name
        lines = self._lines(self.schedule.output, [name, *self.saved])
        inline = self.program.scale is None and lines and lines[-1].startswith(f"{name} = ")
        result = lines.pop().removeprefix(f"{name} = ") if inline else name
        return indented(_folded([*lines, f"return {result}"]))

    def _pullback(self) -> list[str]:
        """The gradients, each a paragraph, and the return."""
        gradients = _names(self.program.gradients)
        body = self._paragraphs(self.schedule.pullback, gradients)
        return [*body, *indented(returned(gradients))]

    def _paragraphs(self, found: Sequence[Block], kept: Sequence[str]) -> list[str]:
        """The steps with a note before the first that is made for a gradient, and a last line."""
        notes, body = dict(self.notes), []
        for statement in self._statements(found, kept):
            made = (step.result.name for step in statement.steps)
            why = [line for name in made for line in notes.pop(name, [])]
            body += [*(["", *why] if why else []), *_folded(statement.lines)]
        return indented([*body[bool(body and not body[0]) :], ""])

    def _opening(self, name: str, arguments: Sequence[str]) -> list[str]:
        return wrapped(f"def {name}(", arguments, "):")

    def _lines(self, found: Sequence[Block], kept: Sequence[str]) -> list[str]:
        """The code of some steps, of whose results the values `kept` are used outside."""
        return [line for statement in self._statements(found, kept) for line in statement.lines]

    def _statements(self, found: Sequence[Block], kept: Sequence[str]) -> list[Statement]:
        return statements(self.program, found, kept, self.target)


def _notes(sections: Iterable[Section]) -> dict[str, list[str]]:
    """The comment of each gradient, by the name of the first thing that is made for it."""
    return {section.steps[0].result.name: _why(section) for section in sections if section.steps}


def _folded(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in folded(line)]


def _why(section: Section) -> list[str]:
    """The comment of a gradient: the swap, and why it is or is not run as it stands."""
    note = section.note
    if not isinstance(note, Gradient):
        return []
    names = _names(section.args)
    place = f"d{section.made.name}"
    facts = gradient_facts(note, names, place)
    pattern = note.pattern
    shown = pattern if len(pattern) <= _LONGEST_PATTERN else f"{pattern[:_LONGEST_PATTERN]}…"
    result, operand = section.result.name, names[note.operand]
    swap = f"{result}: put {place} in the place of {operand}"
    if facts[0].why is Why.AS_IT_STANDS:
        return comment(f"{swap}; {shown} runs as it stands.")
    told = ". ".join(_sentence(fact.sentence) for fact in facts)
    return comment(f"{swap}, {shown}. {told}.")


def _sentence(text: str) -> str:
    """`text` with a capital, unless it begins with a label."""
    first = text.split(maxsplit=1)[0]
    return f"{text[0].upper()}{text[1:]}" if first.isalpha() and len(first) > 1 else text


def _names(values: Iterable[Value]) -> list[str]:
    return [value.name for value in values]
