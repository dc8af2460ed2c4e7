"""Programs beside their derivatives: what they share, what they leave out, what they cost."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from einsum_grad.emit import TARGETS
from einsum_grad.lower import (
    Op,
    Program,
    Section,
    Step,
    Value,
    arrange,
    hvp,
    jvp,
    steps,
)
from einsum_grad.plan import Pattern, pattern_of, request
from einsum_grad.syntax import parse
from tests.programs import along, path_of
from tests.strategies import Case, cases
from tests.tries import tries

CHAIN = "ab,bc,cd,de,ef,fg,gh,hi->ai"
PATTERNS = [CHAIN, "ij,jk->ik", "i,i->i", "i,j->ij", "i,ij,j->", "bij,bjk->bik", "ij,jk,ki->"]


def program(pattern: Pattern, sizes: dict[str, int] | None = None) -> Program:
    wrt = tuple(range(len(pattern.inputs)))
    path = path_of(pattern, TARGETS["numpy"], sizes or {})
    return along(pattern, path, wrt, sizes or {})


def of(text: str) -> Program:
    return program(pattern_of(parse(text)))


def multiplications(todo: Iterable[Step], sizes: dict[str, int]) -> int:
    """How many of them the contractions have: one less than operands, for each combination."""
    return sum(
        (len(step.args) - 1) * math.prod(sizes[x] for x in step.pattern.input_labels())
        for step in todo
        if step.op is Op.CONTRACT
    )


def counts(made: Program, sizes: dict[str, int]) -> tuple[int, int, int]:
    """The multiplications of the forward, of the JVP, and of gradients and products."""
    active = tuple(range(len(made.operands)))
    return (
        multiplications(steps(made.forward), sizes),
        multiplications(steps(arrange(jvp(made, active)).forward), sizes),
        multiplications(steps(arrange(hvp(made, active)).forward), sizes),
    )


@pytest.mark.parametrize("pattern", PATTERNS)
def test_multiplications_are_at_most_three_and_nine_times_those_of_the_forward(
    pattern: str,
) -> None:
    made = of(pattern)
    forward, along, second = counts(made, dict.fromkeys(made.pattern.labels(), 32))
    assert along == 3 * forward
    assert second <= 9 * forward


def test_a_chain_comes_close_to_both_bounds() -> None:
    forward, along, second = counts(of(CHAIN), dict.fromkeys("abcdefghi", 32))
    # Six of the seven pairs of the forward, three times; the two gradients of the last pair, whose
    # cotangent does not move, twice; the twelve other gradients three times.
    assert (along / forward, second / forward) == (3.0, (18 + 4 + 36) / 7)


@settings(max_examples=tries(150))
@given(cases(most_operands=5, ellipsis=False))
def test_no_pattern_needs_more(case: Case) -> None:
    asked = request(case.letters, sizes=case.given or None, shapes=case.shapes)
    sizes = dict(asked.sizes) | {"1": 1}
    made = program(asked.pattern, sizes)
    forward, along, second = counts(made, sizes)
    assert along <= 3 * forward
    assert second <= 9 * forward


def test_a_constant_has_no_derivative() -> None:
    made = jvp(of("ij,jk,kl->il"), (2,))
    assert str(made).count("contract") == 3
    assert Op.ADD not in {step.op for step in steps(made.forward)}
    for alone in (jvp(of("ij->ji"), ()), hvp(of("ij->ji"), (0,))):
        assert len(alone.gradients) == 1


def test_gradients_leave_out_the_output() -> None:
    made = hvp(of("ij,jk->ik"), (0, 1))
    assert "z" not in {step.result.name for step in steps(made.forward)}
    results = ["dx[i j]", "dw[j k]", "dx_dot[i j]", "dw_dot[j k]"]
    assert [str(value) for value in made.gradients] == results


def test_every_name_is_made_once() -> None:
    for pattern in PATTERNS:
        for form in (jvp, hvp):
            made = arrange(form(of(pattern), tuple(range(len(of(pattern).operands)))))
            names = [step.result.name for step in steps(made.forward)]
            assert len(set(names)) == len(names)


def test_steps_that_the_backward_repeats_are_made_once() -> None:
    made = of("...ij,...jk,...kl->...il")
    twice = {step.result for step in steps(made.forward)} & {
        step.result for step in steps(made.backward)
    }
    assert twice
    names = [step.result.name for step in steps(hvp(made, (0, 1, 2)).forward)]
    assert len(set(names)) == len(names)


def test_terms_of_a_sum_have_one_axis_order() -> None:
    made = of("ij,ij,ji,ji->ji")
    a, b, c, d = made.operands
    one, other, total = (Value(name, ("j", "i")) for name in ("one", "other", "total"))
    todo = (
        Step(Op.CONTRACT, one, (a, b)),
        Step(Op.CONTRACT, other, (c, d)),
        Step(Op.ADD, total, (one, other)),
    )
    whole = Section(made.pattern, (), total, total, todo)
    found = arrange(replace(made, forward=(whole,), output=total, backward=(), gradients=()))
    done = tuple(steps(found.forward))
    (step,) = (step for step in done if step.op is Op.ADD)
    assert {arg.labels for arg in step.args} == {step.result.labels}
    assert done[-1].result == total
    # The two products leave different orders: one needs a view.
    assert len(done) > len(todo)
