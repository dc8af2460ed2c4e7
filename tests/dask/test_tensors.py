"""Tensors of Dask arrays: losses are recorded, and nothing is computed before it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.runtime.operands import kinds
from tests.autograd.rules.table import CASES, weights
from tests.dask.arrays import chunked, da, dask, same
from tests.strategies import whole

pytestmark = pytest.mark.oracle


class ComputedError(Exception):
    """Something was computed that nobody asked for."""


@contextmanager
def nothing_computes() -> Iterator[None]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise ComputedError

    with dask.config.set(scheduler=fail):
        yield


REFUSED = {
    *("reshape", "reshape in Fortran's order", "mask", "indices of two axes", "take_along_axis"),
    *("choose", "take", "insert", "resize", "rot90", "rot90 of axes", "cumulative_prod"),
    *("pad with edges", "pad that wraps", "pad that reflects", "pad with symmetry"),
    *("max where", "min where", "var where", "average with weights", "average of both"),
    *("nanmean", "nanvar", "nanstd", "nanmax", "nanmin", "nan_to_num", "unwrap", "real_if_close"),
    *("sort", "sort of an axis", "partition", "quantile", "quantiles of axes", "percentile"),
    *("median", "median of an odd axis", "nanmedian", "nanquantile", "nanpercentile"),
    *("interp", "interp with a period", "interp between coordinates"),
    *("convolve", "convolve to the same size", "convolve where both are"),
    *("correlate", "correlate fully", "correlate to the same size"),
}
"""Functions that would compute, or have a shape that isn't known before."""


@pytest.mark.parametrize("name", CASES)
def test_every_function_is_lazy_or_refused_by_name(name: str) -> None:
    case = CASES[name]
    plain = [eg.Tensor(operand, requires_grad=True) for operand in case.operands]
    out = case.function(*plain)
    out.backward(weights(out.shape))
    lazy = [
        da.from_array(np.array(x), chunks=tuple((n + 1) // 2 for n in x.shape))
        for x in case.operands
    ]
    tensors = [eg.Tensor(array, requires_grad=True) for array in lazy]
    with nothing_computes():
        if name in REFUSED:
            with pytest.raises(eg.EinsumGradError, match=r"^\w+( of a Dask array|:| would| has)"):
                case.function(*tensors).backward(weights(out.shape))
            return
        found = case.function(*tensors)
        found.backward(weights(out.shape))
    close(found.data, out.data)
    for array, tensor, expected in zip(lazy, tensors, plain, strict=True):
        gradient: Any = tensor.grad
        assert gradient.chunks == array.chunks
        close(gradient, expected.grad)


def close(lazy: Any, expected: Any) -> None:
    assert isinstance(lazy, da.Array)
    computed = lazy.compute()
    assert lazy.shape == expected.shape
    assert lazy.dtype == computed.dtype == expected.dtype
    np.testing.assert_allclose(computed, expected, rtol=1e-9, atol=1e-12)


def loss(x: Any, w: Any, v: Any, y: Any) -> Any:
    """Whole numbers stay whole."""
    hidden = np.maximum(eg.einsum("ij,jk->ik", x, w), 0)
    distance = np.where(y > 0, eg.einsum("ik,kl->il", hidden * hidden, v) - y, 0)
    rough = x[1:, :] - x[:-1]
    return np.sum(distance**2) + np.sum(np.abs(w.T @ w)) + np.sum(rough**2) + np.mean(v) * v.size


def gradients_of(tensors: list[eg.Tensor]) -> list[Any]:
    return [tensor.grad for tensor in tensors]


def arrays(dtype: str = "f8") -> list[Any]:
    shapes = ((7, 6), (6, 4), (4, 3), (7, 3))
    return [whole(shape, dtype, seed) for seed, shape in enumerate(shapes)]


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_a_loss_of_several_einsums_has_lazy_gradients_in_one_graph(dtype: str) -> None:
    plain, random = arrays(dtype), np.random.default_rng(3)
    lazy = [chunked(array, random) for array in plain]
    value, expected = eg.value_and_grad(loss, (0, 1, 2, 3))(*plain)
    with nothing_computes():
        found, gradients = eg.value_and_grad(loss, (0, 1, 2, 3))(*lazy)
        again = eg.grad(loss, (0, 1, 2, 3))(*lazy)
        tensors = [eg.Tensor(array, requires_grad=True) for array in lazy]
        total = loss(*tensors)
        assert repr(total).startswith("Tensor(dask.array<")
        total.backward()
    same([found, *gradients], [value, *expected])
    same([total.data, *gradients_of(tensors)], [value, *expected])
    for array, *others in zip(lazy, gradients, again, gradients_of(tensors), strict=True):
        assert {other.chunks for other in others} == {array.chunks}
        assert len({other.name for other in others}) == 1


def test_what_loss_and_gradients_share_is_computed_once() -> None:
    calls: list[int] = []

    def counted(block: Any) -> Any:
        calls.append(1)
        return block

    x, w, v, y = arrays()
    lazy = da.from_array(x, chunks=4).map_blocks(counted, dtype=float, meta=np.empty((0, 0)))
    value, gradients = eg.value_and_grad(loss, (0, 1))(lazy, w, v, y)
    dask.compute(value, *gradients, scheduler="synchronous")
    assert len(calls) == lazy.npartitions


def test_arrays_of_numpy_stand_beside() -> None:
    x, w, v, y = arrays()
    lazy = da.from_array(x, chunks=(3, 2))
    plain = weight, factor = [eg.Tensor(array, requires_grad=True) for array in (w, v)]
    with nothing_computes():
        loss(lazy, weight, factor, y).backward()
    expected = eg.grad(loss, (1, 2))(x, w, v, y)
    same(gradients_of(plain), expected)
    tensor = eg.Tensor(w, requires_grad=True)
    out = eg.compile("ij,jk->ik")(lazy, tensor)
    assert isinstance(out, eg.Tensor)
    same([out.data], [x @ w])
    same([(lazy @ tensor).data, (lazy + eg.Tensor(x)).data], [x @ w, x + x])


def step_down(w: eg.Tensor) -> None:
    x, _, v, y = arrays()
    w.grad = None
    loss(x, w, v, y).backward()
    with eg.no_grad():
        w -= w.grad / 1024


@pytest.mark.parametrize("turn", [iter, reversed])
def test_a_tensor_comes_first_whichever_was_known_first(
    turn: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lazy, tensor = da.ones(3, chunks=2), eg.Tensor(np.ones(3), requires_grad=True)
    eg.einsum("i,i->", lazy, lazy)
    monkeypatch.setattr(kinds, "_KINDS", dict(turn(list(kinds._KINDS.items()))))
    assert isinstance(eg.einsum("i,i->", lazy, tensor), eg.Tensor)


def test_steps_of_descent_change_a_tensor_lazily() -> None:
    w = arrays()[1]
    lazy = eg.Tensor(da.from_array(w, chunks=(2, 3)), requires_grad=True)
    plain = eg.Tensor(w, requires_grad=True)
    with nothing_computes():
        for _ in range(2):
            step_down(lazy)
            step_down(plain)
    same([lazy.data], [plain.data])


def test_gradients_do_not_see_later_writes() -> None:
    x = eg.Tensor(da.from_array(np.arange(6.0), chunks=2), requires_grad=True)
    copied, out = np.reshape(x, (6,)), x * x
    x.data[0] = 100
    out.data[1] = 100
    np.sum(out).backward()
    same([x.grad, out.data, copied.data], [2 * np.arange(6.0), np.arange(6.0) ** 2, np.arange(6.0)])
    with eg.no_grad():
        x[1] = 7
    same([x.data], [[100.0, 7, 2, 3, 4, 5]])


def test_other_derivatives_are_lazy() -> None:
    x, t = whole((5, 4), "f8", 1), whole((5, 4), "f8", 2)
    lazy, along = da.from_array(x, chunks=(2, 3)), da.from_array(t, chunks=2)

    def cubes(x: Any) -> Any:
        return np.sum(eg.einsum("ij,kj->ik", x, x) * 1.0) + np.sum(x**3)

    def rows(x: Any) -> Any:
        return np.sum(x * x, axis=1)

    with nothing_computes():
        found = [
            *eg.jvp(cubes, lazy, along),
            *eg.hvp(cubes, lazy, along),
            eg.grad(lambda x: np.sum(eg.grad(cubes)(x) * t))(lazy),
            eg.jacobian(rows)(lazy),
        ]
        f = eg.compile("ij,kj->ik")
        tensor = eg.Tensor(lazy, requires_grad=True)
        out, moved = f.jvp((tensor, x), (along, None))
        found += [out.data, moved.data]
    expected = [*eg.jvp(cubes, x, t), *eg.hvp(cubes, x, t)]
    expected += [expected[-1], eg.jacobian(rows)(x), x @ x.T, t @ x.T]
    same(found, expected)
    assert [one.chunks for one in found[2:5]] == [lazy.chunks] * 3


def test_a_gradient_that_is_plain_or_zero_is_divided_too() -> None:
    lazy = da.ones((6, 4), chunks=(2, 3))
    x = eg.Tensor(lazy, requires_grad=True)
    (x + 1).backward(np.ones((6, 4)))
    unused: Any = eg.grad(lambda x, y: np.sum(x), (0, 1))(lazy, lazy)[1]
    (gradient,) = gradients_of([x])
    same([gradient, unused], [np.ones((6, 4)), np.zeros((6, 4))])
    assert gradient.chunks == unused.chunks == lazy.chunks


def test_functions_of_ones_own_get_dask_arrays() -> None:
    def cubed(a: Any) -> Any:
        return a.map_blocks(lambda block: block**3, dtype=a.dtype)

    def slope(g: Any, a: Any) -> Any:
        return da.map_blocks(lambda g, a: 3 * g * a**2, g, a, dtype=a.dtype)

    cube = eg.primitive(cubed, a=slope)
    x = whole((5, 4), "f8", 1)
    with nothing_computes():
        found = eg.grad(lambda x: np.sum(cube(x) * x))(da.from_array(x, chunks=2))
    same([found], [4 * x**3])


def test_complex_numbers_and_integers() -> None:
    z, n = whole((4, 3), "c16", 1), whole((4, 3), "i8", 2)
    lazy = [da.from_array(array, chunks=2) for array in (z, n)]

    def size(z: Any, n: Any) -> Any:
        return np.sum(np.real(z * np.conjugate(z)) * n) + np.sum(np.imag(z))

    same([eg.grad(size)(*lazy)], [eg.grad(size)(z, n)])
    with pytest.raises(eg.EinsumGradError, match="only floating and complex numbers"):
        eg.Tensor(lazy[1], requires_grad=True)


def test_softmax_and_its_kin_take_arrays_as_they_are() -> None:
    x = whole((4, 3), "f8", 1)
    lazy = da.from_array(x, chunks=2)
    with nothing_computes():
        found = [eg.softmax(lazy), eg.sigmoid(lazy), eg.logsumexp(lazy, 1)]
    for one, expected in zip(
        found, [eg.softmax(x), eg.sigmoid(x), eg.logsumexp(x, 1)], strict=True
    ):
        close(one, expected)


def test_what_no_tensor_can_be_made_of_is_refused() -> None:
    lazy = da.from_array(np.arange(6.0), chunks=3)
    with pytest.raises(eg.EinsumGradError, match=r"Tensor has the shape .* compute_chunk_sizes"):
        eg.Tensor(lazy[lazy > 1])
    masked = da.ma.masked_array(np.ones(6), mask=np.arange(6) > 2)
    with pytest.raises(eg.EinsumGradError, match="Tensor: a masked array would lose its mask"):
        eg.Tensor(masked)
    with pytest.raises(eg.EinsumGradError, match="cotangent of shape"):
        (eg.Tensor(lazy, requires_grad=True) * 2).backward(lazy[:3])
    same([eg.grad(lambda x: np.sum(x[4:1]) + np.sum(x[..., 2]))(lazy)], [np.eye(6)[2]])
    with pytest.raises(eg.EinsumGradError, match="slices of step 1"):
        eg.grad(lambda x: np.sum(x[::2]))(lazy)


def test_a_tensor_is_a_collection_of_dask() -> None:
    x = eg.Tensor(da.arange(4.0, chunks=2), requires_grad=True)
    out = np.sum(x * x)
    out.backward()
    value, gradient = dask.compute(out, x.grad)
    assert not isinstance(value, eg.Tensor)
    assert value == 14
    np.testing.assert_array_equal(gradient, [0, 2, 4, 6])
    plain = eg.Tensor(1.0)
    assert not dask.is_dask_collection(plain)
    assert dask.compute(plain) == (plain,)
    with pytest.raises(eg.EinsumGradError, match=r"write x\.data\.compute"):
        out.compute()


def test_a_number_is_computed_where_it_is_asked_for() -> None:
    out = np.sum(eg.Tensor(da.arange(4.0, chunks=2), requires_grad=True))
    assert out.item() == 6
    assert out.tolist() == 6
    with eg.no_grad():
        assert float(out) == 6


@pytest.mark.parametrize(
    "index",
    [
        (0, slice(1, 5)),
        (slice(5, 2), ..., -1),
        (slice(2, 4), slice(3, 3)),
        (None, ..., 2, None, slice(-3, None)),
        (...,),
        (1, 2, 3),
    ],
    ids=str,
)
def test_the_gradient_of_an_index_is_lazy_and_has_few_chunks(index: Any) -> None:
    x = whole((6, 5, 7), "f8", 1)
    lazy = da.from_array(x, chunks=(2, 3, 4))
    with nothing_computes():
        found = eg.grad(lambda x: np.sum(x[index] ** 2))(lazy)
    same([found], [eg.grad(lambda x: np.sum(x[index] ** 2))(x)])
    column: Any = eg.grad(lambda x: np.sum(x[:, 0] ** 2))(da.ones((4000, 4000), chunks=1000))
    assert sum(len(layer) for layer in column.dask.layers.values()) < 200
