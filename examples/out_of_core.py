"""Factorise a matrix that is four times larger than the memory of all workers, on Dask.

Run it with:  .venv/bin/python examples/out_of_core.py

Two worker processes with 256 MB each find thin U and V with T ≈ U Vᵀ, for a T of 2 GB that lies on
disk as zarr. Each step is one graph: the loss ‖T - U Vᵀ‖² and its gradients by U and V come from the
same blocks of T, each read once, and the next U and V are written to zarr. The gradients are scaled
by the inverse of VᵀV and UᵀU, which makes few steps enough (Tong, Ma and Chi, arXiv:2005.08898).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster, progress

import einsum_grad as eg

RANK = 16
BLOCK = 1024
"""Rows and columns of a block of T, which has 4 MB in single precision."""
RATE = 0.25
LIMIT = "256MB"
BLOCKS = 22
"""Blocks of T along each axis: 22² of 4 MB are 2 GB."""

multiply = eg.compile("ir,jr->ij")
gram = eg.compile("ir,is->rs")
scale = eg.compile("ir,rs->is")


@contextmanager
def cluster(limit: str) -> Iterator[Client]:
    """Two worker processes with a thread each, and so much memory each."""
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit=limit, dashboard_address=None
        ) as workers,
        Client(workers) as client,
    ):
        yield client


def run(client: Client, what: str, *lazy: Any) -> list[Any]:
    """Compute some lazy things together, with a progress bar."""
    print(what)
    futures = client.compute(list(lazy))
    progress(futures, notebook=False)
    print()
    found: list[Any] = client.gather(futures)
    return found


def factor(random: Any, rows: int) -> Any:
    """Draw a thin matrix."""
    drawn = random.standard_normal((rows, RANK), chunks=(BLOCK, RANK), dtype="f4")
    return drawn / np.float32(RANK**0.5)


def inverse(matrix: Any) -> Any:
    """The inverse of a small matrix, which is one block."""
    return matrix.map_blocks(np.linalg.inv, dtype=matrix.dtype)


def descend(t: Any, u: Any, v: Any) -> tuple[Any, Any, Any]:
    """The loss, and U and V one step further down: nothing is computed yet."""
    product, pullback = multiply.vjp(u, v)
    distance = product - t
    du, dv = pullback(2 * distance)
    further_u = u - np.float32(RATE) * scale(du, inverse(gram(v, v)))
    further_v = v - np.float32(RATE) * scale(dv, inverse(gram(u, u)))
    return (distance**2).sum(), further_u, further_v


def factorise(client: Client, folder: Path, rows: int, steps: int) -> list[float]:
    """Write T, U and V to zarr below `folder`, descend, and return the losses."""
    random = da.random.default_rng(0)
    made = multiply(factor(random, rows), factor(random, rows))
    start = {"u": factor(random, rows), "v": factor(random, rows)}
    writes = [array.to_zarr(folder / f"{name}0", compute=False) for name, array in start.items()]
    run(client, "writing T", made.to_zarr(folder / "t", compute=False), *writes)
    t, losses = da.from_zarr(folder / "t"), []
    for step in range(steps):
        u, v = (da.from_zarr(folder / f"{name}{step}") for name in "uv")
        loss, *further = descend(t, u, v)
        writes = [
            array.to_zarr(folder / f"{name}{step + 1}", compute=False)
            for name, array in zip("uv", further, strict=True)
        ]
        losses.append(float(run(client, f"step {step + 1}", loss, *writes)[0]))
        print(f"loss {losses[-1]:.4g}")
    return losses


def main() -> None:
    """Factorise a matrix, and say how far the loss fell."""
    parser = argparse.ArgumentParser(description="Factorise a matrix larger than memory.")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="blocks of T along an axis")
    parser.add_argument("--steps", type=int, default=4, help="how many steps to take")
    parser.add_argument("--limit", default=LIMIT, help="memory of each of the two workers")
    arguments = parser.parse_args()
    rows = arguments.blocks * BLOCK
    print(f"T is {rows} x {rows}: {4 * rows**2 / 1e9:.2f} GB; two workers have {arguments.limit} each")
    with tempfile.TemporaryDirectory() as folder, cluster(arguments.limit) as client:
        losses = factorise(client, Path(folder), rows, arguments.steps)
    print(f"the loss fell from {losses[0]:.4g} to {losses[-1]:.4g}")


if __name__ == "__main__":
    main()
