"""`Program`: a short list of array steps for the forward and for all gradients.

A step takes values and makes one. A value is an array with a label for each axis, and the labels
define a step completely:

    contract    multiply the arguments and sum the labels that the result lacks; legal for np.einsum
    repeat      repeat the argument along the labels that only the result has
    diagonal    embed the argument on the diagonal of the labels that the result repeats
    units       drop and insert axes of size 1
    merge       merge the axes that an ellipsis stands for into one
    split       split that axis again
    conjugate   the complex conjugate
    copy        a new array, in memory in the order of the result's axes
    read-only   a view of the argument, with its axes in any order, that nobody can write through
    add         the sum of the arguments, which have the result's labels
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from einsum_grad.lower.scale import Scale
from einsum_grad.lower.traits import Traits
from einsum_grad.plan import UNIT, Gradient, Labels, Pattern


class Op(StrEnum):
    """What a step does."""

    CONTRACT = "contract"
    REPEAT = "repeat"
    DIAGONAL = "diagonal"
    UNITS = "units"
    MERGE = "merge"
    SPLIT = "split"
    CONJUGATE = "conjugate"
    COPY = "copy"
    READ_ONLY = "read-only"
    ADD = "add"


class Loops(StrEnum):
    """Whether steps are written as loops over labels, and whether threads share those."""

    NONE = "none"
    SERIAL = "serial"
    PARALLEL = "parallel"


@dataclass(frozen=True, slots=True)
class Value:
    """An array of the program: its name, and a label for each axis."""

    name: str
    labels: Labels

    def __str__(self) -> str:
        return f"{self.name}[{' '.join(self.labels)}]"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on whole arrays."""

    op: Op
    result: Value
    args: tuple[Value, ...]

    def __str__(self) -> str:
        return f"{self.result} = {self.op} {' '.join(map(str, self.args))}"

    @property
    def pattern(self) -> Pattern:
        """The step as a pattern: the labels of its arguments and of its result."""
        return Pattern(tuple(arg.labels for arg in self.args), self.result.labels)


@dataclass(frozen=True, slots=True)
class Section:
    """Steps that belong together: those of a node, or of one gradient of it.

    `note` is what they compute, `args` and `made` are the node's arguments and its result.
    """

    note: Pattern | Gradient
    args: tuple[Value, ...]
    made: Value
    result: Value
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AxisSize:
    """Where the size of a label is read: an axis of an operand."""

    operand: Value
    axis: int


Size = AxisSize | int
"""Where the size of a label comes from: an axis, or an int that was given with the pattern."""


@dataclass(frozen=True, slots=True)
class Program:
    """The forward and the gradients of a pattern.

    `backward` reads the operands, the cotangent and the `residuals`, values that `forward` makes.
    `gradients` has a value for each operand in `wrt`.
    """

    pattern: Pattern
    operands: tuple[Value, ...]
    cotangent: Value
    forward: tuple[Section, ...]
    output: Value
    backward: tuple[Section, ...]
    gradients: tuple[Value, ...]
    wrt: tuple[int, ...]
    sizes: tuple[tuple[str, Size], ...]
    residuals: tuple[Value, ...]
    traits: Traits
    scale: Scale | None = None
    """The sizes of the arrays, if they are large."""
    singletons: bool = True
    """Whether an array with axes may have only one number, which np.dot treats as a factor."""
    loops: Loops = Loops.NONE
    divided: Mapping[str, Labels] = field(default_factory=dict, compare=False)
    """The labels along which steps may be divided, by the name of their result."""

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def steps(sections: Iterable[Section]) -> Iterator[Step]:
    """The steps of all `sections`, in order."""
    return (step for section in sections for step in section.steps)


def residuals(forward: tuple[Section, ...], backward: tuple[Section, ...]) -> tuple[Value, ...]:
    """What the backward reads of the forward, except for what it cheaply makes again."""
    again = {step.result.name for step in steps(backward)}
    read = {arg.name for step in steps(backward) for arg in step.args} - again
    return tuple(step.result for step in steps(forward) if step.result.name in read)


def is_view(step: Step) -> bool:
    """Whether the step makes a view of its argument, not an array."""
    if step.op is not Op.CONTRACT or len(step.args) > 1:
        return step.op in _VIEWS
    (arg,), output = step.args, step.result.labels
    return all(label in output or label == UNIT for label in arg.labels)


_VIEWS = frozenset({Op.REPEAT, Op.UNITS, Op.MERGE, Op.SPLIT, Op.READ_ONLY})


def early_products(program: Program) -> Iterator[Step]:
    """The forward's sums and products in which not every operand has a part."""
    parts = {value.name: frozenset({value.name}) for value in program.operands}
    for step in steps(program.forward):
        found = frozenset[str]().union(*(parts[arg.name] for arg in step.args))
        parts[step.result.name] = found
        if len(found) < len(program.operands) and step.op is Op.CONTRACT and not is_view(step):
            yield step


def touched(step: Step) -> tuple[Value, ...]:
    """The arrays that a step reads and makes; a view does neither."""
    read = step.args if step.op in (Op.CONTRACT, Op.ADD) else step.args[:1]
    return () if is_view(step) else (*read, step.result)


def without_copies(program: Program) -> Program:
    """`program` with a plain view wherever it makes a copy or a read-only view."""

    def viewed(step: Step) -> Step:
        return replace(step, op=Op.CONTRACT) if step.op in (Op.COPY, Op.READ_ONLY) else step

    def views(sections: tuple[Section, ...]) -> tuple[Section, ...]:
        return tuple(
            replace(section, steps=tuple(map(viewed, section.steps))) for section in sections
        )

    return replace(program, forward=views(program.forward), backward=views(program.backward))


def _lines(program: Program) -> Iterator[str]:
    yield f"forward {' '.join(map(str, program.operands))}"
    yield from (f"  {step}" for step in steps(program.forward))
    yield f"  -> {program.output}"
    kept = " ".join(map(str, program.residuals))
    yield f"backward {program.cotangent}" + (f" keeping {kept}" if kept else "")
    yield from (f"  {step}" for step in steps(program.backward))
    yield f"  -> {' '.join(map(str, program.gradients))}"
