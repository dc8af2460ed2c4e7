"""`Equation` and shapes to `Pattern`: ellipses become labels, broadcasting axes become units."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from einsum_grad.errors import OperandError
from einsum_grad.plan.gradient import Stretch
from einsum_grad.plan.names import ellipsis_labels, operand_names
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels, Pattern
from einsum_grad.syntax import MAX_AXES, Equation, Label, pointed

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A pattern that fits the shapes of its operands: plain labels, each with one size."""

    pattern: Pattern
    sizes: tuple[tuple[str, int], ...]
    stretched: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class _Axis:
    """One axis of one operand, and its place in the call and in the text."""

    operand: int
    axis: int
    label: str
    size: int
    start: int


def bind(
    equation: Equation,
    pattern: Pattern,
    shapes: Sequence[Shape],
    given: Mapping[str, int] | None = None,
) -> Bound:
    """Fit `pattern`, the pattern of `equation`, to the operands' `shapes`.

    `given` holds the sizes of output-only labels; all other sizes come from the operands. Raises
    `OperandError` for a wrong number of operands, a wrong rank, or sizes that disagree.

    >>> from einsum_grad.plan import pattern_of
    >>> from einsum_grad.syntax import parse
    >>> equation = parse("...i,i->...")
    >>> bound = bind(equation, pattern_of(equation), [(5, 3), (1,)])
    >>> str(bound.pattern), bound.sizes
    ('ai,1->a', (('a', 5), ('i', 3)))
    """
    _check_count(equation, shapes)
    dots = ellipsis_labels(_ellipsis_rank(equation, shapes), pattern.labels())
    axes = [_axes(equation, number, shape, dots) for number, shape in enumerate(shapes)]
    sizes = _sizes(equation, axes)
    output = tuple(
        label for name in pattern.output for label in (dots if name == ELLIPSIS else (name,))
    )
    if len(output) > MAX_AXES:
        raise OperandError(
            f"the output has {len(output)} axes, but an array has at most {MAX_AXES}"
        )
    return Bound(
        Pattern(tuple(tuple(_fitted(axis, sizes) for axis in term) for term in axes), output),
        tuple({**(given or {}), **sizes}.items()),
        tuple(
            (axis.operand, axis.axis, axis.label)
            for term in axes
            for axis in term
            if _fitted(axis, sizes) == UNIT
        ),
    )


def _fitted(axis: _Axis, sizes: Mapping[str, int]) -> str:
    return UNIT if axis.size == 1 and sizes[axis.label] != 1 else axis.label


def with_units(pattern: Pattern, sizes: Mapping[str, int]) -> Pattern:
    """`pattern` with a unit for each label of size 1: there is nothing to sum, or to repeat.

    A pattern of one operand stays as it is: its result is an array of its own if it has a sum.

    >>> product = Pattern((("i", "j"), ("j", "k")), ("i", "k"))
    >>> str(with_units(product, {"i": 2, "j": 1, "k": 3}))
    'i1,1k->ik'
    """
    if len(pattern.inputs) == 1:
        return pattern
    return pattern.rename({label: UNIT for label, size in sizes.items() if size == 1})


def _check_count(equation: Equation, shapes: Sequence[Shape]) -> None:
    wanted, given = len(equation.inputs), len(shapes)
    if wanted != given:
        raise OperandError(
            f"the pattern has {_count(wanted, 'operand')}, but {given} "
            f"{'was' if given == 1 else 'were'} given{_signs(equation.labels())}"
            f"\n{pointed(equation.text, 0)}"
        )


def _ellipsis_rank(equation: Equation, shapes: Sequence[Shape]) -> int:
    """The most axes that an ellipsis stands for in any operand; ranks are checked."""
    rank = 0
    for number, (term, shape) in enumerate(zip(equation.inputs, shapes, strict=True)):
        named = sum(label.name != ELLIPSIS for label in term.labels)
        dots = len(term.labels) > named
        if len(shape) < named or (len(shape) > named and not dots):
            raise _wrong_rank(equation, number, shape)
        rank = max(rank, len(shape) - named)
    return rank


def _axes(equation: Equation, number: int, shape: Shape, dots: Labels) -> tuple[_Axis, ...]:
    labels = equation.inputs[number].labels
    hidden = len(shape) - sum(label.name != ELLIPSIS for label in labels)
    names = [
        (name, label.start)
        for label in labels
        for name in (dots[len(dots) - hidden :] if label.name == ELLIPSIS else (label.name,))
    ]
    return tuple(
        _Axis(number, axis, name, size, start)
        for axis, ((name, start), size) in enumerate(zip(names, shape, strict=True))
    )


def _sizes(equation: Equation, axes: Sequence[tuple[_Axis, ...]]) -> dict[str, int]:
    first: dict[str, _Axis] = {}
    for term in axes:
        own: dict[str, _Axis] = {}
        for axis in term:
            if own.setdefault(axis.label, axis).size != axis.size:
                raise _disagree(equation, own[axis.label], axis)
            other = first.setdefault(axis.label, axis)
            if 1 not in (other.size, axis.size) and other.size != axis.size:
                raise _disagree(equation, other, axis)
            if other.size == 1:
                first[axis.label] = axis
    return {label: axis.size for label, axis in first.items()}


def _wrong_rank(equation: Equation, number: int, shape: Shape) -> OperandError:
    term = equation.inputs[number]
    named = sum(label.name != ELLIPSIS for label in term.labels)
    least = "at least " if len(term.labels) > named else ""
    start = term.labels[0].start if term.labels else 0
    hint = "; an ellipsis (...) takes the others" if len(shape) > named else ""
    return OperandError(
        f"{_operand(equation, number)} has shape {shape}, which is {_count(len(shape), 'axis')}, "
        f"but its term names {least}{named}{hint}"
        f"{_signs(term.labels)}\n{pointed(equation.text, start)}"
    )


def _signs(labels: Iterable[Label]) -> str:
    """A hint at the first label that doesn't look like one, such as a full-width comma."""
    signs = (x.name for x in labels if not x.name.isidentifier() and x.name != ELLIPSIS)
    return next((f"; '{sign}' is a label here" for sign in signs), "")


def _disagree(equation: Equation, one: _Axis, other: _Axis) -> OperandError:
    def told(axis: _Axis) -> str:
        return f"{axis.size} in {_operand(equation, axis.operand)} (axis {axis.axis})"

    label = equation.text[other.start : other.start + 3]
    name = ELLIPSIS if label == ELLIPSIS else other.label
    hint = (
        "; axes of one operand that share a label must be equal, even if one is 1"
        if one.operand == other.operand and 1 in (one.size, other.size)
        else ""
    )
    return OperandError(
        f"the sizes of '{name}' disagree: {told(one)} and {told(other)}{hint}"
        f"\n{pointed(equation.text, other.start)}"
    )


def _operand(equation: Equation, number: int) -> str:
    return f"operand {number} ({operand_names(len(equation.inputs))[number]})"


def _count(number: int, noun: str) -> str:
    plural = {"axis": "axes"}.get(noun, noun + "s")
    return f"{number} {noun if number == 1 else plural}"
