"""Layers: their tasks are those that were counted, and each does what its blocks need, no more."""

from __future__ import annotations

from typing import Any

import numpy as np
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


def optimised(*arrays: Any) -> int:
    """The tasks that Dask runs for all of `arrays`, operands' blocks included."""
    return len({key for array in dask.optimize(*arrays) for key in dict(array.dask)})


def lying(shape: tuple[int, ...], chunks: tuple[int, ...]) -> Any:
    """An array whose blocks lie in memory, a task each."""
    return da.zeros(shape, chunks=chunks).persist(scheduler="synchronous")


@pytest.mark.parametrize("most", [2**27, 1])
def test_products_of_matrices_have_at_most_the_tasks_of_matmul(most: int) -> None:
    x, w, g = (lying((64, 64), (8, 8)) for _ in range(3))
    with dask.config.set({"array.chunk-size": 8 * 64 * most}):
        out, pullback = eg.compile("ij,jk->ik").vjp(x, w)
        dx, dw = pullback(g)
    hand = [da.matmul(x, w), da.matmul(g, w.T), da.matmul(x.T, g)]
    assert optimised(out) <= 1.15 * optimised(hand[0])
    assert optimised(dx, dw) <= 1.15 * optimised(*hand[1:])
    assert optimised(out, dx, dw) <= 1.15 * optimised(*hand)


@pytest.mark.parametrize("most", [2**27, 1])
def test_many_contracted_chunks_have_at_most_the_tasks_of_tensordot(most: int) -> None:
    a, b = (lying((32, 8, 8), (2, 4, 4)) for _ in range(2))
    g = lying((8, 8, 8, 8), (4, 4, 4, 4))
    with dask.config.set({"array.chunk-size": 8 * 256 * most}):
        out, pullback = eg.compile("aij,akl->ijkl").vjp(a, b)
        da_, db = pullback(g)
    forward = da.tensordot(a, b, axes=((0,), (0,)))
    back = [
        da.tensordot(b, g, axes=((1, 2), (2, 3))),
        da.tensordot(a, g, axes=((1, 2), (0, 1))),
    ]
    assert optimised(out) <= 1.15 * optimised(forward)
    assert optimised(da_, db) <= 1.15 * optimised(*back)


def test_a_chain_of_five_and_its_gradients_cost_at_most_3_6_forwards() -> None:
    operands = [lying((32, 32), (8, 8)) + n for n in range(5)]
    out, pullback = eg.compile("ab,bc,cd,de,ef->af").vjp(*operands)
    assert optimised(out, *pullback(lying((32, 32), (8, 8)))) <= 3.6 * optimised(out)


def test_contracting_at_once_is_never_what_runs() -> None:
    operands = [lying((16, 16), (4, 4)) + n for n in range(3)]
    pairs = optimised(eg.compile("ij,jk,kl->il")(*operands))
    assert optimised(eg.compile("ij,jk,kl->il", optimize=False)(*operands)) == pairs


def test_the_forward_is_shared() -> None:
    operands = [lying((16, 16), (4, 4)) + n for n in range(3)]
    out, pullback = eg.compile("ij,jk,kl->il").vjp(*operands)
    gradients = pullback(lying((16, 16), (4, 4)))
    assert optimised(out, *gradients) < optimised(out) + optimised(*gradients)


def test_a_diagonal_reads_its_blocks_alone() -> None:
    read: list[tuple[int, ...]] = []

    def look(block: Any, block_info: Any = None) -> Any:
        read.append(block_info[0]["chunk-location"])
        return block

    x = da.ones((8, 8), chunks=2).map_blocks(look, dtype=float, meta=np.empty((0, 0)))
    out, pullback = eg.compile("ii->i").vjp(x)
    (dx,) = pullback(np.arange(8.0))
    np.testing.assert_array_equal(dx.compute(scheduler="synchronous"), np.diag(np.arange(8.0)))
    assert read == []
    out.compute(scheduler="synchronous")
    assert sorted(read) == [(n, n) for n in range(4)]


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    def fail(block: Any) -> Any:
        raise AssertionError

    x = da.ones((8, 6), chunks=2).map_blocks(fail, dtype=float, meta=np.empty((0, 0)))
    f = eg.compile("ij,kj->ik")
    out, pullback = f.vjp(x, x + 1)
    pullback(out)
    f.jvp((x, x), (x, None))
    f.hvp((x, x), (x, x), out)
    with pytest.raises(AssertionError):
        out.compute()


def test_repeat_axes_and_outer_products_are_divided() -> None:
    with dask.config.set({"array.chunk-size": 8000}):
        column = da.ones(500, chunks=-1)
        for out in (
            eg.compile("i->ib", sizes={"b": 400})(column),
            eg.compile("i,j->ij")(column, column + 1),
            eg.compile("bi,i->i").backward(column, da.ones((300, 500), chunks=(10, 100)), column)[
                0
            ],
        ):
            assert out.npartitions > 1
            assert np.prod(out.chunksize) * 8 <= 8000


def test_ten_thousand_chunks_make_a_graph_of_layers_in_proportion() -> None:
    x = da.zeros((100, 100), chunks=1)
    out, pullback = eg.compile("ij,ij->").vjp(x, x + 1)
    (dx, _) = pullback(1.0)
    assert dx.npartitions == 10_000
    assert tasks([out], [x, x + 1]) <= 10_000 * (1 + 1 / 4 + 1 / 12) + 1


def test_blocks_of_a_result_share_references_to_an_operand() -> None:
    x, w = (da.zeros((32, 32), chunks=2) for _ in range(2))
    out = eg.compile("ij,jk->ik")(x, w)
    tasks_of_out = dict(out.dask.layers[out.name]).values()
    assert len({id(ref) for task in tasks_of_out for ref in task.args}) <= 2 * 256


def test_tiny_chunks_make_no_more_blocks_than_a_graph_can_have() -> None:
    x, w = (da.arange(1.0, 301.0, chunks=1, dtype=float) for _ in range(2))
    out, pullback = eg.compile("i,j->ij").vjp(x, w)
    gradients = pullback(out)
    assert out.npartitions <= 10_000
    assert [gradient.chunks for gradient in gradients] == [x.chunks, w.chunks]
    assert tasks([out, *gradients], [x, w]) < 50_000
