"""Every call with Dask arrays gives, lazily, what NumPy's arrays give."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from tests.dask.arrays import chunked, da, dask, same
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

pytestmark = pytest.mark.oracle


@settings(max_examples=tries(100), deadline=None)
@given(cases(), seeds, st.sampled_from([8, 32, 100, 2**27]))
def test_random_patterns_in_random_chunks_are_bit_equal(case: Case, seed: int, most: int) -> None:
    """With any budget, so that blocks are split, groups have sizes, and sums are trees."""
    with dask.config.set({"array.chunk-size": most}):
        check_every_call(case, seed)


def check_every_call(case: Case, seed: int) -> None:
    random = np.random.default_rng(seed)
    f = eg.compile(case.letters, sizes=case.given)
    arrays = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    tangents = [whole(shape, "f8", seed + 50 + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    operands = [chunked(array, random) for array in arrays]
    g = chunked(cotangent, random)
    along = [None, *(chunked(tangent, random) for tangent in tangents[1:])]

    out, pullback = f.vjp(*operands)
    gradients = pullback(g)
    expected = f.backward(cotangent, *arrays)
    same([out, *gradients], [f(*arrays), *expected])
    for gradient, operand in zip(gradients, operands, strict=True):
        assert gradient.chunks == operand.chunks
    same(f.backward(g, *operands), expected)
    both = f.value_and_gradients(g, *operands)
    assert [one.name for one in (both[0], *both[1])] == [one.name for one in (out, *gradients)]

    plain = [None, *tangents[1:]]
    same(f.jvp(operands, along), f.jvp(arrays, plain))
    theirs, ours = f.hvp(operands, along, g), f.hvp(arrays, plain, cotangent)
    same(sum(theirs, ()), sum(ours, ()))


DTYPES = ("f2", "f4", "f8", "c8", "c16", ("f4", "f8"), ("f8", "c16"), ("f2", "f4"))


@pytest.mark.parametrize("dtypes", DTYPES, ids=str)
@pytest.mark.parametrize("conj", [True, False])
def test_dtypes_and_conjugation_are_numpys(dtypes: str | tuple[str, str], conj: bool) -> None:
    one, other = (dtypes, dtypes) if isinstance(dtypes, str) else dtypes
    f, random = eg.compile("ij,jk->ik"), np.random.default_rng(1)
    x, w = whole((4, 6), one, 1), whole((6, 5), other, 2)
    g = whole((4, 5), np.result_type(x, w), 3)
    lazy_x, lazy_w, lazy_g = (chunked(array, random) for array in (x, w, g))
    out, pullback = f.vjp(lazy_x, lazy_w, conj=conj)
    expected = f.backward(g, x, w, conj=conj)
    same([out, *pullback(lazy_g)], [f(x, w), *expected])
    same(f.vjp(lazy_x, lazy_w)[1](lazy_g, conj=conj), expected)


def test_half_precision_is_added_up_in_single() -> None:
    ones = np.ones(4096, np.float16)
    found = eg.einsum("i->", da.from_array(ones, chunks=1))
    assert found.dtype == np.float16
    assert float(found) == 4096


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "b"])
def test_whole_numbers_have_an_output_and_no_gradient(dtype: str) -> None:
    random = np.random.default_rng(1)
    x, w = whole((4, 6), dtype, 1), whole((6, 5), dtype, 2)
    out, pullback = eg.compile("ij,jk->ik").vjp(chunked(x, random), chunked(w, random))
    same([out], [eg.einsum("ij,jk->ik", x, w)])
    with pytest.raises(eg.EinsumGradError, match=r"operand 0 has dtype .* could wrap around"):
        pullback(np.ones((4, 5), dtype))


def test_numpys_arrays_and_numbers_stand_beside() -> None:
    x, w = whole((4, 6), "f8", 1), whole((6,), "f8", 2)
    lazy = da.from_array(x, chunks=(2, 3))
    f = eg.compile("ij,j,->i")
    out, pullback = f.vjp(lazy, w, 2.0)
    expected = f.backward(np.ones(4), x, w, 2.0)
    gradients = pullback(np.ones(4))
    same([out, *gradients], [f(x, w, 2.0), *expected])
    assert gradients[1].chunks == ((3, 3),)
    same(f.backward(da.ones(4, chunks=3), x, w, 2.0), expected)


def test_einsum_takes_both_forms() -> None:
    x = whole((4, 6), "f8", 1)
    lazy = da.from_array(x, chunks=(2, 3))
    same([eg.einsum("ij,kj->ik", lazy, x)], [x @ x.T])
    same([eg.einsum(lazy, [0, 1], x, [2, 1], [0, 2])], [x @ x.T])
    same([eg.einsum("ij,ik,kl->jl", lazy, x, x.T, optimize="greedy")], [x.T @ x @ x.T])
    with pytest.raises(eg.EinsumGradError, match="out= with arrays of NumPy only"):
        eg.einsum("ij->j", lazy, out=np.empty(6))


def test_a_budget_is_an_argument_of_compile() -> None:
    x = da.ones(1000, chunks=-1)
    f = eg.compile("i,j->ij", task_bytes=80_000)
    out = f(x, x + 1)
    assert math.prod(out.chunksize) * 8 <= 80_000
    assert out.npartitions == 128
    wrong: Any
    for wrong in (0, "1", True, 1.0):
        with pytest.raises(eg.EinsumGradError, match="task_bytes"):
            eg.compile("i->", task_bytes=wrong)


def test_unknown_chunk_sizes_are_refused() -> None:
    lazy = da.from_array(np.arange(6.0), chunks=3)
    unknown = lazy[lazy > 1]
    with pytest.raises(eg.EinsumGradError, match=r"operand 1 .* compute_chunk_sizes\(\)"):
        eg.einsum("i,i->", unknown.compute(), unknown)


def test_what_does_not_fit_is_refused_before_anything_runs() -> None:
    lazy = da.from_array(np.ones((4, 6)), chunks=(2, 3))
    f = eg.compile("ij,j->i")
    with pytest.raises(eg.EinsumGradError, match="the sizes of 'j' disagree"):
        f(lazy, np.ones(5))
    _, pullback = f.vjp(lazy, np.ones(6))
    with pytest.raises(eg.EinsumGradError, match=r"the cotangent has shape \(6,\), and the output"):
        pullback(np.ones(6))
    with pytest.raises(eg.EinsumGradError, match="the cotangent has dtype complex128"):
        pullback(np.ones(4) * 1j)
    with pytest.raises(eg.EinsumGradError, match="tangent 0 has shape"):
        f.jvp((lazy, np.ones(6)), (np.ones(6), None))
    with pytest.raises(eg.EinsumGradError, match="target torch, which takes torch tensors"):
        eg.compile("ij,j->i", target="torch")(lazy, np.ones(6))
    masked = da.ma.masked_array(np.ones(6), mask=np.arange(6) > 2)
    with pytest.raises(eg.EinsumGradError, match="operand 1: a masked array would lose its mask"):
        f(lazy, masked)


def test_what_takes_arrays_of_numpy_alone_computes_none() -> None:
    lazy = da.from_array(np.ones((4, 6)), chunks=(2, 3))
    objective = eg.derive("sum(X**2)", "X: m n", wrt="X")
    calls: list[Callable[[], Any]] = [
        lambda: eg.compile("ij,j->i").jacobian(0).at(lazy, np.ones(6)),
        lambda: eg.compile("ij->i").jacobian(0).at(np.ones((4, 6))) @ lazy,
        lambda: objective.value(lazy),
        lambda: eg.array([lazy, lazy]),
        lambda: eg.einsum("kij->kij", [lazy, lazy]),
    ]
    for call in calls:
        with pytest.raises(eg.EinsumGradError, match=r"a Dask array would be computed here"):
            call()
