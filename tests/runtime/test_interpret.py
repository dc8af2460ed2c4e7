"""The interpreter, the oracle of every target, against the definition."""

import dataclasses

import numpy as np
from hypothesis import given, settings

from einsum_grad.lower import Op, Program, Step, Value
from einsum_grad.runtime import interpret, interpret_backward
from tests import definition
from tests.emit.generated import program, programs
from tests.lower.programs import lowered
from tests.strategies import Case, seeds, whole
from tests.tries import tries


@settings(max_examples=tries(300))
@given(programs(), seeds)
def test_interpreter_is_the_definition(drawn: tuple[Case, str, Program], seed: int) -> None:
    case, _, found = drawn
    dtype = "c16" if found.traits.complex else "f8"
    operands = [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, dtype, seed + 99)
    expected = definition.forward(case, operands)
    np.testing.assert_array_equal(interpret(found, *operands), expected, strict=True)
    gradients = interpret_backward(found, cotangent, *operands)
    wanted = definition.gradients(case, cotangent, operands, found.traits.conjugate)
    for operand, gradient in zip(found.wrt, gradients, strict=True):
        np.testing.assert_array_equal(gradient, wanted[operand], strict=True)


def test_a_changed_step_changes_the_result() -> None:
    found = lowered("ij,jk->ik")
    (section,) = found.forward
    x, w = Value("x", ("i", "j")), Value("w", ("j", "k"))
    other = Step(Op.CONTRACT, Value("z", ("k", "i")), (x, w))
    changed = dataclasses.replace(
        found, forward=(dataclasses.replace(section, steps=(other,)),), output=other.result
    )
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    np.testing.assert_array_equal(interpret(changed, a, b), (a @ b).T)


def test_gradients_come_in_the_order_of_wrt() -> None:
    case = Case((("i",), ("i",)), (), (("i",), ("i",)), (), ((2,), (2,)), {"i": 2}, {})
    found = program(case, "numpy", wrt=(1, 0))
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    dw, dx = interpret_backward(found, np.array(1.0), x, w)
    np.testing.assert_array_equal(dw, x)
    np.testing.assert_array_equal(dx, w)
