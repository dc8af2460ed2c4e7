"""The check of sizes with which generated functions begin."""

from __future__ import annotations

from collections.abc import Iterator

from einsum_grad.emit.context import Context, ellipsis_slice
from einsum_grad.emit.layout import WIDTH, folded, indented, wrapped
from einsum_grad.lower import Program, Value
from einsum_grad.plan import ELLIPSIS, UNIT

_LONGEST_MESSAGE = 60


def guard(program: Program) -> list[str]:
    """The function `check_sizes`: it refuses what would broadcast, and would be wrong silently."""
    body = [*_ranks(program), *_sizes(program), *_dtypes(program)]
    if not body:
        return []
    return [
        *wrapped("def check_sizes(", (value.name for value in program.operands), "):"),
        '    """Raise ValueError unless axes and sizes fit: nothing broadcasts here."""',
        *indented(body),
    ]


def cotangent_guard(program: Program) -> list[str]:
    """The lines that hold the cotangent's shape against the output's."""
    name, context = program.cotangent.name, Context(program)
    shape = context.shape(program.cotangent.labels)
    dtypes = _written(program)
    # Beside an output without axes, a number is the natural cotangent.
    number = f"{name} = np.asarray({', '.join([name, *dtypes[:1]])})"
    return [
        *([] if program.cotangent.labels else [number]),
        *folded(f"if {name}.shape != {shape}:"),
        f'    raise ValueError(f"{name} has shape {{{name}.shape}}, unlike the output")',
        *(_unlike(name, dtypes[0]) if dtypes and program.cotangent.labels else []),
    ]


def _unlike(name: str, dtype: str) -> list[str]:
    return [
        f"if {name}.dtype != {dtype}:",
        f'    raise ValueError(f"{name} has dtype {{{name}.dtype}}, unlike the operands")',
    ]


def _dtypes(program: Program) -> Iterator[str]:
    """What is written into arrays that are there has their dtype: all operands have one."""
    dtypes = _written(program)
    if len(dtypes) > 1:
        yield from _equal(dtypes)
        yield '    raise ValueError("the operands have more than one dtype")'


def _written(program: Program) -> list[str]:
    """The dtypes of the operands, where results are written into arrays that are there."""
    if program.scale is None:
        return []
    return [f"{value.name}.dtype" for value in program.operands if value.labels]


def _ranks(program: Program) -> Iterator[str]:
    for value in program.operands:
        count = len(value.labels)
        if ELLIPSIS in value.labels:
            count -= 1
            if count:
                yield f"if {value.name}.ndim < {count}:"
                yield f'    raise ValueError("operand {value.name} needs at least {_axes(count)}")'
        else:
            # A number may stand for an array without axes.
            rank = f"{value.name}.ndim" if count else f"np.ndim({value.name})"
            yield f"if {rank} != {count}:"
            yield f'    raise ValueError("operand {value.name} needs {_axes(count)}")'


def _axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"


def _sizes(program: Program) -> Iterator[str]:
    for label, places in _places(program).items():
        if label == UNIT:
            yield from (line for place in places for line in _unit(place))
        elif len(places) > 1:
            yield from _equal(places)
            yield f"    raise ValueError({_message(label, places)})"


def _message(label: str, places: list[str]) -> str:
    if label == ELLIPSIS:
        return '"the axes of ... differ; write a module for these shapes"'
    told = f"label {label} has the sizes {{{'} and {'.join(places)}}}"
    short = len(told) <= _LONGEST_MESSAGE
    return f'f"{told}"' if short else f'"label {label} has more than one size"'


def _unit(place: str) -> Iterator[str]:
    name, axis = place.removesuffix("]").split(".shape[")
    yield f"if {place} != 1:"
    yield f'    raise ValueError("axis {axis} of operand {name} needs size 1")'


def _equal(places: list[str]) -> Iterator[str]:
    if len(places) == 2:
        yield f"if {places[0]} != {places[1]}:"
    elif len(line := f"if not {' == '.join(places)}:") <= WIDTH - 4:
        yield line
    else:
        yield "if not ("
        yield from indented([places[0], *(f"== {place}" for place in places[1:])])
        yield "):"


def _places(program: Program) -> dict[str, list[str]]:
    """The expressions of each label's sizes, one for each axis that has it."""
    found: dict[str, list[str]] = {}
    for value in program.operands:
        for axis, label in enumerate(value.labels):
            found.setdefault(label, []).append(_size(value, axis))
    return found


def _size(value: Value, axis: int) -> str:
    labels = value.labels
    if labels[axis] == ELLIPSIS:
        return f"{value.name}.shape{ellipsis_slice(labels)}"
    before = ELLIPSIS in labels[:axis]
    return f"{value.name}.shape[{axis - len(labels) if before else axis}]"
