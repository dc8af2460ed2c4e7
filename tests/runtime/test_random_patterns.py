"""Thousands of random patterns, forward and backward, against the definition of an einsum."""

import functools
import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import einsum_grad as eg
from einsum_grad.errors import DTypeError
from tests import definition
from tests.emit.libraries import ON_NUMPY
from tests.strategies import Case, cases, fractions, laid_out, seeds, whole
from tests.tries import tries

Array = NDArray[Any]

WHOLE = ("?", "i1", "u1", "i4", "i8", "f2", "f4", "f8", "c8", "c16")
RTOL = {"f2": 1e-3, "f4": 2e-5, "f8": 1e-13, "c8": 2e-5, "c16": 1e-13}
targets = st.sampled_from(ON_NUMPY)


def compiled(case: Case, target: str, wrt: tuple[int, ...] | None = None) -> eg.Function:
    return eg.compile(case.letters, wrt, sizes=case.given or None, target=target)


@st.composite
def subsets(draw: st.DrawFn, count: int) -> tuple[int, ...]:
    """The operands whose gradients are wanted: all of them, or some in any order."""
    everything = range(count)
    if draw(st.booleans()):
        return tuple(everything)
    return tuple(draw(st.lists(st.sampled_from(everything), unique=True, max_size=count)))


def assert_same(actual: Array, expected: Array) -> None:
    """Bit for bit: shape, dtype and numbers (a zero may have either sign)."""
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected, strict=True)


def assert_close(actual: Array, expected: Array, bound: Array, dtype: str) -> None:
    """As close as the dtype allows; `bound` is the sum of the absolute values of what is added."""
    assert actual.shape == expected.shape
    assert actual.dtype == np.dtype(dtype)
    assert np.all(np.abs(actual - expected) <= RTOL[dtype] * bound + 1e-7 * (dtype == "f2"))


@settings(max_examples=tries(2000))
@given(cases(), st.sampled_from(WHOLE), targets, seeds, st.booleans(), st.data())
def test_integers_are_exact(
    case: Case, dtype: str, target: str, seed: int, conj: bool, data: st.DataObject
) -> None:
    wrt = data.draw(subsets(len(case.terms)))
    operands = [
        data.draw(laid_out(whole(shape, dtype, seed + n))) for n, shape in enumerate(case.shapes)
    ]
    cotangent = data.draw(laid_out(whole(case.result_shape, dtype, seed - 1 if seed else 9)))
    f = compiled(case, target, wrt)

    out, pullback = f.vjp(*operands, conj=conj)
    assert_same(np.asarray(out), definition.forward(case, operands).astype(dtype))
    assert_same(np.asarray(f(*operands)), np.asarray(out))

    expected = definition.gradients(case, cotangent, operands, conj)
    if not all(np.array_equal(expected[n].astype(dtype), expected[n]) for n in wrt):
        assert dtype in ("?", "i1", "u1")
        with pytest.raises(DTypeError, match="can't hold"):
            pullback(cotangent)
        return
    found = pullback(cotangent), f.backward(cotangent, *operands, conj=conj)
    for gradients in found:
        assert len(gradients) == len(wrt)
        for operand, gradient in zip(wrt, gradients, strict=True):
            assert_same(gradient, expected[operand].astype(dtype))


@settings(max_examples=tries(600))
@given(cases(), st.sampled_from(tuple(RTOL)), targets, seeds)
def test_fractions_are_as_close_as_the_dtype_allows(
    case: Case, dtype: str, target: str, seed: int
) -> None:
    operands = [fractions(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = fractions(case.result_shape, dtype, seed + 99)
    out, pullback = compiled(case, target).vjp(*operands)

    sizes = [np.abs(x).astype(float) for x in operands]
    expected, bound = definition.forward(case, operands), definition.forward(case, sizes)
    assert_close(np.asarray(out), expected, bound, dtype)
    exact = definition.gradients(case, cotangent, operands)
    bounds = definition.gradients(case, np.abs(cotangent).astype(float), sizes)
    for gradient, wanted, limit in zip(pullback(cotangent), exact, bounds, strict=True):
        assert_close(gradient, wanted, limit, dtype)


@settings(max_examples=tries(400))
@given(cases(most_operands=3), seeds, targets, st.data())
def test_every_operand_keeps_its_own_dtype(
    case: Case, seed: int, target: str, data: st.DataObject
) -> None:
    floating = st.sampled_from(("f2", "f4", "f8", "c8", "c16"))
    dtypes = [data.draw(floating) for _ in case.terms]
    operands = [
        whole(shape, dtype, seed + n)
        for n, (shape, dtype) in enumerate(zip(case.shapes, dtypes, strict=True))
    ]
    result = np.result_type(*dtypes)
    cotangent = whole(case.result_shape, np.dtype("f2") if result == "f2" else result, seed + 7)
    out, pullback = compiled(case, target).vjp(*operands)

    assert_same(np.asarray(out), definition.forward(case, operands).astype(result))
    expected = definition.gradients(case, cotangent, operands)
    for gradient, wanted, dtype in zip(pullback(cotangent), expected, dtypes, strict=True):
        real = np.dtype(dtype).kind != "c" and wanted.dtype.kind == "c"
        assert_same(gradient, (wanted.real if real else wanted).astype(dtype))


@settings(max_examples=tries(400))
@given(cases(), seeds)
def test_named_notation_gives_the_same(case: Case, seed: int) -> None:
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    if case.output is None:  # implicit outputs are sorted by name, and the names sort otherwise
        case = Case(
            case.inputs, case.result, case.terms, case.result, case.shapes, case.sizes, case.given
        )
        if set(case.result) & {"<0>", "<1>"} or any("..." in term for term in case.inputs):
            return
    f = eg.compile(case.named, notation="named", sizes=case.named_given)
    out, pullback = f.vjp(*operands)
    assert_same(np.asarray(out), definition.forward(case, operands))
    expected = definition.gradients(case, cotangent, operands)
    for gradient, wanted in zip(pullback(cotangent), expected, strict=True):
        assert_same(gradient, wanted)


@given(cases(most_operands=3, generalised=False), seeds)
def test_definition_is_that_of_numpy_by_central_differences(case: Case, seed: int) -> None:
    """An einsum is linear in each operand, so differences with step 1 are exact."""
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    pattern = case.letters
    if case.sums_ellipsis:  # np.einsum sums over labels alone
        terms = ["".join(term) for term in case.terms]
        pattern = f"{','.join(terms)}->{''.join(case.result)}".replace("<0>", "x").replace(
            "<1>", "y"
        )
    for odd, plain in (("β", "B"), ("軸", "J"), ("×", "K")):  # letters to us; np.einsum wants ASCII
        pattern = pattern.replace(odd, plain)
    if case.output is None and pattern != case.letters:
        return
    np.testing.assert_array_equal(np.einsum(pattern, *operands), definition.forward(case, operands))
    for number, gradient in enumerate(definition.gradients(case, cotangent, operands)):
        for place in itertools.islice(np.ndindex(gradient.shape), 6):
            up, down = operands[number].copy(), operands[number].copy()
            up[place] += 1
            down[place] -= 1
            outputs = (
                np.einsum(pattern, *operands[:number], moved, *operands[number + 1 :])
                for moved in (up, down)
            )
            higher, lower = (np.sum(cotangent * output) for output in outputs)
            assert gradient[place] == (higher - lower) / 2


@pytest.mark.parametrize("target", ON_NUMPY)
def test_hundred_operands_are_exact(target: str) -> None:
    random = np.random.default_rng(1)
    letters = [chr(0x4E00 + n) for n in range(101)]
    operands = [random.integers(0, 2, (2, 2)).astype(float) for _ in letters[1:]]
    for operand in operands:
        operand[0, 0] = operand[1, 1] = 1  # so that the product is neither 0 nor huge
        operand[1, 0] = 0
    pattern = ",".join(map("".join, itertools.pairwise(letters))) + f"->{letters[0]}{letters[-1]}"
    out, pullback = eg.compile(pattern, target=target).vjp(*operands)
    np.testing.assert_array_equal(out, functools.reduce(np.matmul, operands))
    cotangent = np.array([[1.0, 2.0], [0.0, 3.0]])
    for number, gradient in enumerate(pullback(cotangent)):
        before, after = operands[:number], operands[number + 1 :]
        left, right = (functools.reduce(np.matmul, some, np.eye(2)) for some in (before, after))
        np.testing.assert_array_equal(gradient, left.T @ cotangent @ right.T)
