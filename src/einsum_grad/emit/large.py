"""Functions of large arrays: results in memory that is there, blocks for all cores.

The arrays are made by `empty` and written by the calls themselves, through `out=`. What memory
bounds is done in blocks by `in_blocks`, and by `summed_in_blocks` what sums over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from einsum_grad.emit.context import Context
from einsum_grad.emit.freed import SMALLEST, Statement
from einsum_grad.emit.layout import indented
from einsum_grad.emit.product import Call, call_of, einsum_call, product_size, written
from einsum_grad.emit.target import Target
from einsum_grad.emit.view import transposing
from einsum_grad.lower import (
    UNLOCKED,
    AxisSize,
    Block,
    Op,
    Program,
    Scale,
    Step,
    Value,
    is_view,
    only,
    product_of,
)
from einsum_grad.plan import diagonals


def statements(program: Program, blocks: Iterable[Block], target: Target) -> list[Statement]:
    """The steps of some blocks as code."""
    assert program.scale is not None
    return list(_Large(program, program.scale, target).statements(blocks))


class _Large:
    """What the statements of one function have in common."""

    def __init__(self, program: Program, scale: Scale, target: Target) -> None:
        self.context = Context(program)
        self.dtype = f"{program.operands[0].name}.dtype"
        self.scale = scale
        self.target = target

    def statements(self, found: Iterable[Block]) -> Iterator[Statement]:
        for block in found:
            if block.label is None:
                for step in block.steps:
                    yield Statement((step,), (step.result.name,), self.whole(step))
            else:
                names = tuple(value.name for value in block.kept)
                yield Statement(block.steps, names, self.block(block))

    def whole(self, step: Step) -> list[str]:
        """A step on whole arrays."""
        result = step.result
        small = not self.scale.reaches(result.labels, SMALLEST)
        if step.op is Op.COPY and not small:
            return [_copy(step)]
        if self.sums(step):
            return [self.sum(step)]
        product = product_of(step)
        if step.op is Op.DIAGONAL and not small:
            _, *rest = self.target.steps[step.op](step, self.context)
            return [self.made(result, "zeros"), *rest]
        if product is None or (small and not any(map(self.is_large, step.args))):
            return list(self.target.steps[step.op](step, self.context))
        call = call_of(step, product, self.context)
        if small:
            *before, text = written(_of_any(call), result.labels, self.context)
            return [*before, f"{result.name} = {text}"]
        if call.labels != result.labels:
            return list(self.target.steps[step.op](step, self.context))
        return [
            *call.before,
            self.made(result),
            self.into(_of_any(call), result.name, self.context),
        ]

    def is_large(self, value: Value) -> bool:
        return self.scale.reaches(value.labels, SMALLEST)

    def sums(self, step: Step) -> bool:
        """Whether `step` is the sum of one large array."""
        if step.op is not Op.CONTRACT or len(step.args) != 1 or is_view(step):
            return False
        (arg,) = step.args
        large = self.is_large(arg)
        return large and not diagonals(arg.labels) and not self.context.program.traits.whole

    def sum(self, step: Step) -> str:
        (arg,), output = step.args, step.result.labels
        axes = tuple(axis for axis, label in enumerate(arg.labels) if label not in output)
        kept = only(arg.labels, output)
        return f"{step.result.name} = summed({arg.name}, {axes}){transposing(kept, output)}"

    def made(self, value: Value, helper: str = "empty") -> str:
        return f"{value.name} = {helper}({self.context.shape(value.labels)}, {self.dtype})"

    def into(self, call: Call, place: str, context: Context) -> str:
        """The statement that has `call` write to `place`."""
        if call.grouped:
            sizes = ", ".join(product_size(axis, context) for axis in call.axes)
            place = f"{place}.reshape({sizes})"
        return f"{call.function}({', '.join([*call.args, f'out={place}'])})"

    # Blocks.

    def block(self, block: Block) -> list[str]:
        """The function of a block, and the call for all blocks."""
        label, outside = block.label, block.kept
        assert label is not None
        divided = [value for value in outside if label in value.labels]
        sums = [value for value in outside if label not in value.labels]
        made = {step.result.name for step in block.steps}
        read = {arg.name: arg for step in block.steps for arg in step.args}
        given = [v for v in read.values() if v.name not in made and label in v.labels]
        context = _PartContext(self.context, label, given[0])
        work = [
            *(f"{_part(v)} = {v.name}[{_places(v, label)}]" for v in given),
            *(line for step in block.steps for line in self.part(step, block, context)),
            *([f"return {', '.join(map(_part, sums))}"] if sums else []),
        ]
        length = self.context.size(label)
        call = f"in_blocks(work, {length}, {block.parts})"
        names = ", ".join(value.name for value in sums)
        return [
            *map(self.made, divided),
            "",
            "def work(part):",
            *indented(work),
            "",
            f"{names} = summed_{call}" if sums else call,
        ]

    def part(self, step: Step, block: Block, context: Context) -> list[str]:
        """A step of a block: its arrays are parts of the whole ones."""
        result, label = step.result, block.label
        assert label is not None
        args = tuple(_renamed(arg, label) for arg in step.args)
        own = Step(step.op, Value(_part(result), result.labels), args)
        call = self.call_of_part(step, own, block, context)
        if result not in block.kept or label not in result.labels:
            if call is None:
                return self.part_of_other(own, context)
            *before, text = written(call, result.labels, context)
            return [*before, f"{_part(result)} = {text}"]
        place = f"{result.name}[{_places(result, label)}]"
        again = [f"{_part(result)} = {place}"]
        if call is None:
            return [*self.part_of_other(own, context), f"{place} = {_part(result)}"]
        # A part is without gaps, and so can be reshaped without a copy, if it is one of rows.
        dense = result.labels[0] == label
        if call.labels == result.labels and (dense or not call.grouped):
            called = call if dense else _of_any(call)
            return [*call.before, *again, self.into(called, _part(result), context)]
        *before, text = written(call, result.labels, context)
        return [*before, *again, f"{_part(result)}[...] = {text}"]

    def part_of_other(self, own: Step, context: Context) -> list[str]:
        """A step of a block that is no product."""
        if own.op is Op.COPY:
            return [_copy(own)]
        if self.sums(own):
            return [self.sum(own)]
        return list(self.target.steps[own.op](own, context))

    def call_of_part(self, step: Step, own: Step, block: Block, context: Context) -> Call | None:
        """The call for a product in a block: one that other threads can work beside."""
        product = product_of(own)
        if product is None:
            return None
        call = call_of(own, product, context)
        parts = block.parts if block.label in own.result.labels else 1
        few = not self.scale.counts(own.result.labels, UNLOCKED * parts)
        if few and _holds_lock(call):
            return einsum_call(own, product, context)
        return replace(call, function=_IN_PIECES.get(call.function, call.function))


def _copy(step: Step) -> str:
    (arg,), result = step.args, step.result
    return f"{result.name} = copied({arg.name}{transposing(arg.labels, result.labels)})"


_ANY = {"np.dot": "np.matmul"}
"""The function that has `out=` for an array of any strides, and reads rows with gaps between."""


_IN_PIECES = {"np.dot": "multiplied", "np.matmul": "multiplied"}
"""The helper that keeps a BLAS from sharing a product whose block other blocks run beside."""


def _of_any(call: Call) -> Call:
    """`call` for arrays of any strides."""
    return replace(call, function=_ANY.get(call.function, call.function))


def _holds_lock(call: Call) -> bool:
    """Whether `call` for few numbers keeps Python's lock, and np.einsum, which takes as long, not.

    A product of matrices keeps it too, but np.einsum takes longer for that than two in turn.
    """
    return call.function in ("np.vecdot", "np.matvec")


class _PartContext(Context):
    """The sizes within a block: that of its label is the part's."""

    def __init__(self, whole: Context, label: str, given: Value) -> None:
        super().__init__(whole.program)
        self._shapes = {}
        self._sizes[label] = AxisSize(Value(_part(given), given.labels), given.labels.index(label))


def _part(value: Value) -> str:
    return f"{value.name}_part"


def _renamed(value: Value, label: str) -> Value:
    """The part of `value` that a block has; a value without the block's label is whole."""
    return Value(_part(value), value.labels) if label in value.labels else value


def _places(value: Value, label: str) -> str:
    """The index of a part: its slice, and what must stand before it."""
    return ", ".join([*[":"] * value.labels.index(label), "part"])
