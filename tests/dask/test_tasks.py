"""What tasks call: it pickles, is small, and leaves memory and cores alone."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest

pytest.importorskip("dask")

import einsum_grad as eg
from einsum_grad.dask.tasks import OnBlocks, added
from einsum_grad.kernels import buffer_pool
from einsum_grad.plan import Pattern

pytestmark = pytest.mark.oracle

PRODUCT = Pattern((("i", "j"), ("j", "k")), ("i", "k"))
HADAMARD = Pattern((("i", "j"), ("i", "j")), ("i", "j"))


def test_a_task_is_sent_in_few_bytes() -> None:
    run = OnBlocks(PRODUCT)
    sent = pickle.dumps(run)
    assert len(sent) < 300
    assert pickle.loads(sent) == run


def test_tuples_of_blocks_are_summed_and_none_is_changed() -> None:
    blocks = [np.full((2, 2), float(n)) for n in range(6)]
    before = [block.copy() for block in blocks]
    found = OnBlocks(PRODUCT)(*blocks)
    expected = sum(blocks[n] @ blocks[n + 1] for n in (0, 2, 4))
    np.testing.assert_array_equal(found, expected)
    single = OnBlocks(Pattern((("i",),), ("i",)))
    np.testing.assert_array_equal(single(np.ones(2), np.ones(2), np.ones(2)), [3, 3])
    added(*blocks)
    np.testing.assert_array_equal(blocks, before)


def test_blocks_are_arrays_also_without_axes() -> None:
    found = OnBlocks(Pattern((("i",),), ()))(np.ones(2), np.ones(3))
    assert isinstance(found, np.ndarray)
    assert found.shape == ()


def test_a_block_has_memory_of_its_own() -> None:
    x = np.ones((1024, 1024))
    assert buffer_pool.is_leased(eg.einsum("ij,ij->ij", x, x))
    buffer_pool.clear()
    block = OnBlocks(HADAMARD)(x, x)
    assert not buffer_pool.is_leased(block)
    del block
    assert buffer_pool.waiting() == 0


def test_a_task_keeps_to_its_own_thread() -> None:
    x = np.ones((2048, 1024))
    eg.set_num_threads(4)
    try:
        before = threading.active_count()
        OnBlocks(HADAMARD)(x, x)
        assert threading.active_count() == before
    finally:
        eg.set_num_threads(None)
