"""Dask arrays of random chunks, and what is compared with NumPy's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")


def chunked(array: Any, random: np.random.Generator) -> Any:
    """`array` as a Dask array, each axis cut at random places."""
    array = np.asarray(array)
    return da.from_array(array, chunks=tuple(cuts(size, random) for size in array.shape))


def cuts(size: int, random: np.random.Generator) -> tuple[int, ...]:
    """The sizes of chunks that add up to `size`."""
    if not size:
        return (0,)
    inner = np.flatnonzero(random.integers(0, 2, size - 1)) + 1
    return tuple(int(part) for part in np.diff([0, *inner, size]))


def same(found: Sequence[Any], wanted: Sequence[Any]) -> None:
    """The Dask arrays `found` say what they are, and are bit for bit NumPy's `wanted`."""
    for lazy, array, expected in zip(found, dask.compute(*found), wanted, strict=True):
        assert isinstance(lazy, da.Array)
        assert lazy.shape == np.shape(array) == np.shape(expected)
        assert lazy.dtype == array.dtype == np.asarray(expected).dtype
        assert isinstance(lazy._meta, np.ndarray)
        assert lazy._meta.dtype == lazy.dtype
        assert lazy._meta.ndim == lazy.ndim
        np.testing.assert_array_equal(array, expected)


def close(lazy: Any, expected: Any) -> None:
    assert isinstance(lazy, da.Array)
    computed = lazy.compute()
    assert lazy.shape == expected.shape
    assert lazy.dtype == computed.dtype == expected.dtype
    np.testing.assert_allclose(computed, expected, rtol=1e-9, atol=1e-12)


class ComputedError(Exception):
    """Something was computed that nobody asked for."""


@contextmanager
def nothing_computes() -> Iterator[None]:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise ComputedError

    with dask.config.set(scheduler=fail):
        yield
