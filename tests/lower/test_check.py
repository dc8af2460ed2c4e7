import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from einsum_grad.lower import Op, Program, Section, Step, Value
from einsum_grad.lower.check import IllFormedError, check
from tests.lower.programs import lowered

X, W = Value("x", ("i", "j")), Value("w", ("j", "k"))
Z, DZ = Value("z", ("i", "k")), Value("dz", ("i", "k"))


def with_steps(program: Program, which: str, todo: tuple[Step, ...]) -> Program:
    section: Section = getattr(program, which)[0]
    changed: Any = {which: (dataclasses.replace(section, steps=todo),)}
    return dataclasses.replace(program, **changed)


def forward(*todo: Step) -> Program:
    """A program whose forward has these steps, then the one of a matrix product."""
    return with_steps(lowered("ij,jk->ik", ()), "forward", (*todo, Step(Op.CONTRACT, Z, (X, W))))


def test_well_formed_program_passes() -> None:
    check(lowered("ij,jk->ik"))
    check(forward())
    check(forward(Step(Op.COPY, Value("c", X.labels), (X,))))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            lambda: forward(Step(Op.COPY, Value("c", ("i",)), (Value("q", ("i",)),))),
            "reads what is not made yet",
        ),
        (
            lambda: forward(Step(Op.COPY, Value("c", ("j", "i")), (Value("x", ("j", "i")),))),
            "reads what is not made yet",
        ),
        (lambda: forward(Step(Op.COPY, Value("w", ("i", "j")), (X,))), "is made twice"),
        (lambda: forward(Step(Op.COPY, X, (X,))), "is made twice"),
        (lambda: with_steps(lowered("ij,jk->ik", ()), "forward", ()), "z.* is never made"),
        (
            lambda: dataclasses.replace(lowered("ij,jk->ik"), residuals=(Value("r", ()),)),
            "a residual is never made",
        ),
        (
            lambda: dataclasses.replace(lowered("ij,jk->ik"), backward=()),
            "dx.* is never made",
        ),
        (
            lambda: dataclasses.replace(lowered("ij,jk->ik"), output=Value("y", ())),
            "y.* is never made",
        ),
        (
            lambda: dataclasses.replace(
                lowered("ij,jk->ik"), gradients=tuple(reversed(lowered("ij,jk->ik").gradients))
            ),
            "has other axes",
        ),
        (
            lambda: dataclasses.replace(lowered("bij,jk->ik"), residuals=()),
            "reads what is not made yet",
        ),
    ],
)
def test_values_must_be_made_before(program: Callable[[], Program], message: str) -> None:
    with pytest.raises(IllFormedError, match=message):
        check(program())


def test_forward_cannot_read_the_cotangent() -> None:
    with pytest.raises(IllFormedError, match="reads what is not made yet"):
        check(forward(Step(Op.COPY, Value("c", DZ.labels), (DZ,))))


def test_gradients_and_wrt_are_as_many() -> None:
    with pytest.raises(ValueError, match="zip"):
        check(dataclasses.replace(lowered("ij,jk->ik"), wrt=(0,)))


def step(op: Op, result: str, *args: str) -> Step:
    """A step on values with these labels, written as `i,j`; a program may consist of it alone."""
    values = [Value(f"v{number}", labels(arg)) for number, arg in enumerate(args)]
    return Step(op, Value("r", labels(result)), tuple(values))


def labels(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def alone(one: Step) -> Program:
    program = lowered("ij,jk->ik", ())
    return dataclasses.replace(
        with_steps(program, "forward", (one,)), operands=one.args, output=one.result
    )


@pytest.mark.parametrize(
    "good",
    [
        step(Op.CONTRACT, "i", "i i"),
        step(Op.CONTRACT, "", "i", "i"),
        step(Op.REPEAT, "b i", "i"),
        step(Op.REPEAT, "b c", ""),
        step(Op.DIAGONAL, "i j i", "i j"),
        step(Op.UNITS, "1 i", "i"),
        step(Op.UNITS, "i", "1 i 1"),
        step(Op.MERGE, "i a", "i ..."),
        step(Op.MERGE, "a", "..."),
        step(Op.SPLIT, "i ...", "i a"),
        step(Op.CONJUGATE, "i", "i"),
        step(Op.COPY, "i", "i"),
    ],
    ids=str,
)
def test_rule_of_each_step_is_kept(good: Step) -> None:
    check(alone(good))


@pytest.mark.parametrize(
    "bad",
    [
        step(Op.CONTRACT, "i i", "i"),
        step(Op.CONTRACT, "i b", "i"),
        step(Op.CONTRACT, "i", "1 i"),
        step(Op.CONTRACT, "...", "... i"),
        step(Op.REPEAT, "i", "i"),
        step(Op.REPEAT, "i j", "j i"),
        step(Op.REPEAT, "b j i", "i j"),
        step(Op.REPEAT, "b b", ""),
        step(Op.REPEAT, "b", "i"),
        step(Op.REPEAT, "b i", "i i"),
        step(Op.DIAGONAL, "i j", "i j"),
        step(Op.DIAGONAL, "i i", "j"),
        step(Op.DIAGONAL, "i j i", "j i"),
        step(Op.UNITS, "i", "i"),
        step(Op.UNITS, "1 j", "i"),
        step(Op.UNITS, "j i 1", "i j"),
        step(Op.MERGE, "...", "..."),
        step(Op.MERGE, "j a", "i ..."),
        step(Op.MERGE, "a", "a"),
        step(Op.MERGE, "i a b", "i ..."),
        step(Op.SPLIT, "i j", "i a"),
        step(Op.SPLIT, "j ...", "i a"),
        step(Op.CONJUGATE, "j", "i"),
        step(Op.COPY, "j", "i"),
    ],
    ids=str,
)
def test_rule_of_each_step_is_enforced(bad: Step) -> None:
    with pytest.raises(IllFormedError, match=f"breaks the rule of {bad.op}"):
        check(alone(bad))
