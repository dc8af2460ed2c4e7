"""The backward pass: its order, what it frees, and what it leaves behind when it fails."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import weakref
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import AutogradError
from tests.autograd.rules.table import np, tensor
from tests.tries import tries

DEPTH = tries(100_000)
"""Far more nodes than Python's recursion goes deep."""


def variable(*values: float) -> Any:
    return tensor(np.array(values))


def test_a_long_chain_goes_forward_and_back() -> None:
    x = variable(1.0, 2.0)
    y = x
    for _ in range(DEPTH // 2):
        y = -(y + x)
    y.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])
    x.grad, y = None, x
    for _ in range(DEPTH):
        y = y + x
    y.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [DEPTH + 1.0] * 2)


DROPPED = """
import threading
import numpy as np
from einsum_grad.autograd import Tensor

def drop():
    x = Tensor(np.zeros(2), requires_grad=True)
    for step in (lambda y: y * 1.5, lambda y: x * y + y, lambda y: y @ np.eye(2)):
        y = x
        for _ in range(5000):
            y = step(y)
        del y
        print("alive")

threading.stack_size(1 << 18)
thread = threading.Thread(target=drop)
thread.start()
thread.join()
"""


def test_dropping_a_deep_graph_without_a_backward_pass_does_not_crash() -> None:
    # In a process of its own, with a small C stack: running out of it would end this one.
    done = subprocess.run(
        [sys.executable, "-c", DROPPED], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n" * 3, "")


def test_an_uneven_diamond_gets_the_full_sum() -> None:
    x = variable(3.0)
    short = x * 2
    long = short
    for _ in range(10):
        long = long + 1
    far = long * short
    (far + short * long + short).backward()
    # short is 2x, far is 2x (2x + 10): the sum is 8x² + 42x.
    np.testing.assert_array_equal(x.grad, [16 * 3.0 + 42])


@given(
    st.lists(st.tuples(st.sampled_from("+*-"), st.integers(0, 99), st.integers(0, 99)), max_size=12)
)
def test_any_graph_gets_the_derivative_that_forward_mode_gives(
    steps: list[tuple[str, int, int]],
) -> None:
    x = tensor(2.0)
    nodes, duals = [x], [(2, 1)]
    for operation, one, other in steps:
        i, j = one % len(nodes), other % len(nodes)
        (a, da), (b, db) = duals[i], duals[j]
        if operation == "+":
            nodes.append(nodes[i] + nodes[j])
            duals.append((a + b, da + db))
        elif operation == "-":
            nodes.append(nodes[i] - nodes[j])
            duals.append((a - b, da - db))
        else:
            nodes.append(nodes[i] * nodes[j])
            duals.append((a * b, da * b + a * db))
    nodes[-1].backward()
    # Whole numbers, and exact until they get too large for the 53 bits of a float.
    np.testing.assert_allclose(x.grad, float(duals[-1][1]), rtol=1e-12)


def test_every_node_is_visited_once() -> None:
    visits: list[int] = []

    def rule(g: Any) -> Any:
        visits.append(1)
        return g

    step = eg.primitive(lambda x: x + 1, x=rule)
    x = variable(1.0)
    y = x
    for _ in range(30):
        y = step(y)
        y = y + y
    y.backward()
    assert len(visits) == 30
    assert x.grad == 2.0**30


def test_the_same_tensor_twice_adds_up() -> None:
    x = variable(1.0, 2.0)
    np.sum(x * x + eg.einsum("i,i->i", x, x)).backward()
    np.testing.assert_array_equal(x.grad, [4.0, 8.0])


def test_gradients_accumulate_over_passes_until_reset_to_none() -> None:
    x = variable(1.0, 2.0)
    np.sum(3 * x).backward()
    first = x.grad
    np.sum(x * x).backward()
    np.testing.assert_array_equal(x.grad, [5.0, 7.0])
    np.testing.assert_array_equal(first, [3.0, 3.0])
    x.grad = None
    np.sum(x).backward()
    np.testing.assert_array_equal(x.grad, [1.0, 1.0])


def test_two_variables_that_get_the_same_cotangent_share_no_memory() -> None:
    x, y = variable(1.0, 2.0), variable(3.0, 4.0)
    cotangent = np.ones(2)
    (x + y).backward(cotangent)
    x.grad[0] = 7.0
    np.testing.assert_array_equal(y.grad, [1.0, 1.0])
    np.testing.assert_array_equal(cotangent, [1.0, 1.0])


def test_results_keep_no_gradient() -> None:
    x = variable(1.0)
    y = x * 2
    z = y * 3
    z.backward()
    assert y.grad is None
    assert z.grad is None


def test_a_variable_is_a_graph_of_its_own() -> None:
    x = tensor(5.0)
    x.backward()
    np.testing.assert_array_equal(x.grad, 1.0)
    x.backward()
    np.testing.assert_array_equal(x.grad, 2.0)


def test_a_second_pass_says_that_the_graph_was_freed() -> None:
    x = variable(1.0)
    y = x * 2
    y.backward()
    with pytest.raises(AutogradError, match=r"freed .* multiply.*retain_graph=True"):
        y.backward()
    np.testing.assert_array_equal(x.grad, [2.0])


def test_a_pass_through_a_part_that_was_freed_says_so_and_changes_no_gradient() -> None:
    x, w = variable(1.0), variable(2.0)
    shared = x * 2
    (shared + 1).backward()
    with pytest.raises(AutogradError, match="freed"):
        (shared * w).backward()
    np.testing.assert_array_equal(x.grad, [2.0])
    assert w.grad is None


def test_a_retained_graph_can_be_traversed_again() -> None:
    x = variable(1.0, 3.0)
    y = np.sum(x * x @ x)
    y.backward(retain_graph=True)
    once = x.grad.copy()
    y.backward()
    np.testing.assert_array_equal(x.grad, 2 * once)
    with pytest.raises(AutogradError, match="freed"):
        y.backward()


def test_a_pass_that_fails_midway_changes_no_gradient() -> None:
    def broken(g: Any) -> Any:
        raise RuntimeError("broken rule")

    fails = eg.primitive(lambda x: x + 1, x=broken)
    x, w = variable(1.0), variable(2.0)
    x.grad = np.array([5.0])
    y = fails(x * 2) * w * x
    with pytest.raises(RuntimeError, match="broken rule"):
        y.backward()
    np.testing.assert_array_equal(x.grad, [5.0])
    assert w.grad is None
    # The visited part is freed: the forward has to be run again.
    with pytest.raises(AutogradError, match="freed"):
        y.backward()


def test_residuals_are_freed_once_used() -> None:
    alive_at: dict[int, list[int]] = {}
    kept: list[weakref.ref[Any]] = []

    def probe(number: int) -> eg.Primitive:
        def rule(g: Any) -> Any:
            alive_at[number] = [n for n, array in enumerate(kept) if array() is not None]
            return g

        return eg.primitive(lambda x: x + 0.0, x=rule)

    y = variable(0.0, 1.0, 2.0)
    for number in range(4):
        # tanh keeps its result for the rule, and the probe keeps nothing.
        y = np.tanh(y)
        kept.append(weakref.ref(y.data))
        y = probe(number)(y)
    np.sum(y).backward()
    assert alive_at == {3: [0, 1, 2, 3], 2: [0, 1, 2], 1: [0, 1], 0: [0]}
    assert [array() for array in kept] == [None] * 4


def test_operands_and_results_that_no_rule_asks_for_are_not_kept() -> None:
    x = variable(1.0, 2.0)
    total = x * 3 + 1
    arrays = weakref.ref(total.data)
    total = np.reshape(np.negative(total) - 2, (2, 1))
    assert arrays() is None
    total.backward(np.ones((2, 1)))


def test_a_backward_pass_needs_memory_for_a_few_arrays_only() -> None:
    size, depth = 100_000, 40
    x = tensor(np.ones(size))
    y = x
    for _ in range(depth):
        y = np.tanh(y)
    loss = np.sum(y)
    del y
    tracemalloc.start()
    loss.backward()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * size * 8


def test_cotangents_are_freed_once_passed_on() -> None:
    seen: list[weakref.ref[Any]] = []
    alive: list[int] = []

    def rule(g: Any) -> Any:
        alive.append(sum(array() is not None for array in seen))
        out = g + 0.0
        seen.append(weakref.ref(out))
        return out

    step = eg.primitive(lambda x: x + 0.0, x=rule)
    y = variable(1.0, 2.0)
    for _ in range(20):
        y = step(y)
    y.backward(np.ones(2))
    assert max(alive) <= 2


@pytest.mark.parametrize("shape", [(3,), (2, 1), (0,)])
def test_a_result_of_many_numbers_needs_a_cotangent(shape: tuple[int, ...]) -> None:
    y = tensor(np.ones(shape)) * 2
    with pytest.raises(AutogradError, match=rf"shape \({shape[0]},.*np.ones"):
        y.backward()


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_one_number_in_any_shape_needs_no_cotangent(shape: tuple[int, ...]) -> None:
    x = tensor(np.ones(shape))
    (x * 2).backward()
    np.testing.assert_array_equal(x.grad, np.full(shape, 2.0), strict=True)


@pytest.mark.parametrize(
    ("cotangent", "message"),
    [
        (np.ones(2), r"shape \(2,\) for a result of shape \(3,\)"),
        (np.ones((3, 1)), r"shape \(3, 1\)"),
        (1.0, r"shape \(\)"),
        (np.ones(3) + 1j, "dtype complex128 for a result of dtype float64"),
        (["a", "b", "c"], "dtype <U1"),
        (np.array([None] * 3), "dtype object"),
    ],
)
def test_a_cotangent_of_another_shape_or_kind_is_refused(cotangent: Any, message: str) -> None:
    x = variable(1.0, 2.0, 3.0)
    y = x * 2
    with pytest.raises(eg.EinsumGradError, match=message):
        y.backward(cotangent)
    assert x.grad is None
    y.backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [2.0] * 3)


def test_a_cotangent_may_be_of_a_wider_dtype_of_the_same_kind_or_a_tensor() -> None:
    x = tensor(np.ones(2, np.float32))
    (x * 2).backward(np.array([1.0, 3.0]))
    np.testing.assert_array_equal(x.grad, np.array([2, 6], np.float32), strict=True)
    (x * 2).backward(eg.Tensor([1, 1]))
    assert type(x.grad) is np.ndarray
    np.testing.assert_array_equal(x.grad, np.array([4, 8], np.float32), strict=True)


def test_rules_and_variables_get_cotangents_of_the_result_s_dtype() -> None:
    seen: list[Any] = []

    def rule(g: Any) -> Any:
        seen.append(g.dtype)
        return g

    x = tensor(np.ones(2, np.float32))
    eg.primitive(lambda x: x + 0, x=rule)(x).backward(np.ones(2))
    x.backward(np.ones(2))
    assert seen == [np.float32]
    np.testing.assert_array_equal(x.grad, np.array([2, 2], np.float32), strict=True)


def test_gradients_add_up_to_arrays_and_recorded_ones_to_tensors() -> None:
    x = tensor(3.0)
    for _ in range(2):
        (x * x).backward()
    assert type(x.grad) is np.ndarray
    np.testing.assert_array_equal(x.grad, 12.0)
    for _ in range(2):
        (x * x).backward(create_graph=True)
    assert isinstance(x.grad, eg.Tensor)
    np.testing.assert_array_equal(x.grad.data, 24.0)


def test_a_complex_result_needs_a_cotangent() -> None:
    z = tensor(1 + 2j)
    with pytest.raises(AutogradError, match="complex"):
        (z * z).backward()


def test_backward_without_a_graph_is_refused() -> None:
    constant = eg.Tensor(1.0)
    with pytest.raises(AutogradError, match=r"no graph .* requires_grad=True"):
        (constant * 2).backward()
    x = variable(1.0)
    with eg.no_grad():
        y = x * 2
    with pytest.raises(AutogradError, match="no_grad"):
        y.backward()


def test_create_graph_leaves_gradients_that_can_be_differentiated() -> None:
    x = variable(2.0, 3.0)
    np.sum(x * x * x).backward(create_graph=True)
    gradient = x.grad
    assert isinstance(gradient, eg.Tensor)
    np.testing.assert_array_equal(gradient.data, [12.0, 27.0])
    x.grad = None
    np.sum(gradient * gradient).backward()
    # The derivative of (3x²)² is 36x³.
    np.testing.assert_array_equal(x.grad, [36 * 8.0, 36 * 27.0])


def test_recorded_gradients_of_two_variables_are_two_tensors() -> None:
    x, y = variable(1.0), variable(2.0)
    (x + y).backward(create_graph=True)
    x.grad.data[...] = 5.0
    np.testing.assert_array_equal(y.grad.data, [1.0])


def test_a_rule_of_the_wrong_shape_is_named() -> None:
    wrong = eg.primitive(lambda x: x * 2, x=lambda g: g[:1])
    with pytest.raises(AutogradError, match=r"rule of <lambda> .* shape \(1,\) .* shape \(3,\)"):
        wrong(variable(1.0, 2.0, 3.0)).backward(np.ones(3))


@pytest.mark.parametrize("result", [lambda x: x, lambda x: +x, lambda x: x * 3.0, lambda x: x[:0]])
def test_a_recorded_pass_leaves_tensors_even_for_constants(result: Any) -> None:
    x = eg.Tensor([1.0, 2.0], requires_grad=True)
    y = result(x)
    y.backward(np.ones(y.shape), create_graph=True)
    assert isinstance(x.grad, eg.Tensor)
    assert x.grad.shape == (2,)
