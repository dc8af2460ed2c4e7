"""Large operands of any kind: every layout, every dtype, and other than plain arrays."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, DTypeError, OperandError
from einsum_grad.lower import machine
from einsum_grad.runtime import specialization, specializations
from tests.strategies import whole

Array = NDArray[Any]

SIZES = {"b": 41, "i": 44, "j": 45, "k": 43}
PATTERNS = [
    "ij,jk->ik",
    "bij,bjk->bik",
    "bij,jk->ik",
    "bij,bij->bij",
    "bij,ij->jbi",
    "bij,bij->b",
    "bij,bij->",
    "bij,bj->bi",
    "bij->jb",
    "bij->i",
    "bij,j,bik->kb",
    "iij,jk->ik",
    "bib->i",
]
SCALE = {"ij,jk->ik": 6}
"""The factor by which matrices are enlarged, so that they count as large."""


def shapes_of(pattern: str, itemsize: int = 8) -> list[tuple[int, ...]]:
    times = SCALE.get(pattern, 1) // (2 if itemsize > 16 else 1)
    terms = pattern.partition("->")[0].split(",")
    return [tuple(SIZES[label] * times for label in term) for term in terms]


def square(shape: tuple[int, ...], term: str) -> tuple[int, ...]:
    """Labels that repeat have one size."""
    return tuple(shape[term.index(label)] for label in term)


def operands_of(pattern: str, dtype: str = "f8") -> list[Array]:
    terms = pattern.partition("->")[0].split(",")
    shapes = map(square, shapes_of(pattern, np.dtype(dtype).itemsize), terms)
    return [whole(shape, dtype, n) for n, shape in enumerate(shapes)]


def gaps(array: Array) -> Array:
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


LAYOUTS = {
    "Fortran's": np.asfortranarray,
    "backwards": lambda x: x[::-1].copy()[::-1],
    "last axis backwards": lambda x: x[..., ::-1].copy()[..., ::-1],
    "gaps": gaps,
    "rotated": lambda x: np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0),
    "read-only": lambda x: np.lib.stride_tricks.as_strided(x, writeable=False),
    "not aligned": lambda x: np.frombuffer(b"1" + x.tobytes(), x.dtype, x.size, 1).reshape(x.shape),
}


def assert_same(found: Any, wanted: Any) -> None:
    np.testing.assert_array_equal(np.asarray(found), np.asarray(wanted), strict=True)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_results_do_not_depend_on_the_layout(pattern: str, layout: str) -> None:
    function, plain = eg.compile(pattern), operands_of(pattern)
    output, pullback = function.vjp(*plain)
    cotangent = whole(np.shape(output), "f8", 9)
    wanted = pullback(cotangent)
    change: Any = LAYOUTS[layout]
    every = [change(operand) for operand in plain]
    changed = np.asarray(change(np.atleast_1d(cotangent))).reshape(np.shape(output))
    for operands, given in (
        (every, cotangent),
        (every, changed),
        ([every[0], *plain[1:]], changed),
        ([*plain[:-1], every[-1]], cotangent),
    ):
        found, pulled = function.vjp(*operands)
        assert_same(found, output)
        for gradient, expected, operand in zip(pulled(given), wanted, plain, strict=True):
            assert gradient.shape == operand.shape
            assert_same(gradient, expected)


def test_labels_that_spell_part() -> None:
    x, w = whole((32, 16, 16, 16, 16), "f8", 1), whole((32, 16, 16, 16), "f8", 2)
    given = x.copy(), w.copy()
    output, pullback = eg.compile("partb,part->part").vjp(x, w)
    dx, dw = pullback(w)
    np.testing.assert_array_equal(output, given[0].sum(-1) * given[1])
    np.testing.assert_array_equal(dx, np.broadcast_to((w * w)[..., None], x.shape))
    np.testing.assert_array_equal(dw, given[0].sum(-1) * w)
    for array, before in zip((x, w), given, strict=True):
        np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_operands_that_repeat_their_numbers(pattern: str) -> None:
    function = eg.compile(pattern)
    views = [np.broadcast_to(x[..., :1], x.shape) for x in operands_of(pattern)]
    plain = [view.copy() for view in views]
    output, pullback = function.vjp(*plain)
    found, pulled = function.vjp(*views)
    assert_same(found, output)
    cotangent = np.broadcast_to(np.float64(2), np.shape(output))
    for gradient, wanted in zip(pulled(cotangent), pullback(cotangent.copy()), strict=True):
        assert_same(gradient, wanted)


@pytest.mark.parametrize("dtype", ["f2", "f4", "g", "c8", "c16", "G", "i8", "i4", "?", ">f8"])
@pytest.mark.parametrize("pattern", ["ij,jk->ik", "bij,bij->bij", "bij->jb", "bij,j,bik->kb"])
def test_every_dtype(pattern: str, dtype: str) -> None:
    operands = operands_of(pattern, dtype)
    if np.dtype(dtype).kind != "c":
        operands = [np.abs(operand) % 2 for operand in operands]  # small enough for float16
    operands = [operand.astype(dtype) for operand in operands]
    function = eg.compile(pattern)
    output, pullback = function.vjp(*operands)
    exact = [operand.astype("c16" if np.dtype(dtype).kind == "c" else "f8") for operand in operands]
    if dtype == "?":
        exact = operands
    wanted = np.einsum(pattern, *exact, optimize=True)
    assert output.dtype == np.result_type(*operands)
    assert_same(output, wanted.astype(output.dtype))
    if dtype == "?":
        return
    for gradient, operand in zip(pullback(np.ones_like(output)), operands, strict=True):
        assert gradient.dtype == operand.dtype
        assert gradient.shape == operand.shape


@pytest.mark.parametrize("dtype", ["i1", "u2", "i4", "i8", "?"])
@pytest.mark.parametrize("pattern", ["ij,ij->", "ij,ij,j->i", "j,ij->ij"])
def test_sums_of_integers_in_blocks_keep_the_dtype_or_are_refused(pattern: str, dtype: str) -> None:
    sizes = {"i": 3000, "j": 700}
    terms = pattern.partition("->")[0].split(",")
    operands = [np.ones([sizes[label] for label in term], dtype) for term in terms]
    function = eg.compile(pattern)
    output, pullback = function.vjp(*operands)
    assert_same(output, np.einsum(pattern, *operands))
    cotangent = np.ones(np.shape(output), dtype)
    exact: list[Any] = []
    for number, term in enumerate(terms):
        factors = [cotangent, *(operand for n, operand in enumerate(operands) if n != number)]
        labels = [pattern.partition("->")[2], *(t for n, t in enumerate(terms) if n != number)]
        swapped = f"{','.join(labels)}->{term}"
        exact.append(np.einsum(swapped, *(factor.astype("i8") for factor in factors)))
    if max(map(np.max, exact)) > (1 if dtype == "?" else np.iinfo(dtype).max):
        with pytest.raises(DTypeError, match="can't hold"):
            pullback(cotangent)
        return
    for gradient, wanted in zip(pullback(cotangent), exact, strict=True):
        assert_same(gradient, wanted.astype(dtype))


def test_gradients_of_each_dtype_are_the_operands() -> None:
    x, w = whole((400, 300), "f4", 1), whole((300, 400), "c16", 2)
    output, pullback = eg.compile("ij,jk->ik").vjp(x, w)
    g = whole((400, 400), "c16", 3)
    dx, dw = pullback(g)
    assert_same(output, x.astype(complex) @ w)
    assert_same(dx, (g @ w.conj().T).real.astype("f4"))
    assert_same(dw, x.astype(complex).T @ g)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_pullback_takes_the_other_convention(order: Any, first: bool) -> None:
    x, w = (np.asarray(whole((260, 260), "c16", n), order=order) for n in (1, 2))
    g = np.asarray(whole((260, 260), "c16", 3), order=order)
    _, pullback = eg.compile("ij,jk->ik").vjp(x, w, conj=first)
    for conj in (first, not first, first):
        a, b = (x.conj(), w.conj()) if conj else (x, w)
        dx, dw = pullback(g, conj=conj)
        assert_same(dx, g @ b.T)
        assert_same(dw, a.T @ g)


class Other(np.ndarray[Any, Any]):
    """A class of its own."""


def test_operands_other_than_plain_arrays() -> None:
    x, w = whole((300, 300), "f8", 1), whole((300, 300), "f8", 2)
    function = eg.compile("ij,jk->ik")
    wanted = function(x, w)
    kinds: list[Any] = [np.ndarray.tolist, lambda a: a.view(Other)]
    for kind in kinds:
        for operands in ((kind(x), w), (x, kind(w)), (kind(x), kind(w))):
            output, pullback = function.vjp(*operands)
            assert type(output) is np.ndarray
            assert_same(output, wanted)
            dx, dw = pullback(kind(wanted))
            assert type(dx) is type(dw) is np.ndarray
            assert_same(dx, wanted @ w.T)


def test_a_0d_output_is_a_numpy_scalar() -> None:
    x = whole((300, 300), "f8", 1)
    for operands in ((x, x), (np.asfortranarray(x), x), (x.tolist(), x)):
        output, pullback = eg.compile("ij,ij->").vjp(*operands)
        assert type(output) is np.float64
        assert output == (x * x).sum()
        assert_same(pullback(2.0)[0], 2 * x)


def test_conj_may_be_any_truth_value() -> None:
    x = whole((300, 300), "c16", 1)
    function = eg.compile("ij,ij->ij")
    values: list[tuple[Any, Any]] = [(1, 0), ([1], []), ("yes", ""), (np.True_, np.False_)]
    for true, false in values:
        for conj, factor in ((true, x.conj()), (false, x)):
            _, pullback = function.vjp(x, x, conj=conj)
            assert_same(pullback(np.ones_like(x))[0], factor)


def test_large_operands_that_do_not_fit_are_refused() -> None:
    x, w = np.ones((300, 300)), np.ones((301, 300))
    function = eg.compile("ij,jk->ik")
    function(x, x)
    with pytest.raises(OperandError, match="the sizes of 'j' disagree: 300 in operand 0"):
        function(x, w)
    with pytest.raises(OperandError, match="has 2 operands, but 1 was given"):
        function(x)
    with pytest.raises(OperandError):
        function(x, x[0])
    with pytest.raises(DTypeError, match="has dtype object"):
        function(x, x.astype(object))
    _, pullback = function.vjp(x, x)
    with pytest.raises(OperandError, match=r"the cotangent has shape \(301, 300\)"):
        pullback(w)
    with pytest.raises(DTypeError, match="the cotangent has dtype complex128"):
        pullback(x.astype(complex))


def test_layouts_are_remembered_within_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(specializations, "_MOST", 4)
    function = eg.compile("abcd->dcba")
    x = np.ones((2, 2, 2, 1 << 15))
    for order in (
        (3, 2, 1, 0),
        (3, 2, 0, 1),
        (3, 1, 2, 0),
        (3, 1, 0, 2),
        (3, 0, 1, 2),
        (3, 0, 2, 1),
    ):
        back = np.argsort(order)
        function(x.transpose(order).copy().transpose(back))
        assert len(function._specializations) <= 4


def test_the_cost_is_that_of_the_numbers_it_is_asked_for() -> None:
    """Programs for large arrays differ from those for small ones, and bytes decide."""
    function = eg.compile("ij,ij,ij->ij")
    sizes = {"i": 512, "j": 256}
    elements = 512 * 256
    small, large = (function.cost(sizes, dtype).backward for dtype in ("f4", "f8"))
    assert small.bytes_moved == 4 * elements * 12
    assert large.bytes_moved == 8 * elements * 9  # dt1 stays in the cache
    half = function.cost(sizes, "f2")
    assert half == function.cost(sizes, "f4")
    product = eg.compile("ij,jk->ik", wrt=0)
    real, complex_ = (product.cost({**sizes, "k": 8}, dtype) for dtype in ("f8", "c16"))
    assert complex_.backward.bytes_moved == 2 * real.backward.bytes_moved + 2 * 16 * 256 * 8  # w*
    with pytest.raises(ArgumentError, match="the size of j"):
        function.cost({"i": 3})


@pytest.mark.parametrize(
    ("pattern", "size"),
    [
        ("ij,ij->ij", 1024),
        ("ij,ij,ij->ij", 1024),
        ("ij,jk->ik", 1024),
        ("ij,jk,kl->il", 700),
        ("ij,ij->", 1024),
        ("ij,j->i", 1024),
        ("aebf,dfce->abcd", 28),
        ("bij,bjk,bkl->bil", 80),
    ],
)
def test_the_memory_is_that_of_the_results_and_of_what_the_cost_names(
    pattern: str, size: int
) -> None:
    function = eg.compile(pattern)
    labels = dict.fromkeys(pattern.replace(",", "").partition("->")[0], size)
    costs = function.cost(labels)
    operands = [np.ones((size,) * len(term)) for term in pattern.partition("->")[0].split(",")]
    cotangent = np.ones_like(function(*operands))
    eg.set_num_threads(2)
    function.vjp(*operands)[1](cotangent)
    eg.cache_clear()  # pooled memory is not traced as new
    tracemalloc.start()
    try:
        output, pullback = function.vjp(*operands)
        gradients = pullback(cotangent)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        eg.set_num_threads(None)
    results = output.nbytes + sum(gradient.nbytes for gradient in gradients)
    passing_ = 2 * machine.WHOLE_IN_BLOCKS  # the sums of each thread's chunk
    assert results <= peak <= results + costs.saved_bytes + costs.largest_intermediate + passing_


@pytest.mark.parametrize("layout", [None, *LAYOUTS])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_output_and_the_gradients_at_once_are_those_of_two_calls(
    pattern: str, layout: str | None
) -> None:
    function, operands = eg.compile(pattern), operands_of(pattern)
    if layout:
        change: Any = LAYOUTS[layout]
        operands = [change(operand) for operand in operands]
    output, pullback = function.vjp(*operands)
    cotangent = whole(np.shape(output), "f8", 9)
    found, gradients = function.value_and_gradients(cotangent, *operands)
    assert_same(found, output)
    assert type(found) is type(output)
    for gradient, wanted in zip(gradients, pullback(cotangent), strict=True):
        assert_same(gradient, wanted)


@pytest.mark.parametrize("pattern", ["ij,ij->ij", "i,j->ij", "ij,jk->ik"])
def test_a_large_cotangent_in_another_layout_is_copied_once(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = pattern.partition("->")[0].split(",")
    operands = [whole((512,) * len(term), "f8", n) for n, term in enumerate(terms)]
    function = eg.compile(pattern)
    cotangent, wide = whole((512, 512), "f8", 7), whole((512, 1024), "f8", 8)
    wanted = function.backward(cotangent, *operands)
    wide[:, ::2] = cotangent
    copies: list[Any] = []

    def copied(array: Any) -> Any:
        copies.append(array)
        return array.copy()

    monkeypatch.setattr(specialization, "copied", copied)
    for given in (np.asfortranarray(cotangent), cotangent[::-1].copy()[::-1], wide[:, ::2]):
        _, pullback = function.vjp(*operands)
        for found in (
            pullback(given),
            function.value_and_gradients(given, *operands)[1],
            function.backward(given, *operands),
        ):
            for one, two in zip(found, wanted, strict=True):
                np.testing.assert_array_equal(one, two)
        assert len(copies) == 3
        copies.clear()
    for given in (cotangent, np.broadcast_to(cotangent[:1], cotangent.shape)):
        function.vjp(*operands)[1](given)
    eg.compile("ij->ji").backward(np.asfortranarray(cotangent), cotangent)
    assert not copies  # broadcast views, and gradients that are only copies, are read as they are
