"""The functions along tangents, as text: how they read, and the arithmetic that they do."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from einsum_grad.emit import TARGETS, write_tangents
from einsum_grad.lower import PLAIN, Program, arrange, hvp, jvp, lowering, scale_of, steps
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse
from tests.emit.libraries import EVERY, module_of
from tests.programs import along, path_of
from tests.strategies import whole

NUMPY = TARGETS["numpy"]
FORMS = {"jvp": jvp, "hvp": hvp}
WITHOUT_SUMS = ["i,i,i->i", "i,j->ij", "a,b,c,d->abcd", "a,b,ab,ab->ab"]
PATTERNS = ["ij,jk->ik", "ab,bc,cd,de,ef->af", "i,ij,j->", "bij,bjk->bik", "i,i->i", "ij,jk,ki->"]


def program(pattern: str) -> Program:
    read = pattern_of(parse(pattern))
    return along(read, path_of(read, NUMPY, {}), tuple(range(len(read.inputs))), {})


def text(pattern: str, form: str, active: tuple[int, ...] | None = None) -> str:
    made = program(pattern)
    moving = tuple(range(len(made.operands))) if active is None else active
    return write_tangents(arrange(FORMS[form](made, moving)), NUMPY, form).text


def run(source: str, name: str) -> Any:
    names: dict[str, Any] = {}
    exec(source, names)
    return names[name]


class Counted:
    """A number that counts the multiplications and the additions of all of them."""

    multiplications = additions = 0

    def __mul__(self, other: object) -> Counted:
        Counted.multiplications += 1
        return self

    def conjugate(self) -> Counted:
        return self

    def __add__(self, other: object) -> Counted:
        Counted.additions += 1
        return self


def counted(*shapes: tuple[int, ...]) -> list[Any]:
    return [np.full(shape, Counted(), object) for shape in shapes]


def spent(function: Any, *arrays: Any) -> tuple[int, int]:
    """The multiplications, and all arithmetic."""
    Counted.multiplications = Counted.additions = 0
    function(*arrays)
    return Counted.multiplications, Counted.multiplications + Counted.additions


def arithmetic(pattern: str) -> list[tuple[int, int]]:
    """What is spent on the forward, the JVP, and the gradients and products of a pattern."""
    made = program(pattern)
    shapes = [shape(value.labels, pattern) for value in made.operands]
    both = counted(*shapes, *shapes)
    (cotangent,) = counted(shape(made.pattern.output, pattern))
    return [
        # Without an active operand the JVP is the forward.
        spent(run(text(pattern, "jvp", ()), "jvp"), *both[: len(shapes)]),
        spent(run(text(pattern, "jvp"), "jvp"), *both),
        spent(run(text(pattern, "hvp"), "hvp"), cotangent, *both),
    ]


def shape(labels: tuple[str, ...], pattern: str) -> tuple[int, ...]:
    sizes = dict(zip(pattern_of(parse(pattern)).labels(), (3, 4, 2, 3, 4, 2), strict=False))
    return tuple(sizes[label] for label in labels)


def test_a_function_reads_as_if_written_by_hand() -> None:
    assert text("ij,jk->ik", "jvp").endswith(
        '''def jvp(x, w, x_dot, w_dot):
    """Return (z, z_dot)."""
    z = x @ w
    z_by_x = x_dot @ w
    z_by_w = x @ w_dot
    z_dot = z_by_x + z_by_w
    return z, z_dot
'''
    )
    assert text("ij,jk->ik", "hvp").endswith(
        '''def hvp(dz, x, w, x_dot, w_dot):
    """Return (dx, dw, dx_dot, dw_dot)."""
    dx = dz @ w.T
    dx_dot = dz @ w_dot.T
    dw = x.T @ dz
    dw_dot = x_dot.T @ dz
    return dx, dw, dx_dot, dw_dot
'''
    )


@pytest.mark.oracle
@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize("pattern", [*PATTERNS, *WITHOUT_SUMS, "ii,ij->j", "i->ii"])
def test_every_target_gives_the_same(pattern: str, target: str) -> None:
    read = pattern_of(parse(pattern))
    places = tuple(range(len(read.inputs)))
    shapes = [shape(labels, pattern) for labels in read.inputs * 2]
    arrays = [whole(each, "f8", number) for number, each in enumerate(shapes)]
    cotangent = whole(shape(read.output, pattern), "f8", 99)
    for form, given, wrt in (("jvp", arrays, ()), ("hvp", [cotangent, *arrays], places)):
        one, other = (
            getattr(module_of(defined(name, form, read, wrt), name), form)(*given)
            for name in (target, "numpy")
        )
        for result, expected in zip(one, other, strict=True):
            np.testing.assert_array_equal(result, expected, strict=True)


def defined(target: str, form: str, pattern: Pattern, wrt: tuple[int, ...]) -> dict[str, Any]:
    """What the module of `form` along all operands defines."""
    chosen, names = TARGETS[target], dict[str, Any]()
    found = lowering(pattern, wrt, chosen.form, {}, chosen.traits or PLAIN)
    made = found.tangents(form, tuple(range(len(pattern.inputs))))
    exec(write_tangents(made, chosen, form).text, names)
    return names


def test_what_memory_bounds_is_done_in_one_pass_of_blocks() -> None:
    sizes = {"i": 2000, "j": 2000}
    scale = scale_of([("i", "j")] * 3, sizes, 8)
    made = arrange(jvp(program("ij,ij->ij"), (0, 1)), scale)
    source = write_tangents(made, NUMPY, "jvp").text
    assert source.count("= in_blocks(") + source.count("    in_blocks(") == 1
    assert "z_dot_part = z_by_x_part + z_by_w_part" in source


def test_what_does_not_move_is_no_parameter() -> None:
    assert "def jvp(x, w, w_dot):" in text("ij,jk->ik", "jvp", (1,))
    source = text("ij,jk->ik", "jvp", ())
    assert "def jvp(x, w):" in source
    assert "tangent of" not in source


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_code_multiplies_at_most_three_and_nine_times_as_often_as_the_forward(
    pattern: str,
) -> None:
    (forward, _), (along, _), (second, _) = arithmetic(pattern)
    assert along == 3 * forward
    assert forward < second <= 9 * forward


@pytest.mark.parametrize("pattern", [*PATTERNS, *WITHOUT_SUMS])
def test_a_pair_adds_its_two_tangents_beyond_three_times_the_forward(pattern: str) -> None:
    (_, forward), (_, along), (_, second) = arithmetic(pattern)
    pairs = [step for step in steps(program(pattern).forward) if len(step.args) == 2]
    entries = sum(math.prod(shape(pair.result.labels, pattern)) for pair in pairs)
    assert along == 3 * forward + entries
    assert along <= 4 * forward
    assert forward < second <= 16 * forward


def test_no_sum_is_the_worst_case_of_a_jvp() -> None:
    (_, forward), (_, along), _ = arithmetic("i,i->i")
    # A product of polynomials of the first degree, its square left out: 3 products and a sum.
    assert along == 4 * forward


@pytest.mark.parametrize("pattern", ["ii->", "i->ii", "ij->j", "ij,jk->ik"])
def test_no_identity_and_no_ones_are_made(pattern: str) -> None:
    for form in FORMS:
        source = text(pattern, form)
        assert "ones" not in source
        assert "eye" not in source
