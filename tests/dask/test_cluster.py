"""On worker processes: what is sent pickles, and a worker that is killed loses nothing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

import einsum_grad as eg
from tests.dask.arrays import chunked, da, same
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

distributed = pytest.importorskip("distributed")
pytest.importorskip("zarr")

pytestmark = [
    pytest.mark.oracle,
    # Sockets and processes of a cluster are closed after its last test, by other threads.
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit="1GiB", dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@settings(
    max_examples=tries(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(cases(), seeds)
def test_random_patterns_are_bit_equal(client: Any, case: Case, seed: int) -> None:
    random = np.random.default_rng(seed)
    f = eg.compile(case.letters, sizes=case.given)
    arrays = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    out, pullback = f.vjp(*(chunked(array, random) for array in arrays))
    gradients = pullback(chunked(cotangent, random))
    same([out, *gradients], [f(*arrays), *f.backward(cotangent, *arrays)])


def test_a_killed_worker_loses_nothing(client: Any, tmp_path: Path) -> None:
    x, w = whole((64, 96), "f8", 1), whole((96, 48), "f8", 2)
    g = whole((64, 48), "f8", 3)
    lazy = []
    for name, array in (("x", x), ("w", w), ("g", g)):
        da.from_array(array, chunks=16).to_zarr(tmp_path / name)
        lazy.append(da.from_zarr(tmp_path / name))
    f = eg.compile("ij,jk->ik")
    out, pullback = f.vjp(lazy[0].map_blocks(_slow, dtype="f8"), lazy[1])
    futures = client.compute([out, *pullback(lazy[2])])
    before = client.run(os.getpid)
    deadline = time.monotonic() + 60
    while not any(client.has_what().values()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not any(future.done() for future in futures)
    os.kill(next(iter(before.values())), signal.SIGKILL)
    found = client.gather(futures)
    for one, other in zip(found, (x @ w, *f.backward(g, x, w)), strict=True):
        np.testing.assert_array_equal(one, other)
    client.wait_for_workers(2, timeout=60)
    assert set(client.run(os.getpid).values()) != set(before.values())


def _slow(block: Any) -> Any:
    time.sleep(0.05)
    return block
