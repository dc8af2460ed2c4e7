"""Arrays of other libraries: the results are theirs, and what NumPy's arrays give."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import einsum_grad as eg
from einsum_grad.emit import TARGETS
from einsum_grad.runtime.libraries.library import LIBRARIES
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

pytestmark = pytest.mark.oracle


def _torch(array: Any) -> Any:
    return importlib.import_module("torch").from_numpy(np.array(array))


def _jax(array: Any) -> Any:
    return importlib.import_module("jax.numpy").asarray(np.array(array))


def _strict(array: Any) -> Any:
    return importlib.import_module("array_api_strict").asarray(np.array(array))


MAKE: dict[str, Callable[[Any], Any]] = {
    "torch": _torch,
    "jax": _jax,
    "array_api_strict": _strict,
}
ARRAYS = dict(zip(MAKE, (library.arrays for library in LIBRARIES), strict=True))
PATTERN = "bij,jk->ik"


@pytest.fixture(params=MAKE, scope="module")
def library(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    pytest.importorskip(name)
    if name == "jax":
        importlib.import_module("jax").config.update("jax_enable_x64", True)
    return name


def same(found: Any, wanted: Any, like: Any) -> None:
    """`found` is an array of the library of `like`, and equal to NumPy's `wanted`."""
    assert isinstance(found, type(like))
    assert tuple(found.shape) == np.shape(wanted)
    np.testing.assert_array_equal(np.asarray(found), wanted)


@settings(max_examples=tries(150))
@given(cases(), seeds)
def test_every_call_gives_what_numpy_gives(library: str, case: Case, seed: int) -> None:
    make = MAKE[library]
    f = eg.compile(case.letters, sizes=case.given)
    arrays = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    tangents = [whole(shape, "f8", seed + 50 + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    operands, g = tuple(map(make, arrays)), make(cotangent)
    along = (None, *map(make, tangents[1:]))

    output, pullback = f.vjp(*operands)
    same(output, f(*arrays), g)
    same(f(*operands), f(*arrays), g)
    wanted = f.backward(cotangent, *arrays)
    for found in (
        pullback(g),
        pullback(g),
        f.backward(g, *operands),
        f.value_and_gradients(g, *operands)[1],
    ):
        assert type(found) is tuple
        for one, other in zip(found, wanted, strict=True):
            same(one, other, g)
    plain = (None, *tangents[1:])
    for one, other in zip(f.jvp(operands, along), f.jvp(arrays, plain), strict=True):
        same(one, other, g)
    theirs, ours = f.hvp(operands, along, g), f.hvp(arrays, plain, cotangent)
    for one, other in zip(sum(theirs, ()), sum(ours, ()), strict=True):
        same(one, other, g)


@pytest.mark.parametrize("conj", [True, False])
def test_complex_gradients_are_conjugated_unless_asked_for(library: str, conj: bool) -> None:
    make = MAKE[library]
    f = eg.compile("ij,jk->ik")
    x, w, g = (whole(shape, "c16", 3) for shape in ((2, 3), (3, 4), (2, 4)))
    _, pullback = f.vjp(make(x), make(w), conj=conj)
    for found in (pullback(make(g)), f.backward(make(g), make(x), make(w), conj=conj)):
        for one, other in zip(found, f.backward(g, x, w, conj=conj), strict=True):
            same(one, other, make(g))
    swapped = pullback(make(g), conj=not conj)
    for one, other in zip(swapped, f.backward(g, x, w, conj=not conj), strict=True):
        same(one, other, make(g))


def test_results_keep_their_dtype(library: str) -> None:
    make = MAKE[library]
    f = eg.compile(PATTERN)
    for dtype in ("f4", "f8", "c8", "c16"):
        x, w, g = (make(whole(shape, dtype, 1)) for shape in ((2, 3, 4), (4, 5), (3, 5)))
        output, pullback = f.vjp(x, w)
        assert output.dtype == x.dtype
        assert [dx.dtype for dx in pullback(g)] == [x.dtype, w.dtype]
    x, w = (make(whole(shape, "i4", 1)) for shape in ((2, 3, 4), (4, 5)))
    assert f(x, w).dtype == x.dtype


def test_a_cotangent_is_converted_as_numpys_is(library: str) -> None:
    make = MAKE[library]
    f, x = eg.compile("i,i->"), np.array([2.0, 3.0], np.float32)
    dx, _ = f.backward(2.0, make(x), make(x))
    same(dx, 2 * x, make(x))
    dx, _ = f.backward(make(np.array(2.0)), make(x), make(x))
    assert dx.dtype == make(x).dtype
    with pytest.raises(eg.EinsumGradError, match="and the output is real"):
        f.backward(make(np.array(2j)), make(x), make(x))
    with pytest.raises(eg.EinsumGradError, match=r"has shape \(2,\), and the output \(\)"):
        f.backward(make(x), make(x), make(x))


def test_numbers_stand_for_operands_without_axes(library: str) -> None:
    make = MAKE[library]
    x = np.array([2.0, 3.0])
    same(eg.compile("i,->i")(make(x), 3.0), 3 * x, make(x))
    dx, dw = eg.compile("i,->i").backward(make(x), make(x), 3.0)
    same(dx, 3 * x, make(x))
    same(dw, np.array(13.0), make(x))


def test_integers_have_no_gradients(library: str) -> None:
    x = MAKE[library](np.array([200, 100], np.uint8))
    with pytest.raises(eg.EinsumGradError, match=r"operand 0 has dtype .*uint8.* wrap around"):
        eg.compile("i,i->").backward(MAKE[library](np.array(1, np.uint8)), x, x)


def test_two_libraries_in_one_call_are_refused(library: str) -> None:
    make, told = MAKE[library], ARRAYS[library]
    f, x, w, g = eg.compile("ij,jk->ik"), np.ones((2, 3)), np.ones((3, 4)), np.ones((2, 4))
    _, theirs = f.vjp(make(x), make(w))
    _, ours = f.vjp(x, w)
    for call in (
        lambda: f(make(x), w),
        lambda: f.vjp(x, make(w)),
        lambda: f.backward(g, make(x), make(w)),
        lambda: f.backward(make(g), x, w),
        lambda: f.value_and_gradients(make(g), x, w),
        lambda: f.value_and_gradients(g, make(x), make(w)),
        lambda: theirs(g),
        lambda: ours(make(g)),
        lambda: f.jvp((make(x), make(w)), (x, None)),
        lambda: f.hvp((make(x), make(w)), (make(x), None), g),
    ):
        with pytest.raises(eg.EinsumGradError, match=f"({told}|NumPy arrays) beside") as error:
            call()
        assert told in str(error.value)
        assert "NumPy arrays" in str(error.value)
    with pytest.raises(eg.EinsumGradError, match=f"{told} beside Tensors"):
        f(make(x), eg.Tensor(w))


def test_each_library_has_its_target() -> None:
    assert {library.target for library in LIBRARIES} <= TARGETS.keys()


def test_einsum_takes_them_in_every_notation(library: str) -> None:
    make = MAKE[library]
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    one, other, wanted = make(x), make(w), x @ w
    same(eg.einsum("ij,jk->ik", one, other), wanted, one)
    same(eg.einsum(one, [0, 1], other, [1, 2], [0, 2]), wanted, one)
    same(eg.einsum("a b, b c -> a c", one, other, notation="named"), wanted, one)
    same(eg.einops_einsum(one, other, "a b, b c -> a c"), wanted, one)
    same(eg.einsum("i->ib", one[0, :], sizes={"b": 2}), np.stack([x[0]] * 2, 1), one)
    with pytest.raises(eg.EinsumGradError, match="dtype= with arrays of NumPy only"):
        eg.einsum("ij,jk->ik", one, other, dtype="f4")
    with pytest.raises(eg.EinsumGradError, match=f"{ARRAYS[library]} beside NumPy arrays"):
        eg.einsum("ij,jk->ik", one, w)
    with pytest.raises(eg.EinsumGradError, match="the sizes of 'j' disagree"):
        eg.einsum("ij,jk->ik", one, one)


def test_a_function_of_a_target_takes_its_arrays_alone() -> None:
    pytest.importorskip("torch")
    x, w = np.ones((2, 3)), np.ones((3, 4))
    f = eg.compile("ij,jk->ik", target="torch")
    same(f(_torch(x), _torch(w)), x @ w, _torch(x))
    with pytest.raises(eg.EinsumGradError, match="takes torch tensors and no NumPy arrays"):
        f(x, w)


def test_tensors_on_two_devices_are_refused() -> None:
    torch = pytest.importorskip("torch")
    f, here, there = eg.compile("ij,jk->ik"), torch.ones(2, 2), torch.ones(2, 2, device="meta")
    _, pullback = f.vjp(here, here)
    for call in (
        lambda: f(here, there),
        lambda: f.vjp(there, here),
        lambda: pullback(there),
        lambda: f.backward(there, here, here),
        lambda: f.value_and_gradients(here, here, there),
        lambda: f.jvp((here, here), (there, None)),
        lambda: f.jvp((here, there), (here, None)),
        lambda: f.hvp((here, here), (here, None), there),
    ):
        with pytest.raises(
            eg.EinsumGradError, match=r"on (cpu beside one on meta|meta beside one on cpu)"
        ):
            call()
    assert f(there, there).device == there.device


@pytest.mark.parametrize("pattern", ["ij,ij->i", "ij->i", "ij,ij->", "ij,j->i", "ii->"])
@pytest.mark.parametrize("dtype", ["i4", "u1"])
def test_integers_stay_what_they_are(library: str, pattern: str, dtype: str) -> None:
    make = MAKE[library]
    shapes = [(3,) * len(term) for term in pattern.split("->", maxsplit=1)[0].split(",")]
    arrays = [np.full(shape, 3).astype(dtype) for shape in shapes]
    found = eg.compile(pattern)(*map(make, arrays))
    assert found.dtype == make(arrays[0]).dtype
    np.testing.assert_array_equal(np.asarray(found), eg.compile(pattern)(*arrays))
