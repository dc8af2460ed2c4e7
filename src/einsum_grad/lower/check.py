"""The rules that every `Program` keeps; tests check each lowering."""

from __future__ import annotations

from collections.abc import Callable

from einsum_grad.lower.program import Op, Program, Step, Value, steps
from einsum_grad.plan import ELLIPSIS, Labels, Pattern, distinct, drop_units


class IllFormedError(AssertionError):
    """A program that breaks a rule: a bug of the lowering, never a user's mistake."""


def check(program: Program) -> None:
    """Raise `IllFormedError` unless each step keeps its rule and reads only earlier values."""
    forward = _run(program.operands, tuple(steps(program.forward)))
    _need(program.output in forward, f"{program.output} is never made")
    _need(forward.issuperset(program.residuals), "a residual is never made")
    given = (*program.operands, program.cotangent, *program.residuals)
    backward = _run(given, tuple(steps(program.backward)))
    for operand, gradient in zip(program.wrt, program.gradients, strict=True):
        _need(gradient in backward, f"{gradient} is never made")
        _need(gradient.labels == program.operands[operand].labels, f"{gradient} has other axes")


def _run(given: tuple[Value, ...], todo: tuple[Step, ...]) -> set[Value]:
    known = set(given)
    for step in todo:
        _need(known.issuperset(step.args), f"'{step}' reads what is not made yet")
        _need(step.result.name not in {value.name for value in known}, f"'{step}' is made twice")
        _need(_RULES[step.op](step.pattern), f"'{step}' breaks the rule of {step.op}")
        known.add(step.result)
    return known


def _need(holds: bool, message: str) -> None:
    if not holds:
        raise IllFormedError(message)


def _contract(pattern: Pattern) -> bool:
    return pattern.is_legal() and ELLIPSIS not in pattern.labels()


def _repeat(pattern: Pattern) -> bool:
    (given,), output = pattern.inputs, pattern.output
    kept = tuple(label for label in output if label in given)
    return given == kept and len(given) < len(output) and distinct(output) == output


def _diagonal(pattern: Pattern) -> bool:
    return pattern.inputs[0] == distinct(pattern.output) != pattern.output


def _units(pattern: Pattern) -> bool:
    (given,), output = pattern.inputs, pattern.output
    return drop_units(given) == drop_units(output) and given != output


def _merge(pattern: Pattern) -> bool:
    return _apart(pattern.inputs[0], pattern.output)


def _split(pattern: Pattern) -> bool:
    return _apart(pattern.output, pattern.inputs[0])


def _apart(apart: Labels, merged: Labels) -> bool:
    """Whether `merged` has one label where `apart` has the ellipsis."""
    if ELLIPSIS not in apart or ELLIPSIS in merged or len(apart) != len(merged):
        return False
    return all(
        one == other or one == ELLIPSIS != other for one, other in zip(apart, merged, strict=True)
    )


def _same(pattern: Pattern) -> bool:
    return pattern.inputs[0] == pattern.output


def _permuted(pattern: Pattern) -> bool:
    return sorted(pattern.inputs[0]) == sorted(pattern.output)


def _add(pattern: Pattern) -> bool:
    return len(pattern.inputs) > 1 and set(pattern.inputs) == {pattern.output}


_RULES: dict[Op, Callable[[Pattern], bool]] = {
    Op.CONTRACT: _contract,
    Op.REPEAT: _repeat,
    Op.DIAGONAL: _diagonal,
    Op.UNITS: _units,
    Op.MERGE: _merge,
    Op.SPLIT: _split,
    Op.CONJUGATE: _same,
    Op.COPY: _permuted,
    Op.READ_ONLY: _permuted,
    Op.ADD: _add,
}
