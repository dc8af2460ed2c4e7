"""The target numba end to end: every road, layout and dtype, as the target numpy has them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import DTypeError, MissingLibraryError, OperandError
from einsum_grad.kernels import buffer_pool
from einsum_grad.kernels.jit import stand_in
from einsum_grad.lower import machine

pytest.importorskip("numba")
pytestmark = [pytest.mark.oracle, pytest.mark.compiled]

Array = np.ndarray[Any, Any]

CASES: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, int]]] = [
    ("ij,ij->ij", ((5, 4), (5, 4)), {}),
    ("ij,j->ij", ((5, 4), (4,)), {}),
    ("ij,i->ij", ((5, 4), (5,)), {}),
    ("i,i->", ((7,), (7,)), {}),
    ("i,j->ij", ((5,), (3,)), {}),
    ("ij->j", ((5, 3),), {}),
    ("ij->", ((5, 3),), {}),
    ("ij->ji", ((5, 3),), {}),
    ("ii->i", ((4, 4),), {}),
    ("ii->", ((4, 4),), {}),
    ("i->ii", ((4,),), {}),
    ("i->ib", ((4,),), {"b": 3}),
    ("ab,cd->ab", ((3, 4), (5, 2)), {}),
    ("ij,jk->ik", ((3, 4), (4, 5)), {}),
    ("bij,bjk->bik", ((3, 2, 4), (3, 4, 2)), {}),
    ("ij,jk,kl->il", ((2, 3), (3, 4), (4, 2)), {}),
    ("...i,i->...", ((2, 3, 4), (4,)), {}),
    ("ij,ij->ij", ((5, 1), (1, 4)), {}),
    ("ij,jk->ik", ((3, 1), (4, 5)), {}),
    ("ij,ij->i", ((1, 1), (1, 1)), {}),
    ("ij,jk->ik", ((3, 0), (0, 5)), {}),
    ("ii,ij,j->", ((3, 3), (3, 4), (4,)), {}),
]


def drawn(shapes: tuple[tuple[int, ...], ...], dtype: str) -> list[Array]:
    random = np.random.default_rng(1)
    found = [random.integers(0 if dtype == "u8" else -4, 5, shape) for shape in shapes]
    if dtype.startswith("c"):
        return [array + 1j * random.integers(-4, 5, array.shape) for array in found]
    return [array.astype(dtype) for array in found]


def in_memory(array: Array) -> Iterator[Array]:
    """The array as it may lie: rows, columns, with gaps, backwards, read-only."""
    yield array
    if array.ndim:
        yield np.asfortranarray(array)
        for step in (1, 2, -1):
            wide = np.zeros([3 * size + 2 for size in array.shape], array.dtype)
            view = wide[tuple(slice(1, 1 + abs(step) * size, abs(step)) for size in array.shape)]
            view = view[tuple(slice(None, None, 1 if step > 0 else -1) for _ in array.shape)]
            view[...] = array
            yield view
    fixed = array.copy()
    fixed.flags.writeable = False
    yield fixed


def same(found: Any, wanted: Any) -> None:
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert np.shape(one) == np.shape(other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("pattern", "shapes", "sizes"), CASES)
@pytest.mark.parametrize("dtype", ["f4", "c16"])
def test_every_road(
    pattern: str, shapes: tuple[tuple[int, ...], ...], sizes: dict[str, int], dtype: str
) -> None:
    ours, numpys = (eg.compile(pattern, sizes=sizes, target=t) for t in ("numba", "numpy"))
    operands, moving = drawn(shapes, dtype), drawn(shapes, dtype)[::-1][: len(shapes)][::-1]
    output = numpys(*operands)
    (cotangent,) = drawn((np.shape(output),), dtype)
    wanted = (output, *numpys.backward(cotangent, *operands))
    same([ours(*operands)], [output])
    value, pullback = ours.vjp(*operands)
    same([value, *pullback(cotangent)], wanted)
    same([value, *pullback(cotangent)], wanted)
    same([value, *ours.backward(cotangent, *operands)], wanted)
    value, gradients = ours.value_and_gradients(cotangent, *operands)
    same([value, *gradients], wanted)
    same(ours.jvp(operands, moving), numpys.jvp(operands, moving))
    products, plain = (f.hvp(operands, moving, cotangent) for f in (ours, numpys))
    same([*products[0], *products[1]], [*plain[0], *plain[1]])
    last = len(shapes) - 1
    one = eg.compile(pattern, wrt=last, sizes=sizes, target="numba")
    same(one.backward(cotangent, *operands), wanted[-1:])


@pytest.mark.parametrize("pattern", ["ij,ij->ij", "ij,j->ij", "ij,ij->", "ij,jk->ik", "ij->ji"])
def test_arrays_in_any_memory(pattern: str) -> None:
    shapes = {"ij": (5, 3), "j": (3,), "jk": (3, 4)}
    terms = pattern.partition("->")[0].split(",")
    operands = drawn(tuple(shapes[term] for term in terms), "f8")
    ours, numpys = (eg.compile(pattern, target=target) for target in ("numba", "numpy"))
    output = numpys(*operands)
    (cotangent,) = drawn((np.shape(output),), "f8")
    wanted = (output, *numpys.backward(cotangent, *operands))
    for placed in zip(*map(in_memory, operands), strict=True):
        for given in in_memory(cotangent):
            value, gradients = ours.value_and_gradients(given, *placed)
            same([value, *gradients], wanted)
            value, pullback = ours.vjp(*placed)
            same([value, *pullback(given)], wanted)


@pytest.mark.parametrize("dtype", ["f2", "i1", "i8", "u8", "?", "c8"])
def test_every_dtype(dtype: str) -> None:
    ours, numpys = (eg.compile("ij,j->i", target=target) for target in ("numba", "numpy"))
    operands = [array.astype(dtype) for array in drawn(((3, 2), (2,)), "u8")]
    same([ours(*operands)], [numpys(*operands)])
    if dtype == "?":
        return  # two are more than a bool can count
    cotangent = np.ones(3, dtype)
    same(ours.backward(cotangent, *operands), numpys.backward(cotangent, *operands))


@pytest.mark.parametrize("dtype", ["g", "G"])
@pytest.mark.parametrize("mixed", [False, True])
def test_numbers_that_no_kernel_has_run_in_the_code_of_numpy(dtype: str, mixed: bool) -> None:
    ours, numpys = (eg.compile("ij,j->i", target=target) for target in ("numba", "numpy"))
    x, w = (array.astype(dtype) for array in drawn(((3, 2), (2,)), "f8"))
    w, moving = w.real.astype("f4") if mixed else w, (x, w.real.astype("f4") if mixed else w)
    cotangent = np.asfortranarray(np.ones(3, dtype))
    for placed in (x, np.asfortranarray(x), x[::-1]):
        wanted = numpys.value_and_gradients(cotangent, placed, w)
        found = ours.value_and_gradients(cotangent, placed, w)
        same([found[0], *found[1]], [wanted[0], *wanted[1]])
        same([ours(placed, w)], [numpys(placed, w)])
        same(ours.jvp((placed, w), moving), numpys.jvp((placed, w), moving))
        products, plain = (f.hvp((placed, w), moving, cotangent) for f in (ours, numpys))
        same([*products[0], *products[1]], [*plain[0], *plain[1]])


def test_derivatives_of_integers_that_would_wrap_are_refused() -> None:
    f = eg.compile("i,i->", target="numba")
    large = np.full(3, 2**62)
    assert f(large, large) == np.einsum("i,i->", large, large)
    with pytest.raises(DTypeError):
        f.backward(8, large, large)


def test_mixed_dtypes_are_those_of_numpy() -> None:
    f = eg.compile("ij,ij->ij", target="numba")
    x, w = np.ones((2, 3), "f4"), np.ones((2, 3), "i4")
    z, (dx, dw) = f.value_and_gradients(np.ones((2, 3)), x, w)
    assert (z.dtype, dx.dtype, dw.dtype) == (np.dtype("f8"), np.dtype("f4"), np.dtype("i4"))


def test_zeros_infinities_and_nans_are_numpys() -> None:
    odd = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-310, -1.0])
    x, w = np.meshgrid(odd, odd)
    with np.errstate(all="ignore"):
        found = eg.compile("ij,ij->ij", target="numba")(x, w)
        assert found.tobytes() == (x * w).tobytes()
        summed = eg.compile("ij->i", target="numba")(x)
        np.testing.assert_array_equal(summed, x.sum(1))


def test_tensors_go_through_it() -> None:
    f = eg.compile("ij,j->i", target="numba")
    x, w = eg.Tensor(np.ones((2, 3)), requires_grad=True), eg.Tensor([1.0, 2.0, 3.0])
    f(x, w).sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [[1, 2, 3]] * 2


def test_wrong_operands_are_refused_as_for_every_target() -> None:
    f = eg.compile("ij,jk->ik", target="numba")
    with pytest.raises(OperandError, match="disagree"):
        f(np.ones((2, 3)), np.ones((4, 5)))


def test_without_numba_the_first_call_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    eg.cache_clear()
    monkeypatch.setattr(stand_in, "find_spec", lambda name: None)
    f = eg.compile("ij,j->i", target="numba")
    with pytest.raises(MissingLibraryError, match=r"einsum-grad\[numba\]"):
        f(np.ones((2, 3)), np.ones(3))


def test_large_results_are_in_memory_that_is_used_again() -> None:
    f = eg.compile("ij,ij->ij", target="numba")
    x = np.ones((1024, machine.REUSED // 1024))
    z, gradients = f.value_and_gradients(x, x, x)
    assert all(map(buffer_pool.is_leased, (z, *gradients)))
    places = {array.ctypes.data for array in (z, *gradients)}
    del z, gradients
    z, gradients = f.value_and_gradients(x, x, x)
    assert {array.ctypes.data for array in (z, *gradients)} == places


@pytest.mark.parametrize("pattern", ["ij,ij->", "ij,j->ij", "ij->j"])
def test_the_bits_are_those_of_the_number_of_threads(pattern: str) -> None:
    random = np.random.default_rng(2)
    shapes = {"ij": (1200, 700), "j": (700,)}
    operands = [
        random.standard_normal(shapes[term]) for term in pattern.partition("->")[0].split(",")
    ]
    f = eg.compile(pattern, target="numba")
    g = random.standard_normal(np.shape(f(*operands)))

    def bits() -> list[bytes]:
        value, gradients = f.value_and_gradients(g, *operands)
        return [np.asarray(array).tobytes() for array in (value, *gradients)]

    try:
        for threads in (1, 2, 3):
            eg.set_num_threads(threads)
            assert all(bits() == wanted for wanted in [bits()] for _ in range(20))
    finally:
        eg.set_num_threads(None)


def test_numba_is_imported_for_no_other_target() -> None:
    script = (
        "import sys, numpy as np, einsum_grad as eg;"
        "eg.compile('ij,j->i')(np.ones((2, 3)), np.ones(3));"
        "f = eg.compile('ij,j->i', target='numba');"
        "assert 'numba' not in sys.modules;"
        "f(np.ones((2, 3)), np.ones(3));"
        "assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
