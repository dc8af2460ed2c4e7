"""The functions of a module: those that compute, and those that check first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from einsum_grad.emit.body import body, parts
from einsum_grad.emit.guard import cotangent_guard
from einsum_grad.emit.target import Target
from einsum_grad.emit.tree import (
    BLANK,
    Assign,
    Call,
    Comment,
    Define,
    Do,
    Expression,
    Return,
    Statement,
    call,
    ended,
    names,
)
from einsum_grad.lower import Block, Program, Schedule, Section, Value, early_products
from einsum_grad.plan import Gradient, Why, gradient_facts

_LONGEST_PATTERN = 60
_MOST_NAMED = 12
_USED_UP = Comment("Nobody else has these arrays: each can go as soon as it was used.")


def functions(
    program: Program, target: Target, schedule: Schedule, checked: bool
) -> tuple[list[Define], list[Define]]:
    """The functions of `program`; they do what the `schedule` says.

    The last two, `forward` and `backward`, check their operands. Where it is for speed, or where
    the two share values, they call functions that do not check, and come first: `save`, `output`
    and `pullback`. Where output and gradients come in one pass, `value_and_gradients` does all of
    that at once.
    """
    writer = _Writer(program, target, schedule, checked)
    if not (program.residuals or target.layered):
        return [], writer.checked(writer.evaluation(), [BLANK, *writer.gradients()])
    together = [writer.together()] if schedule.together else []
    return [*writer.unchecked(), *together], writer.checked(*writer.calls())


class _Writer:
    """State shared by the functions of one module."""

    def __init__(self, program: Program, target: Target, schedule: Schedule, checked: bool) -> None:
        self.program, self.target, self.schedule = program, target, schedule
        self.operands = _names(program.operands)
        self.saved = _names(program.residuals)
        self.inner = [*self.operands, *(["saved"] if self.saved else [])]
        self.notes = _notes(program.backward)
        self.guards = [Do(call("own", "check_sizes", *self.operands))] if checked else []
        told = f"the gradients {told_tuple(_names(program.gradients))} for a cotangent dz of Z"
        self.output_doc = "Return the output Z."
        self.gradients_doc = f"Return {told}."
        self.together_doc = f"Return the output Z, and {told}."

    def unchecked(self) -> list[Define]:
        """The functions that compute: their last argument is what `save` returns."""
        output, gradients = self.evaluation(), self.gradients()
        if self.saved:
            unpack = Assign(names(self.saved), "saved")
            clear = Do(call("own", "saved.clear"))
            used_up: list[Statement] = [_USED_UP, clear] if self.target.frees else []
            output, gradients = [unpack, *output], [unpack, *used_up, BLANK, *gradients]
        return [
            *([self.save()] if self.saved else []),
            Define("output", self.inner, self.output_doc, output),
            Define("pullback", ["dz", *self.inner], self.gradients_doc, gradients),
        ]

    def checked(self, output: list[Statement], gradients: list[Statement]) -> list[Define]:
        """The functions that check their operands, then run the given statements."""
        guards = [*self.guards, *cotangent_guard(self.program, self.target)]
        return [
            Define("forward", self.operands, self.output_doc, [*self.guards, *output]),
            Define("backward", ["dz", *self.operands], self.gradients_doc, [*guards, *gradients]),
            *([self.apply()] if self.target.apply else []),
        ]

    def apply(self) -> Define:
        """The output in the library's own operations, all of which it can differentiate."""
        library = self.target.libraries[0].name
        doc = f"Return the output Z, which {library} differentiates, to any order and in any mode."
        forward = Return(call("own", "forward", *self.operands))
        return Define("apply", self.operands, doc, [forward])

    def calls(self) -> tuple[list[Statement], list[Statement]]:
        """The calls of what computes the output, and of what computes the gradients."""
        save = call("own", "save", *self.operands)
        kept: list[Statement] = [Assign("saved", save)] if self.saved else []
        return (
            [*kept, Return(call("own", "output", *self.inner))],
            [*kept, Return(call("own", "pullback", "dz", *self.inner))],
        )

    def together(self) -> Define:
        output, gradients = self.program.output.name, _names(self.program.gradients)
        returned = Return(names([output, Call("tuple", tuple(gradients))]))
        steps = self.paragraphs(self.schedule.together, [output, *gradients])
        return Define(
            "value_and_gradients", ["dz", *self.operands], self.together_doc, [*steps, returned]
        )

    def save(self) -> Define:
        steps = body(self.program, self.schedule.save, self.saved, self.target)
        steps = [*self.promoted(self.schedule.save), *steps]
        doc = "Return what the output and the gradients share."
        returned = Return(Call("list", tuple(self.saved)))
        return Define("save", self.operands, doc, [*steps, returned])

    def promoted(self, found: Sequence[Block]) -> list[Statement]:
        """What gives all operands one dtype before some of them meet without the others."""
        early = {step.result for step in early_products(self.program)}
        if "promoted" not in self.target.spellings or not any(
            step.result in early for block in found for step in block.steps
        ):
            return []
        return [Assign(names(self.operands), call("promoted", *self.operands))]

    def evaluation(self) -> list[Statement]:
        """The steps to the output, and the return: of an expression, where that comes last."""
        name = self.program.output.name
        steps = body(self.program, self.schedule.output, [name, *self.saved], self.target)
        steps = [*self.promoted(self.schedule.output), *steps]
        large = self.program.scale is not None
        return [*steps, Return(name)] if large else list(ended(steps, name))

    def gradients(self) -> list[Statement]:
        """The gradients, each a paragraph, and the return."""
        gradients = _names(self.program.gradients)
        returned: Sequence[Expression] = gradients
        if self.target.casts:
            like = (self.operands[operand] for operand in self.program.wrt)
            returned = [call("like", *pair) for pair in zip(gradients, like, strict=True)]
        return [*self.paragraphs(self.schedule.pullback, gradients), Return(names(returned))]

    def paragraphs(self, found: Sequence[Block], kept: Sequence[str]) -> list[Statement]:
        """The steps with a note before the first that is made for a gradient, and an empty line."""
        notes, told = dict(self.notes), list[Statement]()
        for part in parts(self.program, found, kept, self.target):
            why = [notes.pop(step.result.name) for step in part.steps if step.result.name in notes]
            told += [*([BLANK, *why] if why else []), *part.body]
        return [*told[told[:1] == [BLANK] :], BLANK]


def _notes(sections: Iterable[Section]) -> dict[str, Comment]:
    """The comment of each gradient, by the name of the first thing that is made for it."""
    return {
        section.steps[0].result.name: _why(section, section.note)
        for section in sections
        if section.steps and isinstance(section.note, Gradient)
    }


def _why(section: Section, note: Gradient) -> Comment:
    """The comment of a gradient: the swap, and why it is or is not run as it stands."""
    operands = _names(section.args)
    place = f"d{section.made.name}"
    facts = gradient_facts(note, operands, place)
    pattern = note.pattern
    shown = pattern if len(pattern) <= _LONGEST_PATTERN else f"{pattern[:_LONGEST_PATTERN]}…"
    swap = f"{section.result.name}: put {place} in the place of {operands[note.operand]}"
    if facts[0].why is Why.AS_IT_STANDS:
        return Comment(f"{swap}; {shown} runs as it stands.")
    return Comment(f"{swap}, {shown}. {'. '.join(_sentence(fact.sentence) for fact in facts)}.")


def _sentence(text: str) -> str:
    """`text` with a capital, unless it begins with a label."""
    first = text.split(maxsplit=1)[0]
    return f"{text[0].upper()}{text[1:]}" if first.isalpha() and len(first) > 1 else text


def _names(values: Iterable[Value]) -> list[str]:
    return [value.name for value in values]


def told_tuple(given: Sequence[str]) -> str:
    """A tuple of names for a docstring; a long one is abridged.

    >>> told_tuple([]), told_tuple(["dx"]), told_tuple(["dx", "dw"])
    ('()', '(dx,)', '(dx, dw)')
    """
    if len(given) == 1:
        return f"({given[0]},)"
    told = given if len(given) <= _MOST_NAMED else [*given[:2], "...", given[-1]]
    return f"({', '.join(told)})"
