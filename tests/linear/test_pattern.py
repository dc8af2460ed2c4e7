"""Jacobians and Hessians against their definition, on random patterns."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, DTypeError, OperandError
from tests.linear import definition
from tests.strategies import Case, cases, fractions, seeds, whole
from tests.tries import tries

DTYPES = ("i8", "f4", "f8", "c16")
MOST = 300
"""The most entries of a derivative that is computed by its definition."""


def drawn(case: Case, dtype: str, seed: int) -> list[Any]:
    return [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]


def compiled(case: Case) -> eg.Function:
    return eg.compile(case.letters, sizes=case.given or None)


@st.composite
def variables(draw: st.DrawFn, case: Case, order: int) -> list[tuple[int, ...]]:
    """For each order the positions of an operand, or of several of the same shape."""
    chosen: list[tuple[int, ...]] = []
    for _ in range(order):
        first = draw(st.integers(0, len(case.shapes) - 1))
        alike = [n for n, shape in enumerate(case.shapes) if shape == case.shapes[first]]
        chosen.append(tuple(draw(st.lists(st.sampled_from(alike), unique=True, min_size=1))))
    assume(_entries(case, chosen) <= MOST)
    return chosen


def _entries(case: Case, wrt: list[tuple[int, ...]]) -> int:
    shapes = [case.result_shape, *(case.shapes[places[0]] for places in wrt)]
    return math.prod(map(math.prod, shapes))


@settings(max_examples=tries(300))
@given(cases(most_operands=4), st.sampled_from(DTYPES), seeds, st.data())
def test_a_jacobian_is_what_the_definition_says(
    case: Case, dtype: str, seed: int, data: st.DataObject
) -> None:
    (places,) = data.draw(variables(case, 1))
    operands = drawn(case, dtype, seed)
    jacobian = compiled(case).jacobian(places)
    expected = definition.derivative(case, [places], operands).astype(dtype)
    np.testing.assert_array_equal(jacobian.materialize(*operands), expected, strict=True)
    assert jacobian.at(*operands).shape == (
        math.prod(case.result_shape),
        math.prod(case.shapes[places[0]]),
    )


@settings(max_examples=tries(300))
@given(cases(most_operands=4), st.sampled_from(DTYPES), seeds, st.data())
def test_a_hessian_is_what_the_definition_says(
    case: Case, dtype: str, seed: int, data: st.DataObject
) -> None:
    rows, columns = data.draw(variables(case, 2))
    operands = drawn(case, dtype, seed)
    hessian = compiled(case).hessian(rows, columns)
    expected = definition.derivative(case, [rows, columns], operands).astype(dtype)
    np.testing.assert_array_equal(hessian.materialize(*operands), expected, strict=True)


@settings(max_examples=tries(200))
@given(cases(most_operands=4), st.sampled_from(DTYPES), st.integers(1, 2), seeds, st.data())
def test_products_are_those_of_the_dense_matrix(
    case: Case, dtype: str, order: int, seed: int, data: st.DataObject
) -> None:
    wrt = data.draw(variables(case, order))
    operands = drawn(case, dtype, seed)
    f = compiled(case)
    pattern = f.jacobian(*wrt) if order == 1 else f.hessian(*wrt)
    bound = pattern.at(*operands)
    dense = pattern.materialize(*operands).reshape(bound.shape)
    vector = whole(bound.column_shape, dtype, seed + 70)
    covector = whole(bound.row_shape, dtype, seed + 71)

    product = pattern.matvec(vector, *operands)
    np.testing.assert_array_equal(product.ravel(), dense @ vector.ravel())
    assert product.shape == bound.row_shape
    assert product.dtype == np.dtype(dtype)
    product = pattern.rmatvec(covector, *operands)
    np.testing.assert_array_equal(product.ravel(), dense.conj().T @ covector.ravel())
    assert product.shape == bound.column_shape
    assert product.dtype == np.dtype(dtype)
    np.testing.assert_array_equal((bound.T @ covector).ravel(), dense.T @ covector.ravel())


@given(cases(most_operands=4), seeds, st.data())
def test_the_transposed_product_is_the_pullback(case: Case, seed: int, data: st.DataObject) -> None:
    operands = [fractions(shape, "c16", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = fractions(case.result_shape, "c16", seed + 50)
    f = compiled(case)
    place = data.draw(st.integers(0, len(operands) - 1))
    gradient = f.backward(cotangent, *operands)[place]
    product = f.jacobian(place).rmatvec(cotangent, *operands)
    np.testing.assert_allclose(product, gradient, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("notation", ["letters", "named"])
def test_patterns_are_generalised_patterns(notation: str) -> None:
    text = "ij,jk->ik" if notation == "letters" else "i j, j k -> i k"
    jacobian = eg.compile(text, notation=notation).jacobian(0)
    (pattern,) = jacobian.patterns
    x, w = whole((2, 3), "f8", 1), whole((3, 4), "f8", 2)
    dense = eg.compile(pattern, sizes={"i": 2})(w)
    np.testing.assert_array_equal(dense, jacobian.materialize(x, w), strict=True)


def test_sizes_are_known_without_operands() -> None:
    sizes = dict(zip("ijk", (7, 5, 3), strict=True))
    jacobian = eg.compile("ij,jk->ik").jacobian(0)
    assert jacobian.dense_size(sizes) == 7 * 3 * 7 * 5
    assert jacobian.compressed_size(sizes) == 5 * 3
    hessian = eg.compile("ij,jk->ik", sizes=sizes).hessian(0, 1)
    assert (hessian.dense_size(), hessian.compressed_size()) == (7 * 3 * 7 * 5 * 5 * 3, 1)
    assert eg.compile("i,i->").hessian(0, 0).compressed_size({"i": 3}) == 0


@given(cases(most_operands=4, broadcasting=False, ellipsis=False), seeds, st.data())
def test_predicted_sizes_are_those_of_the_map(case: Case, seed: int, data: st.DataObject) -> None:
    (places,) = data.draw(variables(case, 1))
    operands = drawn(case, "f8", seed)
    jacobian = compiled(case).jacobian(places)
    bound = jacobian.at(*operands)
    assert jacobian.dense_size(case.sizes) == bound.dense_size
    assert jacobian.compressed_size(case.sizes) == bound.compressed_size


def test_a_missing_size_is_named() -> None:
    with pytest.raises(ArgumentError, match="the size of the derivative needs that of k"):
        eg.compile("ij,jk->ik").jacobian(0).dense_size({"i": 2, "j": 3})
    with pytest.raises(ArgumentError, match="no label"):
        eg.compile("i->").jacobian(0).dense_size({"x": 2})


def test_operands_that_are_one_variable_have_one_shape() -> None:
    with pytest.raises(OperandError, match=r"operands 0 and 2 are one variable"):
        eg.compile("i,ij,j->").jacobian((0, 2)).at(np.ones(2), np.ones((2, 3)), np.ones(3))


@pytest.mark.parametrize("wrong", [2, -1, (0, 2), ()])
def test_positions_without_an_operand_are_refused(wrong: Any) -> None:
    with pytest.raises(ArgumentError):
        eg.compile("ij,jk->ik").jacobian(wrong)


@pytest.mark.parametrize("wrong", [1.0, True, None])
def test_invalid_positions_are_refused(wrong: Any) -> None:
    with pytest.raises(ArgumentTypeError):
        eg.compile("ij,jk->ik").hessian(0, wrong)


def test_operands_that_do_not_fit_are_refused_as_in_a_call() -> None:
    jacobian = eg.compile("ij,jk->ik").jacobian(0)
    with pytest.raises(OperandError, match="the sizes of 'j' disagree"):
        jacobian.at(np.ones((2, 3)), np.ones((4, 5)))
    with pytest.raises(DTypeError):
        jacobian.at(np.ones((2, 3), object), np.ones((3, 5)))


def test_no_array_of_the_dense_size_is_made_by_a_product() -> None:
    import tracemalloc

    x, w = np.ones((300, 5)), np.ones((5, 4))
    jacobian = eg.compile("ij,jk->ik").jacobian(0)
    bound, vector = jacobian.at(x, w), np.ones((300, 5))
    bound.matvec(vector)
    tracemalloc.start()
    bound.matvec(vector)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert bound.dense_size == 300 * 4 * 300 * 5
    assert peak < 3 * 8 * 300 * 5


def test_every_order_has_the_right_number_of_terms() -> None:
    from einsum_grad.plan import Pattern, derivative

    term = ("i",)
    pattern = Pattern((term,) * 4, ())
    for order in range(1, 5):
        made = derivative(pattern, ((0, 1, 2, 3),) * order)
        assert len(made.terms) == math.perm(4, order)
    assert list(itertools.chain(*(term.factors for term in made.terms))) == []


@pytest.mark.parametrize(
    ("pattern", "axes"),
    [("i,ij->", "i and i j"), (",i->", "none and i"), ("ii,ijk->jk", "i i and i j k")],
)
def test_operands_with_different_axes_cannot_be_one_variable(pattern: str, axes: str) -> None:
    f = eg.compile(pattern)
    with pytest.raises(ArgumentError, match=f"one variable, but have the axes {axes}$"):
        f.jacobian((0, 1))
    with pytest.raises(ArgumentError, match=f"one variable, but have the axes {axes}$"):
        f.hessian(0, (0, 1))


def test_ellipses_are_compared_once_shapes_are_known() -> None:
    x, w = whole((3,), "f8", 1), whole((3,), "f8", 2)
    jacobian = eg.compile("...i,i->...").jacobian((0, 1))
    np.testing.assert_array_equal(jacobian.materialize(x, w), x + w)
    with pytest.raises(ArgumentError, match=r"axes \.\.\. i and i; with an ellipsis, give"):
        str(jacobian)
    shaped = eg.compile("...i,i->...", shapes=[(3,), (3,)]).jacobian((0, 1))
    assert str(shaped) == "dZ/dX[i] = W[i] + X[i]"
    with pytest.raises(ArgumentError, match="the size of an ellipsis needs the shapes"):
        jacobian.dense_size({"i": 3})


def test_sizes_that_differ_are_refused_for_one_variable() -> None:
    f = eg.compile("i,ij,j->")
    with pytest.raises(ArgumentError, match="the sizes 2 and 3 differ"):
        f.hessian((0, 2), (0, 2)).dense_size({"i": 2, "j": 3})
    with pytest.raises(ArgumentError, match="the sizes 3 and 1 differ"):
        str(eg.compile("i,i->", shapes=[(3,), (1,)]).jacobian((0, 1)))
    # Both have size 1, though one of them broadcasts.
    assert str(eg.compile("i,j,i->", shapes=[(1,), (1,), (3,)]).jacobian((0, 1)))


@given(
    cases(most_operands=3),
    st.lists(st.sampled_from(("i4", "f2", "f4", "f8", "c8", "c16")), min_size=3, max_size=3),
    seeds,
    st.data(),
)
def test_everything_computed_has_the_dtype_of_the_output(
    case: Case, dtypes: list[str], seed: int, data: st.DataObject
) -> None:
    (places,) = data.draw(variables(case, 1))
    pairs = enumerate(zip(case.shapes, dtypes, strict=False))
    operands = [whole(shape, dtype, seed + n) for n, (shape, dtype) in pairs]
    jacobian = compiled(case).jacobian(places)
    bound = jacobian.at(*operands)
    expected = definition.derivative(case, [places], operands).astype(bound.dtype)
    np.testing.assert_array_equal(bound.materialize(), expected, strict=True)
    assert bound.dtype == compiled(case)(*operands).dtype
    assert (bound @ whole(bound.column_shape, bound.dtype, seed)).dtype == bound.dtype


def test_factors_are_multiplied_in_the_precision_of_the_output() -> None:
    x = np.ones((1, 2))
    a = np.array([[1.0, 2.0**-11]], np.float16).repeat(2, axis=0)
    f = eg.compile("ij,jk,kl->il")
    dense = f.jacobian(0).materialize(x, a, a.T)
    entry = f(np.array([[1.0, 0.0]]), a, a.T)[0, 0]
    assert dense[0, 0, 0, 0] == entry == 1 + 2.0**-22
