"""Modules of large arrays are right; small arrays stand for large ones, by large numbers."""

import itertools
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.emit import TARGETS, Source, emit, write
from einsum_grad.emit.text.helpers import HELPERS, helpers
from einsum_grad.lower import Program, Scale, product_of, schedule
from einsum_grad.lower.layout import axis_orders
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.runtime import interpret, interpret_backward
from einsum_grad.runtime.generated.load import load
from einsum_grad.syntax import parse
from tests.emit.generated import program, run
from tests.programs import program_of, special, text_of
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

NUMPY = TARGETS["numpy"]


def large(found: Program, case: Case, itemsize: int) -> Program:
    sizes: dict[str, int] = {}
    for value, shape in zip(found.operands, case.shapes, strict=True):
        sizes.update(zip(value.labels, shape, strict=False))
    return replace(found, scale=Scale(tuple(sizes.items()), itemsize))


@settings(max_examples=tries(400))
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
        if schedule(found).together:
            output, gradients = module.value_and_gradients(cotangent, *operands)
            np.testing.assert_array_equal(np.asarray(output), interpret(found, *operands))
            for gradient, expected in zip(gradients, wanted, strict=True):
                np.testing.assert_array_equal(np.asarray(gradient), expected, strict=True)
        else:
            assert not hasattr(module, "value_and_gradients")


@pytest.mark.parametrize(
    ("text", "size", "call"),
    [
        ("bij,bj->bi", 256, "np.matvec"),
        ("bi,bi->b", 256, "np.vecdot"),
        ("bij,bjk->bik", 256, "multiplied"),
    ],
)
def test_blocks_have_calls_for_their_parts(text: str, size: int, call: str) -> None:
    sizes = dict.fromkeys(pattern_of(parse(text)).labels(), size) | {"b": 1 << 12}
    written = emit(text, sizes=sizes, blocked=True)
    output = written[written.index("def output") : written.index("def pullback")]
    assert "in_blocks(" in output
    assert f"{call}(" in output


@pytest.mark.parametrize(
    ("text", "sizes", "calls"),
    [
        # NumPy's own loops keep Python's lock where the result has up to 500 numbers.
        ("bi,bi->b", {"b": 256, "i": 1 << 14}, ["np.einsum("]),
        ("bi,bi->b", {"b": 1 << 14, "i": 256}, ["np.vecdot("]),
        ("bi,bi->b", {"b": 1 << 20, "i": 3}, ["row_dots("]),
        ("bij,bj->bi", {"b": 32, "i": 16, "j": 8192}, ["np.einsum("]),
        ("ij,j->i", {"i": 1024, "j": 2048}, ["multiplied(x_part, w, out=z_part)"]),
        ("i,ij->j", {"i": 256, "j": 4096}, ["multiplied(w_part.T, x_part)"]),
        ("ab,cd->abd", {"a": 16, "b": 1024, "c": 4096, "d": 256}, ["summed(w_part, (0,))"]),
    ],
)
def test_in_blocks_are_calls_that_other_threads_can_work_beside(
    text: str, sizes: dict[str, int], calls: list[str]
) -> None:
    pattern = pattern_of(parse(text))
    written = write(program_of(pattern, (0, 1), NUMPY, sizes, exact=True), NUMPY).text
    output = written[: written.index("def pullback")]
    assert "in_blocks(" in output
    for call in calls:
        assert call in output


def test_large_matrices_of_a_batch_are_left_to_a_blas_and_its_threads() -> None:
    text = emit("bij,bjk->bik", sizes=dict.fromkeys("ijk", 257) | {"b": 64}, blocked=True)
    assert "in_blocks(" not in text


def test_rows_with_gaps_are_read_as_they_are_in_blocks_too() -> None:
    big = np.ones((2048, 2048), np.float32)
    function = eg.compile("ij,j->i")
    arrays = big[:, :1024], np.ones(1024, np.float32)
    text = text_of(special(function._specializations, *arrays))
    assert "multiplied(x_part, w, out=z_part)" in text
    assert "multiplied(x_part.T, dz_part)" in text


def test_a_large_matrix_times_a_vector_is_read_as_it_is() -> None:
    text = emit("ij,j->i", wrt=1, sizes={"i": 1500, "j": 1000}, blocked=True)
    assert "z = multiplied(x, w)" in text
    assert "dw = multiplied(x.T, dz)" in text
    # Of few numbers a BLAS keeps its other threads asleep.
    assert "x @ w" in emit("ij,j->i", wrt=1, sizes={"i": 256, "j": 512}, blocked=True)
    # Small ones take less time with a method, where none has one number.
    chain, sizes = pattern_of(parse("ij,jk,kl->il")), {"i": 1500, "j": 1000, "k": 2, "l": 2}
    made = program_of(chain, (0, 1, 2), NUMPY, sizes, exact=True)
    assert ".dot(" in write(made, NUMPY).text


def test_each_function_of_gradients_says_how_they_are_derived() -> None:
    text = emit("ij,ij->ij", sizes={"i": 1024, "j": 1024}, blocked=True)
    assert "def value_and_gradients" in text
    assert text.count("# dx: put dz in the place of x") == 2


def calls_of(function: Callable[[], Any]) -> int:
    """How many functions are called, Python's and those in C, and the loops' comparisons too."""
    count = 0

    def counting(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    product_of.cache_clear()
    axis_orders._matrices.cache_clear()
    sys.setprofile(counting)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def test_many_steps_take_a_time_that_grows_as_they_do() -> None:
    def written(count: int) -> None:
        names = [f"l{number}" for number in range(count + 1)]
        chain = Pattern(tuple(itertools.pairwise(names)), (names[0], names[-1]))
        sizes = dict.fromkeys(names, 60)
        path = [(0, 1)] + [(0, count - 1 - done) for done in range(1, count - 1)]
        write(program_of(chain, tuple(range(count)), NUMPY, sizes, order=tuple(path)), NUMPY)

    written(3)
    assert calls_of(lambda: written(160)) < 2.3 * calls_of(lambda: written(80))


def test_a_helper_brings_the_one_that_it_calls() -> None:
    assert list(helpers(HELPERS, {"summed_in_blocks"})) == ["summed_in_blocks", "in_blocks"]
    source = written("ij,ij->", {"i": 4096, "j": 4096})
    assert "in_blocks" in source.helpers
    assert all(f"def {name}(" in source.text for name in (*source.helpers, "summed_in_blocks"))


def written(text: str, sizes: dict[str, int]) -> Source:
    pattern = pattern_of(parse(text))
    own = {label: sizes[label] for label in pattern.labels()}
    return write(program_of(pattern, tuple(range(len(pattern.inputs))), NUMPY, own), NUMPY)


@pytest.mark.parametrize("text", ["ij,ij->ij", "ij,j->i", "ij,jk,kl->il", "ij,ij->"])
def test_a_module_of_large_arrays_takes_operands_of_one_dtype(text: str) -> None:
    sizes = dict.fromkeys(filter(str.isalpha, text), 1024)
    functions = run(written(text, sizes).text)
    terms = text.partition("->")[0].split(",")
    operands = [np.ones([4] * len(term), np.float32) for term in terms]
    output = functions.forward(*operands)
    cotangent = np.ones(np.shape(output), np.float32)
    for gradient in functions.backward(cotangent, *operands):
        assert gradient.dtype == np.float32
    other = [operands[0].astype(float), *operands[1:]]
    with pytest.raises(ValueError, match="the operands have more than one dtype"):
        functions.forward(*other)
    with pytest.raises(ValueError, match="the operands have more than one dtype"):
        functions.backward(cotangent, *other)
    if cotangent.shape:
        with pytest.raises(ValueError, match="dz has dtype float64, unlike the operands"):
            functions.backward(cotangent.astype(float), *operands)
    else:
        assert functions.backward(1, *operands)[0].dtype == np.float32
