"""Results of chunks are added in order, as soon as possible, in little memory."""

import itertools
import warnings
import weakref
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.emit.text.helpers import HELPERS as PLAIN
from einsum_grad.kernels.parallel.ordered_sum import Total
from einsum_grad.kernels.parallel.threads import summed_in_blocks
from einsum_grad.kernels.parallel.workers import MISSING

ROUGH = [1e16, 1.0, -1e16, 1.0, 3.0, -(2.0**-40)]
"""Numbers whose sum depends on the order in which they are added."""


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
@pytest.mark.parametrize("size", [1, 2000])
def test_terms_are_added_in_the_order_of_their_slices(order: tuple[int, ...], size: int) -> None:
    total, terms = Total(), [MISSING] * 4
    for number in order:
        terms[number] = np.full(size, ROUGH[number])
        total.gather(terms)
    assert set(total.of(terms)) == {((ROUGH[0] + ROUGH[1]) + ROUGH[2]) + ROUGH[3]} == {1.0}


def test_tuples_are_added_term_by_term() -> None:
    terms: list[Any] = [(np.full(2000, n), np.int64(10 * n)) for n in range(3)]
    array, one = Total().of(terms)
    assert set(array) == {3}
    assert one == 30


@pytest.mark.parametrize("beside", [False, True])
def test_a_large_term_is_freed_once_it_is_added(beside: bool) -> None:
    alive: list[weakref.ref[Any]] = []
    most = 0

    def work(part: slice) -> Any:
        nonlocal most
        most = max(most, sum(term() is not None for term in alive))
        term = np.full(1024, float(part.start))
        alive.append(weakref.ref(term))
        return (np.float64(1), term) if beside else term

    eg.set_num_threads(1)
    try:
        found = summed_in_blocks(work, 20, 20)
        assert np.all((found[1] if beside else found) == 190)
    finally:
        eg.set_num_threads(None)
    assert len(alive) == 20
    assert most == 1


@pytest.mark.parametrize("dtype", ["i1", "u2", "i8", "?", "f4", "c8"])
@pytest.mark.parametrize("shape", [(), (3,), (9000,)])
def test_the_dtype_stays_and_integers_wrap_without_a_warning(
    dtype: str, shape: tuple[int, ...]
) -> None:
    largest = 100 if dtype == "i1" else 2**15 if dtype == "u2" else 2**62 if dtype == "i8" else 1
    term = np.full(shape, largest, dtype)[()]
    plain = plain_form()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for summed in (summed_in_blocks, plain):
            found = summed(lambda part: np.copy(term)[()], 5, 5)
            assert found.dtype == term.dtype
            assert np.shape(found) == shape
            assert np.all(found == np.add.reduce([term] * 5, dtype=dtype))
            first, second = summed(lambda part: (np.copy(term)[()], np.copy(term)[()]), 5, 5)
            assert first.dtype == second.dtype == term.dtype
            assert np.all(first == found)
            assert np.all(second == found)


def plain_form() -> Any:
    names: dict[str, Any] = {"np": np}
    for helper in PLAIN.values():
        exec(helper.code, names)
    return names["summed_in_blocks"]


def test_an_error_in_a_chunk_reaches_the_caller() -> None:
    def fail(part: slice) -> float:
        raise ValueError("of a block")

    with pytest.raises(ValueError, match="of a block"):
        summed_in_blocks(fail, 9, 9)
