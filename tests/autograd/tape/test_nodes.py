"""The accumulation of gradients: exact in several threads, and despite interruptions."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.tape.backward import pull_back
from einsum_grad.autograd.tape.nodes import Leaf, Node
from einsum_grad.errors import AutogradError
from tests.autograd.rules.table import np, tensor
from tests.interrupts import interrupted

THREADS, PASSES = 4, 60


@pytest.fixture(autouse=True)
def _often_switched() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work: Callable[[], None]) -> None:
    """Run `work` in several threads at once; raise the first exception of any of them."""
    start, raised = threading.Barrier(THREADS), list[BaseException]()

    def run() -> None:
        try:
            start.wait(60)
            work()
        except BaseException as error:  # noqa: BLE001  # raised again below
            raised.append(error)

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in raised:
        raise error


@pytest.mark.parametrize("create_graph", [False, True])
def test_passes_of_several_threads_add_up(create_graph: bool) -> None:
    x, w = tensor(np.arange(3.0)), tensor(np.ones(3))

    def work() -> None:
        for _ in range(PASSES):
            eg.einsum("i,i->", x, w * 2.0).backward(create_graph=create_graph)

    in_threads(work)
    for variable, once in ((x, [2.0, 2.0, 2.0]), (w, [0.0, 2.0, 4.0])):
        assert isinstance(variable.grad, eg.Tensor) == create_graph
        gradient = variable.grad.data if create_graph else variable.grad
        np.testing.assert_array_equal(gradient, THREADS * PASSES * np.array(once))


def test_several_threads_traverse_a_retained_graph() -> None:
    x, w = tensor(np.arange(4.0).reshape(2, 2)), tensor(np.array([[1.0, 3.0], [2.0, 5.0]]))
    y = np.sum(np.square(eg.einsum("ij,jk,kl,l->i", x, w, x, np.ones(2))) * 2.0)
    y.backward(retain_graph=True)
    once = x.grad, w.grad
    x.grad = w.grad = None

    def work() -> None:
        for _ in range(PASSES):
            y.backward(retain_graph=True)

    in_threads(work)
    for variable, gradient in zip((x, w), once, strict=True):
        np.testing.assert_array_equal(variable.grad, THREADS * PASSES * gradient)


def test_a_graph_freed_by_another_thread_changes_no_gradient() -> None:
    x = tensor(np.ones(3))
    for _ in range(100):
        x.grad = None
        y = np.sum(eg.einsum("i,i->i", x, np.exp(x * 0.0)) + 2.0 * x)
        arrived: list[None] = []

        def work(y: Any = y, arrived: list[None] = arrived) -> None:
            try:
                y.backward()
            except AutogradError as error:
                assert "freed" in str(error)  # noqa: PT017  # which thread is refused is by chance
            else:
                arrived.append(None)

        in_threads(work)
        assert arrived
        np.testing.assert_array_equal(x.grad, len(arrived) * np.full(3, 3.0))


class FreedAt(Node):
    """A node that another thread frees after a given number of reads of its attributes."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name in ("pull", "parents"):
            READS.append(name)
            if len(READS) == FREED_AFTER[0]:
                self.free()
        return found


READS: list[str] = []
FREED_AFTER = [0]


@pytest.mark.parametrize("read", range(4))
def test_a_node_freed_between_two_reads_is_whole_or_refused(read: int) -> None:
    leaf = Leaf(np.ones(2))
    node = FreedAt("freed", np.ones(2), [0], [leaf], lambda g, lift: [g * 2.0])
    READS.clear()
    FREED_AFTER[0] = read
    try:
        arrived = pull_back([(node, np.ones(2))], keep=True)
    except AutogradError as error:
        assert "freed" in str(error)  # noqa: PT017  # either is right
    else:
        np.testing.assert_array_equal(arrived[leaf], [2.0, 2.0])


class Meanwhile:
    """A cotangent whose addition adds another one to the same leaf."""

    __array_ufunc__ = None

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf
        self.added = False

    def __radd__(self, gradient: Any) -> Any:
        if not self.added:
            self.added = True
            self.leaf.add(np.full(2, 100.0))
        return gradient + 10.0


def test_an_addition_during_another_is_not_lost() -> None:
    leaf = Leaf(np.ones(2))
    leaf.add(np.ones(2))
    leaf.add(Meanwhile(leaf))
    np.testing.assert_array_equal(leaf.grad, [111.0, 111.0])


def test_an_interrupted_addition_is_atomic() -> None:
    leaf = Leaf(np.ones(2))
    leaf.grad = np.zeros(2)
    seen = set()
    places = interrupted(lambda: leaf.add(np.ones(2)), Leaf.add, Leaf._follow, Leaf._last)
    before = 0.0
    for _ in places:
        seen.add(leaf.grad[0] - before)
        before = leaf.grad[0]
    assert seen == {0.0, 1.0}
    leaf.add(np.ones(2))
    assert leaf.grad[0] >= before + 1


def test_earlier_sums_are_freed() -> None:
    leaf, before = Leaf(np.ones(2)), np.ones(2)
    kept = weakref.ref(before)
    leaf.grad = before
    del before
    leaf.add(np.ones(2))
    assert kept() is None
