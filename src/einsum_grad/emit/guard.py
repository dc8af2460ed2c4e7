"""The check of sizes with which generated functions begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from einsum_grad.emit.steps.context import Context, ellipsis_slice
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Assign, Call, Define, Do, If, Raise, Statement, call
from einsum_grad.lower import Loops, Program, Value
from einsum_grad.plan import ELLIPSIS, UNIT

_LONGEST_MESSAGE = 60


def guard(program: Program, target: Target) -> Define | None:
    """The function `check_sizes`: it refuses what would broadcast, and would be wrong silently."""
    operands = [value.name for value in program.operands]
    body = [
        *arrays_guard(operands, target),
        *_ranks(program),
        *_sizes(program),
        *_dtypes(program),
    ]
    doc = "Raise ValueError unless axes and sizes fit: nothing broadcasts here."
    return Define("check_sizes", operands, doc, body) if body else None


def cotangent_guard(program: Program, target: Target) -> Iterator[Statement]:
    """What holds the cotangent's shape against the output's."""
    name, labels = program.cotangent.name, program.cotangent.labels
    dtypes = _written(program)
    yield from arrays_guard([name, program.operands[0].name], target)
    if not labels and "asarray" in target.spellings:
        # Beside an output without axes, a number is the natural cotangent.
        yield Assign(name, call("asarray", name, *dtypes[:1]))
    shape = f"{name}.shape"
    told = Raise(f"{name} has shape {{}}, unlike the output", (shape,))
    yield If(call("unlike", shape, Context(program, target).shape(labels)), [told])
    if dtypes and labels:
        dtype = call("dtype", name)
        told = Raise(f"{name} has dtype {{}}, unlike the operands", (dtype,))
        yield If(call("unlike", dtype, dtypes[0]), [told])


def arrays_guard(names: Sequence[str], target: Target) -> Iterator[Statement]:
    """The check that all are arrays, where a target has one, and on one device."""
    if "check_arrays" in target.spellings:
        yield Do(call("check_arrays", *names))
    if target.devices and len(names) > 1:
        devices = tuple(f"{name}.device" for name in names)
        yield If(Call("unlike", devices), [_apart(names, devices)])


def _apart(names: Sequence[str], devices: tuple[str, ...]) -> Raise:
    if len(names) > 2:
        return Raise("the operands are on more than one device")
    return Raise(f"{names[0]} is on {{}}, and {names[1]} on {{}}", devices)


def _dtypes(program: Program) -> Iterator[Statement]:
    """What is written into arrays that are there has their dtype: all operands have one."""
    dtypes, told = _written(program), Raise("the operands have more than one dtype")
    if len(dtypes) > 1:
        yield If(Call("unlike", dtypes), [told])
    if dtypes and program.loops is not Loops.NONE and len(dtypes) < len(program.operands):
        # A number of Python has no dtype of its own; all others would be cut to the arrays'.
        promoted = Call("result type", tuple(value.name for value in program.operands))
        yield If(call("unlike", promoted, dtypes[0]), [told])


def _written(program: Program) -> tuple[Call, ...]:
    """The dtypes of the operands, where results are written into arrays that are there."""
    if program.scale is None and program.loops is Loops.NONE:
        return ()
    return tuple(call("dtype", value.name) for value in program.operands if value.labels)


def _ranks(program: Program) -> Iterator[Statement]:
    for value in program.operands:
        name, count = value.name, len(value.labels)
        if ELLIPSIS in value.labels:
            told = Raise(f"operand {name} needs at least {_axes(count - 1)}")
            if count > 1:
                yield If(call("less", call("rank", name), count - 1), [told])
        else:
            # A number may stand for an array without axes.
            rank = call("rank" if count else "ndim", name)
            yield If(call("unlike", rank, count), [Raise(f"operand {name} needs {_axes(count)}")])


def _axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"


def _sizes(program: Program) -> Iterator[Statement]:
    """Each label has one size, in every place that has it; that of a unit is 1."""
    places: dict[str, list[tuple[Value, int]]] = {}
    fixed = {label: size for label, size in program.sizes if isinstance(size, int)}
    for value in program.operands:
        for axis, label in enumerate(value.labels):
            places.setdefault(label, []).append((value, axis))
    for label, found in places.items():
        if label == UNIT:
            yield from (_unit(value, axis) for value, axis in found)
            continue
        sizes = tuple(_size(value, axis) for value, axis in found)
        if label in fixed:
            told = Raise(f"label {label} has size {fixed[label]}, and not {{}}", sizes[:1])
            yield If(call("unlike", sizes[0], fixed[label]), [told])
        if len(found) > 1:
            yield If(Call("unlike", sizes), [_unequal(label, sizes)])


def _unit(value: Value, axis: int) -> If:
    told = Raise(f"axis {_counted(value, axis)} of operand {value.name} needs size 1")
    return If(call("unlike", _size(value, axis), 1), [told])


def _unequal(label: str, sizes: Sequence[str]) -> Raise:
    if label == ELLIPSIS:
        return Raise("the axes of ... differ; write a module for these shapes")
    told = f"label {label} has the sizes {' and '.join(['{}'] * len(sizes))}"
    is_short = len(told) + sum(map(len, sizes)) <= _LONGEST_MESSAGE
    return Raise(told, tuple(sizes)) if is_short else Raise(f"label {label} has more than one size")


def _size(value: Value, axis: int) -> str:
    labels = value.labels
    if labels[axis] == ELLIPSIS:
        return f"{value.name}.shape{ellipsis_slice(labels)}"
    return f"{value.name}.shape[{_counted(value, axis)}]"


def _counted(value: Value, axis: int) -> int:
    """The number of an axis: after an ellipsis counted from the end."""
    return axis - len(value.labels) if ELLIPSIS in value.labels[:axis] else axis
