"""`jvp` and `hvp` of random patterns against the definition: sums with a tangent in each place."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, DTypeError, OperandError
from einsum_grad.runtime import specializations
from tests import definition
from tests.emit.libraries import ON_NUMPY
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

DTYPES = ("i8", "f2", "f4", "f8", "c8", "c16")


def drawn(case: Case, dtypes: list[str], seed: int) -> tuple[list[Any], list[Any]]:
    numbered = list(enumerate(zip(case.shapes, dtypes, strict=True)))
    return (
        [whole(shape, dtype, seed + n) for n, (shape, dtype) in numbered],
        [whole(shape, dtype, seed + 50 + n) for n, (shape, dtype) in numbered],
    )


def moved(operands: list[Any], tangents: list[Any], place: int) -> list[Any]:
    return [*operands[:place], tangents[place], *operands[place + 1 :]]


@st.composite
def some(draw: st.DrawFn, count: int) -> list[int]:
    """The positions of the operands that move."""
    if draw(st.booleans()):
        return list(range(count))
    return sorted(draw(st.sets(st.sampled_from(range(count)))))


def along(tangents: list[Any], active: list[int]) -> tuple[Any, ...]:
    return tuple(tangent if n in active else None for n, tangent in enumerate(tangents))


@settings(max_examples=tries(200))
@given(cases(most_operands=5), st.sampled_from(DTYPES), seeds, st.data())
def test_a_tangent_is_a_sum_over_the_operands_that_move(
    case: Case, dtype: str, seed: int, data: st.DataObject
) -> None:
    operands, tangents = drawn(case, [dtype] * len(case.shapes), seed)
    active = data.draw(some(len(operands)))
    f = eg.compile(case.letters, sizes=case.given or None)
    out, tangent = f.jvp(tuple(operands), along(tangents, active))
    np.testing.assert_array_equal(out, f(*operands))
    expected = np.zeros(case.result_shape, np.result_type(dtype, "i8"))
    for place in active:
        expected = expected + definition.forward(case, moved(operands, tangents, place))
    np.testing.assert_array_equal(tangent, expected)
    assert out.dtype == tangent.dtype == np.dtype(dtype)
    assert np.shape(tangent) == case.result_shape


@settings(max_examples=tries(200))
@given(cases(most_operands=4), st.sampled_from(DTYPES), seeds, st.booleans(), st.data())
def test_gradients_and_products_are_those_of_the_definition(
    case: Case, dtype: str, seed: int, conj: bool, data: st.DataObject
) -> None:
    count = len(case.shapes)
    # A real operand may be beside complex ones: its gradient and its product are real.
    real = {"c8": "f4", "c16": "f8"}.get(dtype, dtype)
    dtypes = [data.draw(st.sampled_from((dtype, dtype, real))) for _ in range(count)]
    operands, tangents = drawn(case, dtypes, seed)
    cotangent = whole(case.result_shape, np.result_type(*dtypes), seed + 99)
    active, wrt = data.draw(some(count)), tuple(data.draw(st.permutations(range(count))))
    f = eg.compile(case.letters, wrt, sizes=case.given or None)
    gradients, products = f.hvp(tuple(operands), along(tangents, active), cotangent, conj=conj)
    pulled = f.backward(cotangent, *operands, conj=conj)
    for gradient, expected in zip(gradients, pulled, strict=True):
        np.testing.assert_array_equal(gradient, expected, strict=True)
    for place, product in zip(wrt, products, strict=True):
        total = np.zeros(case.shapes[place], np.result_type(*operands, np.int64))
        for other in active:
            if other != place:
                changed = moved(operands, tangents, other)
                total = total + definition.gradients(case, cotangent, changed, conj)[place]
        expected = total if operands[place].dtype.kind == "c" else total.real
        np.testing.assert_array_equal(product, expected)
        assert product.dtype == operands[place].dtype
        assert product.shape == case.shapes[place]


def test_labels_that_spell_dot() -> None:
    x, dx = whole((2, 3, 4, 5), "f8", 1), whole((2, 3, 4, 5), "f8", 2)
    w, dw, dz = whole((2, 3, 4), "f8", 3), whole((2, 3, 4), "f8", 4), whole((2, 3, 4), "f8", 5)
    f, other = eg.compile("dotb,dot->dot"), eg.compile("efgb,efg->efg")
    _, tangent = f.jvp((x, w), (dx, dw))
    np.testing.assert_array_equal(tangent, dx.sum(-1) * w + x.sum(-1) * dw)
    _, products = f.hvp((x, w), (dx, dw), dz)
    for product, expected in zip(products, other.hvp((x, w), (dx, dw), dz)[1], strict=True):
        np.testing.assert_array_equal(product, expected)


def test_a_product_is_that_of_the_hessian_pattern() -> None:
    x, a, v = whole((3,), "f8", 1), whole((3, 3), "f8", 2), whole((3,), "f8", 3)
    f = eg.compile("i,ij,j->")
    _, (first, _, last) = f.hvp((x, a, x), (v, None, v), 1.0)
    hessian = f.hessian((0, 2), (0, 2))
    np.testing.assert_array_equal(first + last, hessian.matvec(v, x, a, x))


def test_a_0d_result_is_a_scalar_as_in_a_call() -> None:
    f = eg.compile("i,i->")
    out, tangent = f.jvp(([1.0, 2.0], [3.0, 4.0]), ([1.0, 1.0], None))
    assert type(out) is type(tangent) is type(f([1.0, 2.0], [3.0, 4.0]))
    gradients, products = eg.compile(",->").hvp((2.0, 3.0), (1.0, 1.0), 1.0)
    assert [x.shape for x in (*gradients, *products)] == [()] * 4
    assert [float(x) for x in (*gradients, *products)] == [3.0, 2.0, 1.0, 1.0]


LARGE: list[tuple[str, list[tuple[int, ...]]]] = [
    ("ij,ij->ij", [(700, 800), (700, 800)]),
    ("ij,cij->ij", [(300, 400), (5, 300, 400)]),
    ("bij,bjk->bik", [(2000, 8, 8), (2000, 8, 8)]),
    ("bij,jk->ik", [(6, 300, 200), (200, 300)]),
    ("ij,ij,ij->ij", [(600, 600)] * 3),
    ("ii,ij->j", [(700, 700), (700, 700)]),
]
"""Patterns of arrays that are computed in blocks."""


@pytest.mark.parametrize(("pattern", "shapes"), LARGE, ids=[pattern for pattern, _ in LARGE])
def test_large_arrays_give_the_same(pattern: str, shapes: list[tuple[int, ...]]) -> None:
    operands = [whole(shape, "f8", n) for n, shape in enumerate(shapes)]
    tangents = [whole(shape, "f8", 50 + n) for n, shape in enumerate(shapes)]
    f, places = eg.compile(pattern), range(len(shapes))
    out, tangent = f.jvp(tuple(operands), tuple(tangents))
    np.testing.assert_array_equal(out, f(*operands))
    expected = sum(f(*moved(operands, tangents, place)) for place in places)
    np.testing.assert_array_equal(tangent, expected)
    cotangent = whole(out.shape, "f8", 99)
    gradients, products = f.hvp(tuple(operands), tuple(tangents), cotangent)
    pulled = f.backward(cotangent, *operands)
    along_each = [f.backward(cotangent, *moved(operands, tangents, place)) for place in places]
    for place in places:
        np.testing.assert_array_equal(gradients[place], pulled[place])
        total = sum(along_each[other][place] for other in places if other != place)
        np.testing.assert_array_equal(products[place], total)


def test_float16_is_computed_in_float32() -> None:
    x = np.ones((4096, 2), np.float16)
    _, tangent = eg.compile("ij->j").jvp((x,), (x,))
    np.testing.assert_array_equal(tangent, np.full(2, 4096, np.float16), strict=True)


def test_a_target_for_reading_gives_the_same() -> None:
    operands = [whole((3, 3), "f8", seed) for seed in range(4)]
    tangents = [whole((3, 3), "f8", seed) for seed in range(4, 8)]
    for target in ON_NUMPY:
        f = eg.compile("ab,bc,cd,de->ea", target=target)
        _, tangent = f.jvp(tuple(operands), tuple(tangents))
        expected = sum(f(*moved(operands, tangents, place)) for place in range(4))
        np.testing.assert_array_equal(tangent, expected)


def test_one_function_serves_many_shapes() -> None:
    f = eg.compile("mj,jq->mq")
    f.jvp((np.ones((2, 3)), np.ones((3, 4))), (np.ones((2, 3)), None))
    before = eg.cache_info().modules.misses
    for n in (1, 5, 6):
        f.jvp((np.ones((n, 3)), np.ones((3, 4))), (np.ones((n, 3)), None))
    assert eg.cache_info().modules.misses == before


def test_the_number_of_known_shapes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specializations, "_MOST", 2)
    f = eg.compile("i,i->")
    for size in (1, 2, 3, 4, 1):
        ones = np.ones(size)
        assert f.jvp((ones, ones), (ones, ones)) == (size, 2 * size)
    assert len(f._specializations) <= 2

    class Forgetful(dict[Any, Any]):
        """Another thread clears everything at once."""

        def __setitem__(self, key: Any, value: Any) -> None:
            self.clear()

    monkeypatch.setattr(f._specializations, "_known", Forgetful())
    assert f.jvp((ones, ones), (ones, ones)) == (1, 2)


def test_what_does_not_fit_is_refused() -> None:
    f, x, w = eg.compile("ij,jk->ik"), np.ones((2, 3)), np.ones((3, 4))
    with pytest.raises(OperandError, match=r"tangent 1 has shape \(2, 3\), and its operand"):
        f.jvp((x, w), (x, x))
    with pytest.raises(DTypeError, match="tangent 0 is complex128, and its operand float64"):
        f.jvp((x, w), (1j * x, w))
    with pytest.raises(DTypeError, match="tangent 0 is complex128, and its operand float64"):
        f.jvp((x, 1j * w), (1j * x, w))
    with pytest.raises(ArgumentError, match="2 operands and 1 tangents"):
        f.jvp((x, w), (x,))
    with pytest.raises(ArgumentTypeError, match="operands is a tuple"):
        f.jvp(x, w)  # type: ignore[arg-type]  # what mypy says, too
    with pytest.raises(OperandError, match="the pattern has 2 operands"):
        f.jvp((x,), (x,))
    with pytest.raises(OperandError, match="the sizes of 'j' disagree"):
        f.jvp((x, x), (x, x))
    with pytest.raises(OperandError, match="the cotangent has shape"):
        f.hvp((x, w), (x, w), np.ones((4, 2)))
    with pytest.raises(DTypeError, match="the cotangent has dtype complex128"):
        f.hvp((x, w), (x, w), 1j * np.ones((2, 4)))


@pytest.mark.oracle
@settings(max_examples=tries(30))
@given(
    cases(generalised=False, broadcasting=False, letters="abcij", most_operands=3),
    st.sampled_from(("f4", "c8")),
    seeds,
)
def test_jax_has_the_same_tangents_and_products(case: Case, dtype: str, seed: int) -> None:
    jax = pytest.importorskip("jax")
    operands, tangents = drawn(case, [dtype] * len(case.shapes), seed)
    cotangent = whole(case.result_shape, dtype, seed + 99)

    def run(*xs: Any) -> Any:
        return jax.numpy.einsum(case.letters, *xs)

    def pulled(*xs: Any) -> Any:
        return jax.vjp(run, *xs)[1](jax.numpy.asarray(cotangent))

    try:
        out, tangent = jax.jvp(run, tuple(operands), tuple(tangents))
        gradients, products = jax.jvp(pulled, tuple(operands), tuple(tangents))
    except (ValueError, TypeError, NotImplementedError):
        return  # jax accepts fewer patterns
    f = eg.compile(case.letters)
    ours = f.jvp(tuple(operands), tuple(tangents))
    np.testing.assert_array_equal(ours[0], np.asarray(out))
    np.testing.assert_array_equal(ours[1], np.asarray(tangent))
    found = f.hvp(tuple(operands), tuple(tangents), cotangent, conj=False)
    for part, theirs in zip((*found[0], *found[1]), (*gradients, *products), strict=True):
        np.testing.assert_array_equal(part, np.asarray(theirs))


@pytest.mark.oracle
def test_torch_has_the_same_products_in_its_convention() -> None:
    torch = pytest.importorskip("torch")
    operands = [whole((2, 3), "c16", 1), whole((3, 4), "f8", 2), whole((4, 2), "c16", 3)]
    tangents = [whole(x.shape, x.dtype, 10 + n) for n, x in enumerate(operands)]
    cotangent = whole((2,), "c16", 20)
    leaves = [torch.tensor(x, requires_grad=True) for x in operands]
    out = torch.einsum("ij,jk,ki->i", leaves[0], leaves[1].to(leaves[0].dtype), leaves[2])
    found = torch.autograd.grad(out, leaves, torch.tensor(cotangent), create_graph=True)
    # The Hessian is symmetric for the real inner product, so its transpose gives the products.
    expected = torch.autograd.grad(found, leaves, list(map(torch.tensor, tangents)))
    f = eg.compile("ij,jk,ki->i")
    gradients, products = f.hvp(tuple(operands), tuple(tangents), cotangent)
    for ours, theirs in zip((*gradients, *products), (*found, *expected), strict=True):
        np.testing.assert_array_equal(ours, theirs.detach().resolve_conj().numpy())
    assert products[1].dtype == np.float64
