"""Findings: what the functions of a module return, held against what they should."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from einsum_grad.certify.case import Case, Point, gradient_of, output_of
from einsum_grad.certify.certificate import Finding
from einsum_grad.certify.compare import difference
from einsum_grad.certify.parts import part
from einsum_grad.certify.residue import Array, entries, inner
from einsum_grad.certify.run import Failure, result, run
from einsum_grad.plan import OUTPUT, operand_names

_FUSED = "value_and_gradients"
_APPLY = "apply"

Gradients = Sequence[Any] | str
"""What `backward` returns, or what is wrong with all of it."""


def findings_of(case: Case, points: Sequence[Point]) -> Iterator[Finding]:
    """A finding for the output, for each gradient, and for each function that repeats them."""
    wrong = _first(_output(point) for point in points)
    yield Finding(OUTPUT, not wrong, wrong or "it is the sum that the pattern says")
    # If the output is wrong, gradients are judged by what the output should be.
    forward = output_of if wrong else _forward
    returned = [_gradients(point) for point in points]
    if not case.wrt and (wrong := _first(each for each in returned if isinstance(each, str))):
        yield Finding("the tuple of gradients", False, wrong)
    names = operand_names(len(case.pattern.inputs))
    for place, operand in enumerate(case.wrt):
        wrong = _first(
            gradients
            if isinstance(gradients, str)
            else _gradient(point, operand, gradients[place], forward)
            for point, gradients in zip(points, returned, strict=True)
        )
        x, dz = names[operand], f"d{OUTPUT}"
        right = f"<d{x}, v> = <{dz}, {OUTPUT} with v in the place of {x}>"
        yield Finding(f"d{x}", not wrong, wrong or right)
    yield from _repeated(case, points, returned)


def _repeated(
    case: Case, points: Sequence[Point], returned: Sequence[Gradients]
) -> Iterator[Finding]:
    if hasattr(case.module, _FUSED):
        wrong = _first(map(_fused, points, returned))
        right = "it returns what the other functions return"
        yield Finding("the one pass for all", not wrong, wrong or right)
    if hasattr(case.module, _APPLY):
        wrong = _first(_applied(point) for point in points)
        yield Finding(_APPLY, not wrong, wrong or "it returns what forward returns")


def _first(messages: Iterable[str | None]) -> str | None:
    return next((each for each in messages if each), None)


def _forward(point: Point, *operands: Array) -> Array | str:
    return result(point.case, point.cotangent.shape, "forward", *operands)


def _output(point: Point) -> str | None:
    """What is wrong with the output."""
    got = _forward(point, *point.operands)
    if isinstance(got, str):
        return got
    expected = output_of(point, *point.operands)
    point.saw(*entries(got), *entries(expected))
    return difference(got, expected)


def _gradients(point: Point) -> Gradients:
    got = run(point.case, "backward", point.cotangent, *point.operands)
    if isinstance(got, Failure):
        return got.message
    if not isinstance(got, (tuple, list)):
        return f"backward returns something of type {type(got).__name__}, and no tuple"
    if len(got) != (count := len(point.case.wrt)):
        return f"backward returns {len(got)} gradients, but should return {count}"
    return got


def _gradient(
    point: Point, operand: int, returned: Any, forward: Callable[..., Array | str]
) -> str | None:
    """What is wrong with the gradient of `operand`, judged by the adjoint identity."""
    case, v, others = point.case, point.directions[operand], point.operands
    got = case.arithmetic.read(returned, v.shape)
    if isinstance(got, str):
        return got
    output = forward(point, *others[:operand], v, *others[operand + 1 :])
    if isinstance(output, str):
        return f"the output with v: {output}"
    one = inner(got, v, case.conjugate)
    other = inner(point.cotangent, output, case.conjugate)
    point.saw(one, other)
    is_real = not case.is_complex(operand)
    if case.conjugate or is_real:  # then only the real parts have to be equal
        one, other = one.real, other.real
    if (one - other).is_zero():
        return None
    expected = gradient_of(point, operand)
    if is_real:
        got, expected = part(got, "real"), part(expected, "real")
    return difference(got, expected) or "the adjoint identity fails"


def _fused(point: Point, gradients: Gradients) -> str | None:
    """What is wrong with the output and gradients that the function for both returns."""
    output = run(point.case, "forward", *point.operands)
    if isinstance(output, Failure) or isinstance(gradients, str):
        return "there is nothing to compare it with"
    got = run(point.case, _FUSED, point.cotangent, *point.operands)
    if isinstance(got, Failure):
        return got.message
    try:
        z, others = got
        pairs = [*zip((z, *others), (output, *gradients), strict=True)]
    except (TypeError, ValueError):
        return f"{_FUSED} does not return an output and a tuple of gradients"
    arrays = [point.cotangent, *(point.operands[operand] for operand in point.case.wrt)]
    read = point.case.arithmetic.read
    return _first(
        _unlike(read(one, array.shape), read(other, array.shape))
        for (one, other), array in zip(pairs, arrays, strict=True)
    )


def _applied(point: Point) -> str | None:
    """What is wrong with the output that the library differentiates itself."""
    got = result(point.case, point.cotangent.shape, _APPLY, *point.operands)
    return _unlike(got, _forward(point, *point.operands))


def _unlike(got: Array | str, expected: Array | str) -> str | None:
    if isinstance(got, str):
        return got
    if isinstance(expected, str):
        return "there is nothing to compare it with"
    return difference(got, expected)
