"""Factorise a matrix that is four times larger than the memory of all workers, on Dask.

Run it with:  .venv/bin/python examples/out_of_core.py

It needs the extra `dask`. Two worker processes with 256 MB each find thin U and V with T ≈ U Vᵀ,
for a T of 2 GB that lies on disk as zarr. A step is one graph: the loss ‖T - U Vᵀ‖² and its
gradients by U and V come from the same blocks of T, each read once. U and V are written to zarr
after each step. The gradients are scaled by the inverses of VᵀV and UᵀU, so that few steps are
enough (arXiv:2005.08898).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np
from distributed import Client, LocalCluster, progress

import einsum_grad as eg

RANK = 8
ROWS = 22400
"""Rows and columns of T: 2 GB in single precision."""
SLAB = 28
"""Rows of a block of T, which has all columns: 2.5 MB."""
BUDGET = "4MiB"
"""What a task should hold at most: workers that have little memory need small tasks."""
RATE = 0.25
LIMIT = "256MB"

multiply = eg.compile("ir,jr->ij")
gram = eg.compile("ir,is->rs")
scale = eg.compile("ir,rs->is")


@contextmanager
def cluster(limit: str) -> Iterator[None]:
    """Two worker processes with a thread each, and so much memory each."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit=limit, dashboard_address=":0"
        ) as workers,
        Client(workers),
    ):
        yield


def kept(what: str, *lazy: Any) -> Any:
    """Compute some arrays together, with a progress bar; their blocks stay with the workers."""
    print(what)
    found = dask.persist(*lazy)
    progress(found, notebook=False)
    print()
    return found


def factors(random: Any, rows: int) -> tuple[Any, Any]:
    """Draw U, in blocks of as many rows as T's, and V, which is one block."""
    return tuple(
        random.standard_normal((rows, RANK), chunks=(block, RANK), dtype="f4") / RANK**0.5
        for block in (SLAB, rows)
    )


def inverse(matrix: Any) -> Any:
    """The inverse of a small matrix, which is one block."""
    return matrix.map_blocks(np.linalg.inv, dtype=matrix.dtype)


def descend(t: Any, u: Any, v: Any) -> tuple[Any, Any, Any]:
    """The loss, and U and V one step further down: nothing is computed yet."""
    product, pullback = multiply.vjp(u, v)
    distance = product - t
    du, dv = pullback(distance)  # half of the gradients
    further_u = u - 2 * RATE * scale(du, inverse(gram(v, v)))
    further_v = v - 2 * RATE * scale(dv, inverse(gram(u, u)))
    return (distance**2).sum(), further_u, further_v


def stored(array: Any, path: Path) -> Any:
    """Write an array to zarr, and return what reads it."""
    array.to_zarr(path)
    return da.from_zarr(path)


def factorise(folder: Path, rows: int, steps: int) -> list[float]:
    """Write T, and after each step U and V, to zarr below `folder`; return the losses."""
    random = da.random.default_rng(0)
    u, v = factors(random, rows)
    print("writing T")
    t, losses = stored(multiply(*factors(random, rows)), folder / "t"), []
    for step in range(1, steps + 1):
        loss, u, v = kept(f"step {step}", *descend(t, u, v))
        losses.append(float(loss))
        print(f"loss {losses[-1]:.4g}")
        u, v = stored(u, folder / f"u{step}"), stored(v, folder / f"v{step}")
    return losses


def main() -> None:
    """Factorise a matrix, and say how far the loss fell."""
    parser = argparse.ArgumentParser(description="Factorise a matrix larger than memory.")
    parser.add_argument("--rows", type=int, default=ROWS, help="rows and columns of T")
    parser.add_argument("--steps", type=int, default=4, help="how many steps to take")
    parser.add_argument("--limit", default=LIMIT, help="memory of each of the two workers")
    arguments = parser.parse_args()
    rows = arguments.rows
    print(f"T has {4 * rows**2 / 1e9:.2f} GB, and two workers {arguments.limit} each")
    with (
        tempfile.TemporaryDirectory() as folder,
        cluster(arguments.limit),
        dask.config.set({"array.chunk-size": BUDGET}),
    ):
        losses = factorise(Path(folder), rows, arguments.steps)
    print(f"the loss fell from {losses[0]:.4g} to {losses[-1]:.4g}")


if __name__ == "__main__":
    main()
