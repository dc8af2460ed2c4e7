"""Every rule with Dask arrays: it is lazy, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from tests.autograd.rules.table import CASES, weights
from tests.dask.arrays import close, da, nothing_computes, same
from tests.strategies import whole

pytestmark = pytest.mark.oracle

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
