"""Files that are read: no residual that is a view, no copy for a scalar product."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from einsum_grad.emit import TARGETS, emit, write
from einsum_grad.emit.readable import readable_program, readable_target
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import is_view, lowering, steps
from einsum_grad.plan import request
from tests.emit.generated import exit_code, run
from tests.strategies import Case, cases

NUMPY = TARGETS["numpy"]


def test_a_readable_target_spells_as_the_target_does() -> None:
    readable = readable_target(NUMPY, blocked=False)
    assert readable.spellings is NUMPY.spellings
    assert not readable.frees
    assert not readable.out_argument
    assert readable_target(NUMPY, blocked=True).out_argument == NUMPY.out_argument


def test_blocks_of_a_target_without_them_are_refused() -> None:
    with pytest.raises(ArgumentError, match="the target einops has no blocks; these have: numpy"):
        readable_target(TARGETS["einops"], blocked=True)


@pytest.mark.parametrize("numbers", ["real", "complex"])
def test_a_view_is_no_residual(numbers: str) -> None:
    text = emit("ii,ij->j", numbers=numbers)
    assert "save" not in text
    assert text.count('x_i = np.einsum("ii->i", x)') == 2
    code, printed = exit_code(text)
    assert code == 0, printed


def test_what_is_computed_is_a_residual_still_beside_a_view() -> None:
    text = emit("ii,bij,jk->k")
    assert "saved" in text
    pullback = text[text.index("def pullback") : text.index("def check_sizes")]
    assert 'np.einsum("ii->i", a)' in pullback
    code, printed = exit_code(text)
    assert code == 0, printed


@given(cases())
def test_no_residual_is_a_view_of_an_operand(case: Case) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    whole = lowering(asked.pattern, asked.wrt, NUMPY.form, case.given).program()
    program = readable_program(whole, NUMPY)
    operands = set(program.operands)
    made = {step.result: step for step in steps(program.forward)}
    for value in program.residuals:
        assert not (is_view(made[value]) and made[value].args[0] in operands)
    again = [step.result.name for step in steps(program.backward)]
    assert len(again) == len(set(again))
    x = [np.arange(1.0, 1 + np.prod(shape)).reshape(shape) for shape in case.shapes]
    plain, readable = (run(write(each, NUMPY, bare=True).text) for each in (whole, program))
    z = plain.forward(*x)
    np.testing.assert_array_equal(readable.forward(*x), z)
    pairs = zip(plain.backward(z, *x), readable.backward(z, *x), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("pattern", "numbers", "line"),
    [
        ("i,i->", "real", "return x @ w"),
        ("i,i->", "complex", "return x @ w"),
        ("ij,ij->", "real", "return np.vdot(x, w)"),
        ("ij,ij->", "complex", "return x.ravel() @ w.ravel()"),
        ("ij,ji->", "real", 'return np.einsum("ij,ji->", x, w)'),
        ("ijk,ir,jr,kr->", "real", 'return np.einsum("rk,kr->", t2, d)'),
        ("ijk,ir,jr,kr->", "complex", 'return np.einsum("rk,kr->", t2, d)'),
    ],
)
def test_a_scalar_product_is_one_line_without_a_copy(pattern: str, numbers: str, line: str) -> None:
    text = emit(pattern, numbers=numbers)
    assert line in text.replace("    ", "")
    output = text[text.index("def output") : text.index("def pullback")]
    assert ".copy()" not in output
    assert "reshape" not in output
    code, printed = exit_code(text)
    assert code == 0, printed


@pytest.mark.parametrize("pattern", ["i,j->ij", "ab,cd->abcd", "ij,j->i", "a,b,c->abc"])
def test_an_outer_product_broadcasts(pattern: str) -> None:
    text = emit(pattern)
    assert ".dot(" not in text
    assert "np.dot" not in text
