"""The target of docs/add-a-target.md: one file is all that there is to do."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import einsum_grad as eg
from einsum_grad.emit import TARGETS, Target, write
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.plan import derivative, pattern_of, request
from einsum_grad.runtime import interpret, interpret_backward
from einsum_grad.syntax import parse
from tests.emit.generated import exit_code, run
from tests.programs import program_of
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

PAGE = (Path(__file__).parents[3] / "docs" / "add-a-target.md").read_text(encoding="utf-8")
FILE, SHOWN = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def target() -> Target:
    """The target that the page defines."""
    defined: dict[str, Any] = {}
    exec(compile(FILE, "add-a-target.md", "exec"), defined)
    plain: Target = defined["PLAIN"]
    return plain


PLAIN = target()


@pytest.fixture(autouse=True, scope="module")
def _in_the_table() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TARGETS, PLAIN.name, PLAIN)
        yield


def test_it_is_about_a_hundred_lines() -> None:
    assert FILE.count("\n") < 120


def test_the_page_shows_what_it_writes() -> None:
    assert SHOWN in eg.emit("bij,jk->ik", target="plain")


@settings(max_examples=tries(200))
@given(cases(), seeds)
def test_it_equals_the_interpreter(case: Case, seed: int) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    program = program_of(asked.pattern, asked.wrt, PLAIN, dict(asked.sizes))
    module = run(write(program, PLAIN).text)
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    output = np.asarray(module.forward(*operands))
    np.testing.assert_array_equal(output, interpret(program, *operands), strict=True)
    wanted = interpret_backward(program, cotangent, *operands)
    for one, other in zip(module.backward(cotangent, *operands), wanted, strict=True):
        np.testing.assert_array_equal(np.asarray(one), other, strict=True)


PATTERNS = ["ij,jk->ik", "ii,ij->j", "...ij,jk->...ik", "i->iii", "ij,ij->i", "ab,bc,cd,de->ea"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_modules_check_themselves(pattern: str) -> None:
    text = eg.emit(pattern, target="plain")
    assert exit_code(text)[0] == 0
    assert exit_code(text.replace("return dx", "return 2 * dx"))[0] == int("return dx" in text)
    assert exit_code(eg.emit(pattern, target="plain", numbers="complex"))[0] == 0


@pytest.mark.parametrize("pattern", PATTERNS)
def test_compiled_functions_run_it(pattern: str) -> None:
    f, plain = eg.compile(pattern, target="plain"), eg.compile(pattern)
    shapes = [(3,) * len(term) for term in pattern.replace("...", "z").split("->")[0].split(",")]
    operands = [whole(shape, "f8", n) for n, shape in enumerate(shapes)]
    out, pullback = f.vjp(*operands)
    for one, other in zip(pullback(out), plain.backward(out, *operands), strict=True):
        np.testing.assert_array_equal(one, other, strict=True)
    assert f.certify().is_right


@pytest.mark.parametrize("wrt", [((0,),), ((0,), (1,))])
def test_derivatives_are_written_too(wrt: Any) -> None:
    text = emit_derivative(derivative(pattern_of(parse("ij,jk->ik")), wrt), "plain")
    assert exit_code(text)[0] == 0
