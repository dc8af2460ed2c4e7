"""`no_grad`: nothing is recorded inside, in this thread and context alone."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import pytest

import einsum_grad as eg
from tests.autograd.rules.table import np, tensor


def variable() -> Any:
    return tensor([1.0, 2.0])


def test_nothing_is_recorded_inside() -> None:
    x = variable()
    with eg.no_grad():
        results = [x * 2, x @ x, np.sum(x), x[0], np.stack([x, x]), eg.softmax(x), x.T]
        assert not any(result.requires_grad for result in results)
        assert x.requires_grad
    assert (x * 2).requires_grad


def test_nothing_is_kept_inside() -> None:
    x = variable()
    with eg.no_grad():
        y = np.exp(x)
        kept = weakref.ref(y.data)
        y = np.exp(y)
        assert kept() is None


def test_results_made_inside_are_writable() -> None:
    x = variable()
    with eg.no_grad():
        y = x * 2
    y.data[...] = 5.0
    np.testing.assert_array_equal(x.data, [1.0, 2.0])


def test_it_nests_and_ends_with_an_error() -> None:
    x = variable()
    with eg.no_grad():
        with eg.no_grad():
            pass
        assert not (x * 2).requires_grad
    with pytest.raises(KeyError), eg.no_grad():
        raise KeyError
    assert (x * 2).requires_grad


def test_it_decorates_functions() -> None:
    @eg.no_grad()
    def double(x: Any) -> Any:
        return x * 2

    x = variable()
    assert not double(x).requires_grad
    assert not double(x).requires_grad
    assert (x * 2).requires_grad


def test_other_threads_keep_recording() -> None:
    x = variable()
    inside, outside = threading.Event(), threading.Event()
    recorded: list[bool] = []

    def other() -> None:
        inside.wait(10)
        recorded.append((x * 2).requires_grad)
        outside.set()

    thread = threading.Thread(target=other)
    thread.start()
    with eg.no_grad():
        inside.set()
        assert outside.wait(10)
    thread.join()
    assert recorded == [True]


def test_threads_may_use_the_same_variable() -> None:
    w = tensor(np.arange(8.0))
    gradients: list[Any] = []

    def work(number: int) -> None:
        gradient = eg.grad(lambda t: np.sum(t * w * number))
        gradients.extend((number, gradient(np.ones(8)).data) for _ in range(20))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gradients) == 160
    for number, gradient in gradients:
        np.testing.assert_array_equal(gradient, number * np.arange(8.0))
