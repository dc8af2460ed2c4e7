"""Modules of large arrays are right; small arrays stand for large ones, by large numbers."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from einsum_grad.emit import TARGETS, write
from einsum_grad.lower import Program, Scale
from einsum_grad.runtime import interpret, interpret_backward
from einsum_grad.runtime.load import load
from tests.emit.generated import program, run
from tests.strategies import Case, cases, seeds, whole

NUMPY = TARGETS["numpy"]


def large(found: Program, case: Case, itemsize: int) -> Program:
    sizes: dict[str, int] = {}
    for value, shape in zip(found.operands, case.shapes, strict=True):
        sizes.update(zip(value.labels, shape, strict=False))
    return replace(found, scale=Scale(tuple(sizes.items()), itemsize))


@settings(max_examples=400)
@given(cases(), seeds, st.sampled_from([1 << 10, 1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 24]))
def test_modules_of_large_arrays_equal_the_interpreter(
    case: Case, seed: int, itemsize: int
) -> None:
    found = large(program(case, "numpy"), case, itemsize)
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    source = write(found, NUMPY)
    for module in (run(source.text), load(source, "a large one").module):
        np.testing.assert_array_equal(
            np.asarray(module.forward(*operands)), interpret(found, *operands), strict=True
        )
        gradients = module.backward(cotangent, *operands)
        wanted = interpret_backward(found, cotangent, *operands)
        for gradient, expected in zip(gradients, wanted, strict=True):
            np.testing.assert_array_equal(np.asarray(gradient), expected, strict=True)
