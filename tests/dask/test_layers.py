"""Layers: their tasks are those that were counted, and each does what its blocks need, no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.lower.partition.tasks import tasks_of
from tests.dask.arrays import da, dask
from tests.dask.graphs import tasks
from tests.strategies import Case, cases
from tests.tries import tries

pytestmark = pytest.mark.oracle

MATRICES = dict.fromkeys("ijk", 8)


def ones(text: str, sizes: dict[str, int], chunks: dict[str, int]) -> list[Any]:
    """Operands of `text`, each label in its chunks."""
    terms = text.partition("->")[0].split(",")
    return [
        da.full([sizes[x] for x in term], n, chunks=[chunks[x] for x in term], dtype=float)
        for n, term in enumerate(terms)
    ]


def both(f: Any, operands: list[Any]) -> tuple[int, int]:
    """The tasks of the forward, and of the forward and all gradients."""
    out, pullback = f.vjp(*operands)
    g = da.ones(out.shape, chunks=out.chunks, dtype=out.dtype)
    sources = [*operands, g]
    return tasks([out], sources), tasks([out, *pullback(g)], sources)


@settings(max_examples=tries(100), deadline=None)
@given(cases(ellipsis=False, broadcasting=False), st.sampled_from([16, 100, 2**27]), st.data())
def test_costs_count_the_tasks_of_the_graph(case: Case, most: int, data: st.DataObject) -> None:
    sizes = {label: size for label, size in case.sizes.items() if size}
    if len(sizes) < len(case.sizes):
        return
    f = eg.compile(case.letters, sizes=case.given)
    chunks = {label: data.draw(st.integers(1, size)) for label, size in sizes.items()}
    operands = [
        da.full(shape, n, chunks=tuple(chunks[label] for label in term), dtype=float)
        for n, (term, shape) in enumerate(zip(case.terms, case.shapes, strict=True))
    ]
    pattern = f._request.pattern
    with dask.config.set({"array.chunk-size": most}):
        forward, together = both(f, operands)
    told = tasks_of(pattern, f.wrt, sizes, chunks, 8, budget=most)
    counted = told.forward, told.forward + told.backward
    if most < 2**27 and any(len(set(term)) < len(term) for term in case.terms):
        # Of an array that is divided anew only the diagonal may be read.
        assert counted >= (forward, together)
    else:
        assert counted == (forward, together)
