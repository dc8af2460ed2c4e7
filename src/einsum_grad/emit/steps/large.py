"""Functions of large arrays: results written in place, blocks for all cores.

The arrays are made by `empty` and written by the calls themselves, through `out=`. What memory
bounds is done in blocks by `in_blocks`, and by `summed_in_blocks` what sums over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.freed import Part
from einsum_grad.emit.steps.groups import Pairing, written
from einsum_grad.emit.steps.product import einsum_pairing, pairing_of
from einsum_grad.emit.steps.statements import diagonal, statements_of, viewed
from einsum_grad.emit.steps.view import transposed
from einsum_grad.emit.text.tree import (
    BLANK,
    Assign,
    Call,
    Define,
    Do,
    Expression,
    Return,
    Statement,
    call,
    names,
)
from einsum_grad.lower import (
    AxisSize,
    Block,
    Op,
    Scale,
    Step,
    Value,
    is_view,
    machine,
    only,
    product_of,
)
from einsum_grad.plan import diagonals

Body = tuple[Statement, ...]


def parts(blocks: Iterable[Block], context: Context, scale: Scale) -> list[Part]:
    """The steps of some blocks as statements."""
    return list(_Large(context, scale).parts(blocks))


class _Large:
    """State shared by the statements of one function."""

    def __init__(self, context: Context, scale: Scale) -> None:
        self.context = context
        operands = context.program.operands
        self.dtype = call("dtype", operands[0].name)
        self.scale = scale

    def parts(self, found: Iterable[Block]) -> Iterator[Part]:
        for block in found:
            if block.label is None:
                for step in block.steps:
                    yield Part((step,), (step.result.name,), self.whole(step))
            else:
                kept = tuple(value.name for value in block.kept)
                yield Part(block.steps, kept, self.block(block))

    def whole(self, step: Step) -> Body:
        """A step on whole arrays."""
        result = step.result
        small = not self.is_large(result)
        if step.op is Op.COPY and not small:
            return (Assign(result.name, call("copied", viewed(step))),)
        if self.sums(step):
            return (self.sum(step),)
        product = product_of(step)
        if step.op is Op.DIAGONAL and not small:
            return diagonal(result, step.args[0], self.context, "cleared", self.dtype)
        if product is None or (small and not any(map(self.is_large, step.args))):
            return statements_of(step, self.context)
        pairing = _of_any(pairing_of(step, product, self.context))
        if not (product.rows and product.columns) and self.is_shared(step):
            pairing = _in_pieces(pairing)
        if small:
            before, value = written(pairing, result.labels, self.context)
            return (*before, Assign(result.name, value))
        if pairing.labels != result.labels:
            return statements_of(step, self.context)
        return (*pairing.before, self.made(result), self.into(pairing, result.name, self.context))

    def is_shared(self, step: Step) -> bool:
        """Whether a BLAS would share `step` among its threads."""
        return self.scale.counts(step.pattern.input_labels(), machine.BLAS_ONE_THREAD + 1)

    def is_large(self, value: Value) -> bool:
        return self.scale.reaches(value.labels, machine.REUSED)

    def sums(self, step: Step) -> bool:
        """Whether `step` is the sum of one large array."""
        if step.op is not Op.CONTRACT or len(step.args) != 1 or is_view(step):
            return False
        (arg,) = step.args
        large = self.is_large(arg)
        return large and not diagonals(arg.labels) and not self.context.program.traits.whole

    def sum(self, step: Step) -> Assign:
        (arg,), output = step.args, step.result.labels
        axes = tuple(axis for axis, label in enumerate(arg.labels) if label not in output)
        value = call("summed", arg.name, Call("tuple", axes))
        return Assign(step.result.name, transposed(value, only(arg.labels, output), output))

    def made(self, value: Value) -> Assign:
        return Assign(value.name, call("empty", self.context.shape(value.labels), self.dtype))

    def into(self, pairing: Pairing, name: str, context: Context) -> Do:
        """The statement that has `pairing` write to the array `name`."""
        place: Expression = name
        if pairing.grouped:
            place = call("reshape", name, Call("tuple", tuple(map(context.size_of, pairing.axes))))
        made, spelled = pairing.value, self.context.target.out_argument
        return Do(Call(spelled[made.operation], made.args, (("out", place),)))

    # Blocks.

    def block(self, block: Block) -> Body:
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
            *(Assign(_part(value), _place(value, label)) for value in given),
            *(each for step in block.steps for each in self.part(step, block, context)),
            *([Return(_one_or_more(map(_part, sums)))] if sums else []),
        ]
        blocks = "work", self.context.size(label), block.parts
        return (
            *map(self.made, divided),
            BLANK,
            Define("work", ("part",), "", work),
            BLANK,
            Assign(_one_or_more(v.name for v in sums), Call("summed_in_blocks", blocks))
            if sums
            else Do(Call("in_blocks", blocks)),
        )

    def part(self, step: Step, block: Block, context: Context) -> Body:
        """A step of a block: its arrays are parts of the whole ones."""
        result, label = step.result, block.label
        assert label is not None
        args = tuple(_renamed(arg, label) for arg in step.args)
        own = Step(step.op, Value(_part(result), result.labels), args)
        pairing = self.pairing_of_part(own, block, context)
        if result not in block.kept or label not in result.labels:
            if pairing is None:
                return self.part_of_other(own, context)
            before, value = written(pairing, result.labels, context)
            return (*before, Assign(own.result.name, value))
        place = _place(result, label)
        again = Assign(own.result.name, place)
        if pairing is None:
            return (*self.part_of_other(own, context), Assign(place, own.result.name))
        # A part is without gaps, and so can be reshaped without a copy, if it is one of rows.
        dense = result.labels[0] == label
        if pairing.labels == result.labels and (dense or not pairing.grouped):
            called = pairing if dense else _of_any(pairing)
            return (*pairing.before, again, self.into(called, own.result.name, context))
        before, value = written(pairing, result.labels, context)
        return (*before, again, Assign(call("index", own.result.name, "..."), value))

    def part_of_other(self, own: Step, context: Context) -> Body:
        """A step of a block that is no product."""
        return (self.sum(own),) if self.sums(own) else statements_of(own, context)

    def pairing_of_part(self, own: Step, block: Block, context: Context) -> Pairing | None:
        """The call for a product in a block: one that other threads can work beside."""
        product = product_of(own)
        if product is None:
            return None
        pairing = pairing_of(own, product, context)
        parts = block.parts if block.label in own.result.labels else 1
        operation = pairing.value.operation
        if operation in _LOCKED and not self.scale.counts(
            own.result.labels, parts * machine.UNLOCKED
        ):
            return einsum_pairing(own, product, context)
        return _in_pieces(pairing)


_LOCKED = frozenset({"vecdot", "matvec"})
"""Calls that hold the GIL for small results; an einsum is as fast and releases it.

A product of matrices keeps it too, but an einsum takes longer for that than two in turn.
"""

_IN_PIECES = {"dot": "multiplied", "matmul": "multiplied"}
"""The helper that keeps a BLAS's threads asleep: each would wait for one that has no core."""


def _in_pieces(pairing: Pairing) -> Pairing:
    operation = pairing.value.operation
    return replace(
        pairing, value=replace(pairing.value, operation=_IN_PIECES.get(operation, operation))
    )


def _of_any(pairing: Pairing) -> Pairing:
    """`pairing` for arrays of any strides: `dot` would copy rows with gaps, and writes to none."""
    if pairing.value.operation != "dot":
        return pairing
    return replace(pairing, value=replace(pairing.value, operation="matmul"))


def _one_or_more(given: Iterable[str]) -> Expression:
    first, *rest = given
    return names([first, *rest]) if rest else first


class _PartContext(Context):
    """Sizes within a block: its label has the chunk's size."""

    def __init__(self, whole: Context, label: str, given: Value) -> None:
        super().__init__(whole.program, whole.target)
        self._shapes = {}
        self._sizes[label] = AxisSize(Value(_part(given), given.labels), given.labels.index(label))


def _part(value: Value) -> str:
    return f"{value.name}_part"


def _renamed(value: Value, label: str) -> Value:
    """The part of `value` that a block has; a value without the block's label is whole."""
    return Value(_part(value), value.labels) if label in value.labels else value


def _place(value: Value, label: str) -> Call:
    """The part of `value`: its slice, and what must stand before it in the index."""
    return Call("index", (value.name, *[":"] * value.labels.index(label), "part"))
