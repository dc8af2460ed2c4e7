"""Outputs that np.einsum can't write, of Tensors: every derivative, in every mode and order."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings

import einsum_grad as eg
from tests import definition
from tests.autograd.rules.table import np, numbers, tensor
from tests.emit.libraries import ON_NUMPY
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries


def function_of(case: Case, how: int) -> Callable[..., Any]:
    """The einsum of `case`: compiled, or called as np.einsum's or einops' is."""
    if how == 0:
        return eg.compile(case.letters, sizes=case.given or None)
    if how == 1 or case.output is None:
        return lambda *given: eg.einsum(case.letters, *given, sizes=case.given)
    return lambda *given: eg.einops_einsum(*given, case.named, sizes=case.named_given)


def moved(case: Case, operands: Sequence[Any], tangents: Sequence[Any]) -> list[list[Any]]:
    """The operands, with one of them after the other replaced by its tangent."""
    return [[*operands[:n], tangents[n], *operands[n + 1 :]] for n in range(len(operands))]


@settings(max_examples=tries(150))
@given(cases(most_operands=3), seeds)
def test_derivatives_of_both_orders_are_those_of_the_definition(case: Case, seed: int) -> None:
    count = len(case.shapes)
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    tangents = [whole(shape, "f8", seed + 50 + n) for n, shape in enumerate(case.shapes)]
    g = whole(case.result_shape, "f8", seed + 99)
    function = function_of(case, seed % 3)

    def paired(*given: Any) -> Any:
        return np.sum(function(*given) * g)

    expected = definition.gradients(case, g, operands)
    along = [np.zeros(shape) for shape in case.shapes]
    for n, replaced in enumerate(moved(case, operands, tangents)):
        for k, part in enumerate(definition.gradients(case, g, replaced)):
            along[k] = along[k] + (0 if k == n else part)
    pushed = sum(definition.forward(case, r) for r in moved(case, operands, tangents))

    equal(eg.grad(paired, tuple(range(count)))(*operands), expected)
    equal(eg.jvp(function, (*operands,), (*tangents,))[1], pushed)
    gradients, products = eg.hvp(paired, (*operands,), (*tangents,))
    equal(gradients, expected)
    equal(products, along)
    variables = [*map(tensor, operands)]
    gradients, products = eg.compile(case.letters, sizes=case.given or None).hvp(
        variables, tangents, g
    )
    equal([part.data for part in gradients], expected)
    equal([part.data for part in products], along)


@given(cases(most_operands=2), seeds)
def test_jacobians_and_hessians_are_dense_and_exact(case: Case, seed: int) -> None:
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    tangents = [whole(shape, "f8", seed + 50 + n) for n, shape in enumerate(case.shapes)]
    if math.prod(case.result_shape) * sum(map(np.size, operands)) > 200:
        return
    g, function = whole(case.result_shape, "f8", seed + 99), function_of(case, seed % 3)
    every = tuple(range(len(operands)))
    rank = len(case.result_shape)
    jacobians = eg.jacobian(function, every)(*operands)
    for n, replaced in enumerate(moved(case, operands, tangents)):
        assert jacobians[n].shape == case.result_shape + case.shapes[n]
        product = np.tensordot(jacobians[n], tangents[n], tangents[n].ndim)
        equal(product, definition.forward(case, replaced))
        equal(np.tensordot(g, jacobians[n], rank), definition.gradients(case, g, operands)[n])
    blocks = eg.hessian(lambda *given: np.sum(function(*given) * g), every)(*operands)
    for n, replaced in enumerate(moved(case, operands, tangents)):
        parts = definition.gradients(case, g, replaced)
        for k in every:
            product = np.tensordot(blocks[k][n], tangents[n], tangents[n].ndim)
            equal(product, np.zeros(case.shapes[k]) if k == n else parts[k])


def equal(found: Any, expected: Any) -> None:
    many = isinstance(expected, (tuple, list))
    for one, other in zip(*((found, expected) if many else ([found], [expected])), strict=True):
        np.testing.assert_array_equal(np.asarray(one), other)


PATTERNS: dict[str, tuple[dict[str, int], tuple[tuple[int, ...], ...]]] = {
    "i->ii": ({}, ((3,),)),
    "i->iii": ({}, ((2,),)),
    "i->ib": ({"b": 4}, ((3,),)),
    "->bb": ({"b": 2}, ((),)),
    "ij,j->jij": ({}, ((2, 3), (3,))),
    "ij,ij->iib": ({"b": 2}, ((1, 3), (2, 1))),
    "ii,i->ii": ({}, ((2, 2), (1,))),
    "ii,ij->jjb": ({"b": 2}, ((2, 2), (2, 3))),
    "...i,...->i...i": ({}, ((2, 3), (2,))),
}


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("dtype", ["f8", "c16"])
def test_three_orders_are_central_differences(pattern: str, dtype: str) -> None:
    sizes, shapes = PATTERNS[pattern]
    turn = np.exp(0.4j) if dtype == "c16" else 1.0
    operands = [numbers(*shape) * turn for shape in shapes]
    every = tuple(range(len(operands)))

    def cubes(*given: Any) -> Any:
        out = eg.einsum(pattern, *given, sizes=sizes)
        return np.sum(np.real(out) ** 3 + np.imag(out) * np.real(out))

    def sums(function: Any) -> Any:
        gradient = eg.grad(function, every)
        return lambda *given: sum(np.sum(np.real(part * (1 + 2j))) for part in gradient(*given))

    eg.check_gradients(lambda *given: eg.einsum(pattern, *given, sizes=sizes), *operands)
    eg.check_gradients(sums(cubes), *operands, rtol=1e-4, atol=1e-5)
    eg.check_gradients(sums(sums(cubes)), *operands, rtol=1e-4, atol=1e-5)


NAN = np.array([np.nan, np.inf, -np.inf, 2.0])
DIAGONAL = np.diag(NAN)


def test_off_the_diagonal_all_derivatives_are_exact_zeros() -> None:
    f, x = eg.compile("i->ii"), np.arange(4.0)
    np.testing.assert_array_equal(f(tensor(NAN)).data, DIAGONAL)
    np.testing.assert_array_equal(f.jvp((tensor(x),), (NAN,))[1].data, DIAGONAL)
    np.testing.assert_array_equal(eg.einsum("i->ii", tensor(NAN), sizes={}).data, DIAGONAL)
    # The gradient reads only the diagonal of its cotangent, and its own gradient writes one.
    g = tensor(np.where(np.eye(4), 1.0, NAN[:, None]))
    (gradient,) = f.backward(g, x)
    np.testing.assert_array_equal(gradient.data, np.ones(4))
    gradient.backward(NAN)
    np.testing.assert_array_equal(g.grad, DIAGONAL)


def test_a_gradient_of_a_diagonal_is_zero_off_it_in_every_order() -> None:
    x, w = tensor(np.ones((4, 4))), tensor(np.ones(4))
    y = eg.einsum("ii,i->iib", x, w, sizes={"b": 2})
    y.backward(np.stack([DIAGONAL, np.ones((4, 4))], -1))
    np.testing.assert_array_equal(x.grad, np.diag(NAN + 1))
    np.testing.assert_array_equal(w.grad, NAN + 1)
    (gradient, _), (product, _) = eg.compile("ii,i->ii").hvp(
        (x, w), (None, NAN), tensor(np.where(np.eye(4), 1.0, np.inf))
    )
    np.testing.assert_array_equal(gradient.data, np.eye(4))
    np.testing.assert_array_equal(product.data, DIAGONAL)


@pytest.mark.parametrize("target", ON_NUMPY)
def test_every_target_records(target: str) -> None:
    x = tensor([1.0, 2.0])
    out = eg.compile("i->iib", sizes={"b": 3}, target=target)(x)
    assert repr(out).endswith("made by einsum 'i->iib')")
    out.backward(np.arange(12.0).reshape(2, 2, 3))
    np.testing.assert_array_equal(x.grad, [0 + 1 + 2, 9 + 10 + 11])


def test_a_dtype_casts_in_every_form() -> None:
    x = tensor(np.ones(2, np.float32))
    for out in (
        eg.einsum("i->ii", x, sizes={}, dtype=complex),
        eg.einsum("i -> i i", x, notation="named", dtype=complex),
        eg.einsum(x, [7], [7, 7], sizes={}, dtype=complex),
    ):
        assert out.dtype == complex
        x.grad = None
        out.backward(np.eye(2) * (1 + 2j))
        np.testing.assert_array_equal(x.grad, np.ones(2, np.float32), strict=True)


def test_a_tangent_of_infinities_is_pushed_without_a_warning() -> None:
    with np.errstate(all="raise"):
        _, tangent = eg.jvp(lambda x: eg.einsum("i->ii", x, sizes={}), np.ones(4), NAN)
        _, scaled = eg.jvp(lambda x: x * NAN, np.ones(4), np.ones(4))
    np.testing.assert_array_equal(tangent, DIAGONAL)
    np.testing.assert_array_equal(scaled, NAN)
