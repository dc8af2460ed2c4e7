"""The traced memory of calls against the inputs, the results and what `cost` predicts."""

from __future__ import annotations

import gc
import threading
import tracemalloc
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from tests.strategies import whole

OBJECTS = 40_000
"""The bytes of objects around arrays, and of NumPy's own buffers."""


def chain(count: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ",".join(letters[n : n + 2] for n in range(count)) + f"->a{letters[count]}"


CASES = {
    "a product": ("ij,jk->ik", {"i": 200, "j": 200, "k": 200}),
    "a chain": (chain(12), dict.fromkeys("abcdefghijklm", 100)),
    "a long chain": (chain(20), dict.fromkeys("abcdefghijklmnopqrstu", 60)),
    "a change of basis": ("pqrs,pa,qb,rc,sd->abcd", dict.fromkeys("pqrsabcd", 16)),
    "a trace of three": ("ij,jk,ki->", {"i": 256, "j": 256, "k": 256}),
    "a weighted Gram matrix": ("ni,n,nj->ij", {"n": 4000, "i": 64, "j": 64}),
    "a star": ("abc,ad,be,cf->def", dict.fromkeys("abcdef", 40)),
    "a sum before a product": ("bij,jk->ik", {"b": 8, "i": 128, "j": 128, "k": 128}),
    "three in a row": ("i,i,i->i", {"i": 1 << 18}),
    "an outer product, its axes mixed": ("ab,ik->aibk", {"a": 64, "i": 16, "b": 16, "k": 32}),
    "a batch of bilinear forms": ("bi,ij,bj->b", {"b": 1024, "i": 256, "j": 256}),
}


def drawn(pattern: str, sizes: dict[str, int]) -> list[Any]:
    terms = pattern.partition("->")[0].split(",")
    return [whole(tuple(sizes[c] for c in term), "f8", n) for n, term in enumerate(terms)]


HELD = 1.25
"""With what passes through a block: each of two threads may hold half of it at the same time."""


@pytest.mark.parametrize("name", CASES)
def test_the_peak_is_the_inputs_the_results_and_what_is_saved(name: str) -> None:
    pattern, sizes = CASES[name]
    function, operands = eg.compile(pattern), drawn(pattern, sizes)
    costs = function.cost(sizes)
    cotangent = np.ones_like(function(*operands))
    function.vjp(*operands)[1](cotangent)
    eg.cache_clear()  # including pooled memory
    gc.collect()
    tracemalloc.start()
    try:
        output, pullback = function.vjp(*operands)
        alive = tracemalloc.get_traced_memory()[0] - np.asarray(output).nbytes
        gradients = pullback(cotangent)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert costs.saved_bytes <= alive <= costs.saved_bytes + OBJECTS
    results = np.asarray(output).nbytes + sum(gradient.nbytes for gradient in gradients)
    given = cotangent.nbytes + sum(operand.nbytes for operand in operands)
    assert given + peak <= HELD * (given + results + costs.saved_bytes) + OBJECTS


def test_the_first_pullback_frees_the_residuals_and_later_ones_recompute_them() -> None:
    sizes = dict.fromkeys("abcdefghijklm", 60)
    function, operands = eg.compile(chain(12)), drawn(chain(12), sizes)
    saved = function.cost(sizes).saved_bytes
    output, pullback = function.vjp(*operands)
    tracemalloc.start()
    try:
        del output, pullback
        output, pullback = function.vjp(*operands)
        before = tracemalloc.get_traced_memory()[0]
        pullback(output)
        assert tracemalloc.get_traced_memory()[0] < before - saved / 2
    finally:
        tracemalloc.stop()
    wanted = function.backward(output, *operands)
    for _ in range(3):
        for gradient, right in zip(pullback(output), wanted, strict=True):
            np.testing.assert_array_equal(gradient, right)


@pytest.mark.parametrize("size", [3, 130])
def test_a_pullback_that_many_threads_call_is_right_in_each(size: int) -> None:
    operands = drawn(chain(5), dict.fromkeys("abcdef", size))
    output, pullback = eg.compile(chain(5)).vjp(*operands)
    wanted = eg.compile(chain(5)).backward(output, *operands)
    barrier, found = threading.Barrier(8), []

    def call() -> None:
        barrier.wait()
        found.append(pullback(output))

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(threads)
    for gradients in found:
        for gradient, right in zip(gradients, wanted, strict=True):
            np.testing.assert_array_equal(gradient, right)


def test_a_refused_cotangent_consumes_nothing() -> None:
    operands = drawn("ij,jk,kl->il", dict.fromkeys("ijkl", 3))
    output, pullback = eg.compile("ij,jk,kl->il").vjp(*operands)
    with pytest.raises(eg.EinsumGradError):
        pullback(np.ones((2, 2)))
    right = eg.compile("ij,jk,kl->il").backward(output, *operands)
    for gradient, wanted in zip(pullback(output), right, strict=True):
        np.testing.assert_array_equal(gradient, wanted)


@pytest.mark.parametrize("dtypes", [("f4", "f8"), ("f2", "f2"), ("i8", "f8")])
def test_residuals_keep_no_converted_operand_alive(dtypes: tuple[str, str]) -> None:
    function = eg.compile("aa,a->")
    operands = (whole((1000, 1000), dtypes[0], 1), whole((1000,), dtypes[1], 2))
    expected = function.vjp(*operands)[1](1.0)
    tracemalloc.start()
    try:
        _, pullback = function.vjp(*operands)
        alive = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert alive < OBJECTS
    for gradient, wanted in zip(pullback(1.0), expected, strict=True):
        np.testing.assert_array_equal(gradient, wanted)
