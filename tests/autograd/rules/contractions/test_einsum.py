"""`einsum` of Tensors: both forms of the call, every kind of pattern, every order."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentTypeError, AutogradError, OperandError, PatternError
from tests.autograd.rules.table import Array, gradients, np, numbers, tensor

PATTERNS: dict[str, list[tuple[int, ...]]] = {
    "ij,jk->ik": [(2, 3), (3, 4)],
    "bij,jk->ik": [(2, 3, 4), (4, 5)],
    "ii->": [(3, 3)],
    "ii->i": [(3, 3)],
    "iij->ij": [(2, 2, 3)],
    "ijij->ij": [(2, 3, 2, 3)],
    "nd,nn->d": [(2, 3), (2, 2)],
    "ab,cd->ab": [(2, 3), (4, 5)],
    "ab,bd->": [(2, 3), (3, 4)],
    "aabcd->ad": [(2, 2, 3, 2, 2)],
    "ijj,k->ik": [(2, 3, 3), (4,)],
    "i,i->": [(3,), (1,)],
    "ij,ij->ij": [(1, 3), (2, 1)],
    "ij,jk,kl->il": [(2, 3), (3, 4), (4, 2)],
    "a,b,c,d->": [(2,), (3,), (1,), (2,)],
    "...ij,...jk->...ik": [(5, 2, 3), (3, 4)],
    "i...,...->i...": [(2, 3, 1), (4,)],
    "...,...": [(2, 1), (3,)],
    "ij,j": [(2, 3), (3,)],
    "ba": [(2, 3)],
    ",": [(), ()],
    ",i->i": [(), (3,)],
    "ij->": [(0, 3)],
    "ij,jk->ki": [(2, 0), (0, 3)],
    "αβ,βγ->αγ": [(2, 3), (3, 2)],
}

every_pattern = pytest.mark.parametrize("pattern", PATTERNS)


@every_pattern
def test_gradients_are_exact_central_differences(pattern: str) -> None:
    operands = [np.round(4 * numbers(*shape)) for shape in PATTERNS[pattern]]
    report = eg.check_gradients(
        lambda *tensors: eg.einsum(pattern, *tensors), *operands, step=1.0, rtol=0, atol=1e-9
    )
    assert report.checked == sum(operand.size for operand in operands)


@every_pattern
def test_complex_gradients_and_second_derivatives_are_central_differences(pattern: str) -> None:
    operands = [numbers(*shape) * np.exp(0.4j) for shape in PATTERNS[pattern]]
    eg.check_gradients(lambda *tensors: eg.einsum(pattern, *tensors), *operands)

    def squared(*tensors: Any) -> Any:
        out = eg.einsum(pattern, *tensors)
        return np.sum(np.real(out) * np.imag(out) + np.real(out))

    gradient = eg.grad(squared, tuple(range(len(operands))))

    def total(*tensors: Any) -> Any:
        return sum(np.sum(np.real(part * (1 + 2j))) for part in gradient(*tensors))

    eg.check_gradients(total, *operands, rtol=1e-4, atol=1e-6)


@every_pattern
def test_the_pullback_of_the_compiled_pattern_is_what_runs(pattern: str) -> None:
    operands = [numbers(*shape).astype(np.float32) for shape in PATTERNS[pattern]]
    out, pullback = eg.compile(pattern).vjp(*operands)
    cotangent = numbers(*out.shape).astype(np.float32)
    got = gradients(lambda *tensors: eg.einsum(pattern, *tensors), operands, cotangent)
    for gradient, expected in zip(got, pullback(cotangent), strict=True):
        np.testing.assert_array_equal(gradient, expected, strict=True)


@every_pattern
def test_any_operands_may_be_constants(pattern: str) -> None:
    operands = [numbers(*shape) for shape in PATTERNS[pattern]]

    def total(*given: Any) -> Any:
        return np.sum(eg.einsum(pattern, *given))

    expected = gradients(total, operands, np.ones(()))
    for position, operand in enumerate(operands):
        given: list[Any] = list(operands)
        given[position] = tensor(operand)
        total(*given).backward()
        np.testing.assert_allclose(given[position].grad, expected[position], rtol=1e-14)


@every_pattern
def test_results_of_several_operands_share_no_memory_with_them(pattern: str) -> None:
    operands = [numbers(*shape) for shape in PATTERNS[pattern]]
    for position in range(len(operands)):
        given: list[Any] = list(operands)
        given[position] = eg.Tensor(operands[position])
        out = eg.einsum(pattern, *given)
        assert not any(np.shares_memory(out.data, operand) for operand in operands)


@given(st.data())
def test_any_pattern_has_exact_gradients(data: st.DataObject) -> None:
    sizes = dict(zip("abcd", data.draw(st.tuples(*[st.integers(0, 3)] * 4)), strict=True))
    terms = data.draw(st.lists(st.text("abcd", max_size=3), min_size=1, max_size=3))
    labels = sorted(set("".join(terms)))
    output = "".join(data.draw(st.permutations(labels)))[: data.draw(st.integers(0, len(labels)))]
    ones = data.draw(st.lists(st.booleans(), min_size=len(terms), max_size=len(terms)))
    shapes = [
        tuple(1 if one and term.count(label) == 1 else sizes[label] for label in term)
        for term, one in zip(terms, ones, strict=True)
    ]
    operands = [np.round(3 * numbers(*shape)) for shape in shapes]
    pattern = f"{','.join(terms)}->{output}"
    eg.check_gradients(
        lambda *tensors: eg.einsum(pattern, *tensors), *operands, step=1.0, rtol=0, atol=1e-9
    )
    # The gradient of the gradient, which runs the swapped patterns, is exact as well.
    gradient = eg.grad(
        lambda *tensors: np.sum(eg.einsum(pattern, *tensors)), tuple(range(len(operands)))
    )
    weights = [np.round(5 * numbers(*shape) + 3) for shape in shapes]
    eg.check_gradients(
        lambda *tensors: sum(
            np.sum(part * weight) for part, weight in zip(gradient(*tensors), weights, strict=True)
        ),
        *operands,
        step=1.0,
        rtol=0,
        atol=1e-9,
    )


def test_numpys_einsum_of_tensors_is_ours() -> None:
    x = tensor(numbers(2, 3))
    y = np.einsum("ij,kj->ik", x, numbers(4, 3))
    assert repr(y).endswith("made by einsum 'ij,kj->ik')")
    y.backward(np.ones((2, 4)))
    np.testing.assert_allclose(x.grad, np.tile(numbers(4, 3).sum(0), (2, 1)))


def test_the_interleaved_form_is_the_same() -> None:
    x, w = numbers(2, 3), numbers(3, 4)
    expected = gradients(lambda a, b: eg.einsum("ij,jk->ki", a, b), (x, w))
    for call in (eg.einsum, np.einsum):
        got = gradients(lambda a, b, f=call: f(a, [0, 1], b, [1, 2], [2, 0]), (x, w))
        for one, other in zip(got, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    assert eg.einsum(eg.Tensor(x), [..., 0]).shape == (2, 3)


def test_without_tensors_the_call_is_numpys() -> None:
    out = np.zeros((2, 2))
    got = eg.einsum("ij,kj->ik", np.ones((2, 3)), np.ones((2, 3)), out=out)
    assert got is out
    np.testing.assert_array_equal(out, np.full((2, 2), 3.0))
    np.testing.assert_array_equal(eg.einsum([[1, 2], [3, 4]], [0, 1], [1, 0]), [[1, 3], [2, 4]])


def test_out_is_refused() -> None:
    x = eg.Tensor(np.ones(2))
    for call in (eg.einsum, np.einsum):
        with pytest.raises(AutogradError, match="out="):
            call("i->i", x, out=np.zeros(2))
    with pytest.raises(AutogradError, match="out="):
        eg.einsum("i->i", np.ones(2), out=x)


def test_a_dtype_casts_and_the_gradient_comes_back() -> None:
    x = tensor(np.ones(2, np.float32))
    y = eg.einsum("i,i->", x, np.ones(2, np.float16), dtype=np.float64, order="C", optimize=True)
    assert y.dtype == np.float64
    y.backward()
    np.testing.assert_array_equal(x.grad, np.ones(2, np.float32), strict=True)
    with pytest.raises(ArgumentTypeError, match="can't become float16"):
        eg.einsum("i->", x, dtype=np.float16)
    assert eg.einsum("i->", x, dtype=np.float16, casting="same_kind").dtype == np.float16


def asked(terms: Any, output: Any, sizes: Any) -> list[tuple[int, int]]:
    """An optimizer that records its calls."""
    CALLS.append((terms, output, sizes))
    return [(1, 2), (0, 1)]


CALLS: list[Any] = []


def test_optimize_is_asked_for_the_order() -> None:
    CALLS.clear()
    operands = [tensor(np.eye(size)) for size in (7, 7, 7)]
    eg.einsum("ij,jk,kl->il", *operands, optimize=asked).backward(np.eye(7))
    assert len(CALLS) == 1
    eg.einsum("ij,jk,kl->il", *(eg.Tensor(np.eye(7, dtype=int)),) * 3, optimize=asked)
    assert len(CALLS) == 1  # it is remembered
    chain = eg.grad(lambda *t: np.sum(eg.einsum("ij,jk,kl->il", *t, optimize=asked)))
    eg.check_gradients(chain, *[np.ones((7, 7))] * 3, step=1)
    assert len(CALLS) > 1  # for the gradients, which are einsums too


@pytest.mark.parametrize(
    "optimize",
    [
        False,
        True,
        "auto",
        "greedy",
        ("greedy", 10),
        ["optimal", 1e6],
        ["einsum_path", (0, 1), (0, 1)],
        ["einsum_path", (0, 1, 2)],
        [(1, 2), (0, 1)],
        asked,
    ],
    ids=str,
)
def test_gradients_of_any_order_do_not_depend_on_optimize(optimize: Any) -> None:
    operands = [np.round(4 * numbers(*shape)) for shape in ((2, 3), (3, 4), (4, 2))]

    def squares(*tensors: Any) -> Any:
        chain = eg.einsum("ij,jk,kl->il", *tensors, optimize=optimize)
        return eg.einsum("ij,ij->", chain, chain, optimize=optimize == "greedy")

    products = gradients(lambda a, b, c: ((a @ b @ c) ** 2).sum(), operands, np.array(1.0))
    for ours, expected in zip(gradients(squares, operands, np.array(1.0)), products, strict=True):
        np.testing.assert_array_equal(ours, expected)
    eg.check_gradients(eg.grad(squares), *operands, step=1)


def test_an_invalid_optimize_is_refused() -> None:
    x = tensor(np.ones((2, 2)))
    for optimize in ("nonsense", ("nonsense", 10), 3.5, 1000, [(0, 9)]):
        with pytest.raises(eg.EinsumGradError, match=r"optimize|[Pp]ath"):
            eg.einsum("ij,jk,kl->il", x, x, x, optimize=optimize)
        with pytest.raises(eg.EinsumGradError, match=r"optimize|[Pp]ath"):
            eg.einsum("ij,jk,kl->il", x.data, x.data, x.data, optimize=optimize)


def test_integer_tensors_give_what_numpy_gives() -> None:
    n = eg.Tensor([[1, 2], [3, 4]])
    y = eg.einsum("ij,jk->ik", n, np.array([[1, 0], [0, 1]], np.int32))
    assert isinstance(y, eg.Tensor)
    np.testing.assert_array_equal(y.data, np.array([[1, 2], [3, 4]]), strict=True)
    y.data[...] = 0
    np.testing.assert_array_equal(n.data, [[1, 2], [3, 4]])


def test_operands_that_do_not_fit_are_refused_with_the_position() -> None:
    x = tensor(np.ones((2, 3)))
    with pytest.raises(OperandError, match=r"sizes of .?j.? disagree"):
        eg.einsum("ij,jk->ik", x, np.ones((2, 3)))
    with pytest.raises(PatternError, match=r"output has .?z"):
        eg.einsum("ij->iz", x)
    with pytest.raises(PatternError, match=r"output has .?i.? twice"):
        eg.einsum("ij->ii", x)
    with pytest.raises(PatternError):
        eg.einsum("ij=>i", x)
    with pytest.raises(OperandError):
        eg.einsum("ij,ij->i", x)
    with pytest.raises(eg.EinsumGradError):
        eg.einsum("ij,ij->i", x, np.array([[None, 1, 2]] * 2))
    with pytest.raises(eg.EinsumGradError):
        eg.einsum(x)


def test_more_labels_and_operands_than_numpy_takes() -> None:
    letters = [chr(0x4E00 + number) for number in range(100)]
    pattern = ",".join(one + two for one, two in itertools.pairwise(letters))
    operands = [tensor(np.eye(2) * 1.01) for _ in range(99)]
    for times, optimize in enumerate(("auto", False, ("greedy", 10)), start=1):
        y = eg.einsum(f"{pattern}->{letters[0]}{letters[-1]}", *operands, optimize=optimize)
        y.backward(np.eye(2))
        for operand in operands:
            np.testing.assert_allclose(operand.grad, times * np.eye(2) * 1.01**98, rtol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize(
    "pattern", ["ij,jk->ik", "bij,jk->ik", "ij,cij->ij", "ab,bd->", "ii,ij->j"]
)
def test_torch_has_the_same_gradients(pattern: str) -> None:
    torch = pytest.importorskip("torch")
    sizes = {"a": 2, "b": 3, "c": 1, "d": 4, "i": 3, "j": 2, "k": 4}
    terms, _, _ = pattern.partition("->")
    shapes = [tuple(sizes[label] for label in term) for term in terms.split(",")]
    for turn in (1.0, np.exp(0.4j)):
        operands: list[Array] = [numbers(*shape) * turn for shape in shapes]
        theirs = [torch.tensor(operand, requires_grad=True) for operand in operands]
        out = torch.einsum(pattern, *theirs)
        cotangent = np.asarray(numbers(*out.shape) * turn)
        out.backward(torch.tensor(cotangent))
        ours = gradients(lambda *t: eg.einsum(pattern, *t), operands, cotangent)
        for gradient, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(gradient, other.grad.resolve_conj().numpy(), rtol=1e-13)
