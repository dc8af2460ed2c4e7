"""No write to an array, by any holder, is seen by a graph or by another Tensor."""

from __future__ import annotations

import contextlib
import weakref
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.tape.ownership import own
from einsum_grad.errors import AutogradError, OperandError
from einsum_grad.kernels.buffer_pool import empty, is_leased
from tests.autograd.rules.table import np, tensor


def address(array: Any) -> int:
    where: int = array.__array_interface__["data"][0]
    return where


def square_gradient(x: eg.Tensor) -> Any:
    x.grad = None
    np.sum(x * x).backward()
    return x.grad


def test_a_tensor_copies_what_it_is_made_of() -> None:
    array = np.ones(3)
    x = tensor(array)
    array[...] = 7.0
    np.testing.assert_array_equal(x.data, np.ones(3))


def test_data_is_the_tensors_own_writable_array() -> None:
    x = tensor(np.ones(3))
    x.data[0] = 5.0
    x.data *= 2
    assert x.data is x.data
    np.testing.assert_array_equal(x.data, [10.0, 2.0, 2.0])
    np.testing.assert_array_equal(square_gradient(x), [20.0, 4.0, 4.0])


def test_data_taken_before_a_graph_stays_the_tensors() -> None:
    x = tensor(np.ones(3))
    handle = x.data
    y = x * x
    handle[0] = 5.0
    assert x.data is handle
    y.backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(square_gradient(x), [10.0, 2.0, 2.0])


def test_data_on_loan_are_copied_once() -> None:
    x = tensor(np.ones(3))
    y = x * x
    handle = x.data
    handle[0] = 5.0
    assert x.data is handle
    y.backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [2.0, 2.0, 2.0])


def test_in_place_updates_while_a_graph_lives_do_not_reach_it() -> None:
    x = tensor(np.array([1.0, 2.0]))
    y = np.sum(x * x)
    x.data -= 1.0
    z = np.sum(x * x)
    x.data[...] = 100.0
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    x.grad = None
    z.backward()
    np.testing.assert_array_equal(x.grad, [0.0, 2.0])
    np.testing.assert_array_equal(x.data, [100.0, 100.0])


def test_an_update_between_two_uses_in_one_graph_reaches_the_second_only() -> None:
    x = tensor(np.array([3.0]))
    first = x * x
    x.data[...] = 5.0
    (first + x * x).backward()
    np.testing.assert_array_equal(x.grad, [16.0])


def test_an_update_after_a_backward_pass_copies_nothing() -> None:
    w = tensor(np.ones((30, 30)))
    before = address(w.data)
    for _ in range(3):
        loss = np.sum(np.tanh(w @ w) * w)
        loss.backward()
        w.data -= 0.1 * w.grad
        w.grad = None
    assert address(w.data) == before


def test_an_update_after_a_graph_was_dropped_copies_nothing() -> None:
    w = tensor(np.ones(30))
    before = address(w.data)
    loss = np.sum(w * w)
    del loss
    w.data -= 1.0
    assert address(w.data) == before


def test_reading_data_while_a_graph_lives_leaves_the_graph_its_array() -> None:
    w = tensor(np.ones(30))
    before = address(w.data)
    loss = np.sum(w * w)
    assert address(w.data) != before
    loss.backward()
    np.testing.assert_array_equal(w.grad, np.full(30, 2.0))


def test_new_data_replace_the_array_and_do_not_disturb_the_graph() -> None:
    x = tensor(np.array([1.0, 2.0]))
    y = np.sum(x * x)
    new = np.array([10.0, 20.0])
    x.data = new
    new[...] = 0.0
    y.backward()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])
    np.testing.assert_array_equal(x.data, [10.0, 20.0])


@pytest.mark.parametrize("new", [np.ones(3), np.ones((2, 1)), np.ones(2, np.float32), 1.0])
def test_new_data_of_another_shape_or_dtype_are_refused(new: Any) -> None:
    x = tensor(np.ones(2))
    with pytest.raises(OperandError, match=r"shape \(2,\) and dtype float64"):
        x.data = new
    with pytest.raises(OperandError, match=r"shape \(2,\) and dtype float64"):
        x.grad = new


def test_results_are_read_only() -> None:
    x = tensor(np.ones((2, 2)))
    for y in (x * 2, x @ x, x.T, x[0], np.reshape(x, 4), np.sum(x), eg.softmax(x)):
        assert not y.data.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            y.data[...] = 0.0
        with pytest.raises(AutogradError, match="detach"):
            y.data = np.ones(y.shape)


def test_a_view_keeps_its_values_when_its_variable_changes() -> None:
    x = tensor(np.arange(4.0))
    for view in (np.reshape(x, (2, 2)), x[:], np.transpose(x), np.real(x)):
        kept = view.data.copy()
        out = np.sum(view * view)
        x.data += 1.0
        np.testing.assert_array_equal(view.data, kept)
        x.grad = None
        out.backward()
        np.testing.assert_array_equal(x.grad, 2 * kept.ravel())


def test_a_view_takes_no_memory_until_somebody_writes() -> None:
    x = tensor(np.arange(4.0))
    for recording in (True, False):
        with contextlib.nullcontext() if recording else eg.no_grad():
            views = [np.reshape(x, (2, 2)), x[1:], x.T, x.detach()]
        assert all(np.shares_memory(view._array, x._array) for view in views)
        x.data[0] += 1.0
        assert not any(np.shares_memory(view._array, x._array) for view in views)
        del views


def test_a_view_made_without_recording_is_a_value_of_its_own() -> None:
    x = tensor(np.arange(4.0))
    graph = np.sum(x * x)
    with eg.no_grad():
        views = [np.reshape(x, (2, 2)), x[1:], x.T, +x, np.real(x)]
    for view in views:
        view.data[...] = 7.0
    np.testing.assert_array_equal(x.data, np.arange(4.0))
    x.data[...] = 9.0
    for view in views:
        assert np.all(view.data == 7.0)
    graph.backward()
    np.testing.assert_array_equal(x.grad, [0.0, 2.0, 4.0, 6.0])


def test_a_view_of_a_constant_array_is_a_value_of_its_own() -> None:
    array = np.arange(4.0)
    constant = eg.Tensor(array)
    for view in (eg.einsum("i->i", constant), eg.einsum("i,->i", array, eg.Tensor(1.0))):
        view.data[...] = 7.0
    np.testing.assert_array_equal(array, np.arange(4.0))
    np.testing.assert_array_equal(constant.data, np.arange(4.0))


def test_a_detached_tensor_and_its_origin_do_not_see_each_others_changes() -> None:
    x = tensor(np.ones(2))
    for origin in (x, x * 1):
        kept = np.sum(origin * origin)
        constant = origin.detach()
        assert not constant.requires_grad
        constant.data[...] = 5.0
        np.testing.assert_array_equal(origin.data, np.ones(2))
        x.grad = None
        kept.backward()
        np.testing.assert_array_equal(x.grad, [2.0, 2.0])
    constant = x.detach()
    x.data[...] = 9.0
    np.testing.assert_array_equal(constant.data, np.ones(2))


def test_detached_data_are_writable_also_of_a_result_that_is_gone() -> None:
    x = tensor(np.ones(2))
    constant = (x * 2).detach()
    constant.data[...] = 3.0
    np.testing.assert_array_equal(constant.data, [3.0, 3.0])


def test_a_constant_tensor_is_kept_without_a_copy_and_safely() -> None:
    x = tensor(np.ones(3))
    constant = eg.Tensor(np.arange(3.0))
    before = address(constant.data)
    y = x * constant
    constant.data[...] = 100.0
    y.backward(np.ones(3))
    np.testing.assert_array_equal(x.grad, [0.0, 1.0, 2.0])
    y = x * constant
    del y
    moved = address(constant.data)
    (x * constant).backward(np.ones(3))
    assert address(constant.data) == moved != before


def test_later_writes_to_array_parameters_are_not_seen() -> None:
    x = tensor(np.arange(4.0))
    index, mask = np.array([0, 2]), np.array([True, False, False, False])
    y = np.sum(x[index]) + np.sum(x[mask]) + np.sum(np.where(mask, x, 0.0))
    index[...], mask[...] = 3, True
    y.backward()
    np.testing.assert_array_equal(x.grad, [3.0, 0.0, 1.0, 0.0])


def test_later_writes_to_an_index_tensor_are_not_seen() -> None:
    x = tensor(np.arange(4.0))
    index = eg.Tensor([0, 2])
    y = np.sum(x[index])
    index.data[...] = 3
    y.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 0.0, 1.0, 0.0])


def test_a_forward_that_keeps_its_result_can_not_change_it_later() -> None:
    cache: list[Any] = []

    def forward(x: Any) -> Any:
        cache.append(x * 2)
        return cache[0]

    doubled = eg.primitive(forward, x=lambda g, out: g * out)
    x = tensor(np.ones(2))
    y = doubled(x)
    cache[0][...] = 100.0
    np.testing.assert_array_equal(y.data, [2.0, 2.0])
    y.backward(np.ones(2))
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_a_forward_that_returns_its_operand_does_not_share_it() -> None:
    same = eg.primitive(lambda x: x, x=lambda g, out: g * out)
    part = eg.primitive(lambda x: x[:1], x=lambda g, out, shapes: np.full(shapes[0], g * out))
    for function in (same, part):
        x = tensor(np.ones(2))
        y = function(x)
        x.data[...] = 5.0
        assert np.all(y.data == 1.0)
        assert x.data.flags.writeable
        y.backward(np.ones(y.shape))
        assert np.all(x.grad == 1.0)


def test_results_and_gradients_that_nobody_else_holds_are_not_copied() -> None:
    made: list[int] = []

    def noted(array: Any) -> Any:
        made.append(address(array))
        return array

    doubled = eg.primitive(lambda x: noted(x * 2), x=lambda g: noted(g * 2))
    x = tensor(np.ones(50))
    y = doubled(x)
    y.backward(np.ones(50))
    assert made == [address(y.data), address(x.grad)]
    gradient = eg.grad(lambda t: np.sum(doubled(t)))(np.ones(50))
    assert made[3] == address(gradient)


def test_the_cotangent_given_is_not_changed_and_not_kept() -> None:
    x = tensor(np.ones(2))
    cotangent = np.array([1.0, 2.0])
    (+x).backward(cotangent)
    x.grad[...] = 9.0
    np.testing.assert_array_equal(cotangent, [1.0, 2.0])
    gone = weakref.ref(cotangent)
    del cotangent
    assert gone() is None


def test_a_gradient_that_is_only_a_repetition_is_a_writable_array() -> None:
    x = tensor(np.ones((2, 3)))
    np.sum(x).backward()
    x.grad[0, 0] = 5.0
    np.testing.assert_array_equal(x.grad, [[5.0, 1.0, 1.0], [1.0, 1.0, 1.0]])


def test_own_takes_unshared_arrays_and_copies_the_rest() -> None:
    kept = np.ones(3)
    assert own(kept) is not kept
    assert own(kept[:2]).flags.owndata
    holder = [np.ones(3)]
    where = address(holder[0])
    mine = own(holder.pop())
    assert address(mine) == where
    frozen = np.ones(3)
    frozen.flags.writeable = False
    assert own(frozen).flags.writeable


LARGE = (512, 512)


def test_large_results_and_gradients_are_taken_without_a_copy() -> None:
    """They come from pooled memory, and NumPy sees views, but of no other array."""
    x, w = tensor(np.ones(LARGE)), tensor(np.ones(LARGE))
    y = eg.einsum("ij,jk->ik", x, w)
    assert is_leased(eg.einsum("ij,jk->ik", x.detach(), w.detach()).data)
    y.backward(np.ones(LARGE))
    assert is_leased(x.grad)
    assert is_leased(w.grad)
    assert x.grad.flags.writeable


def test_later_work_does_not_change_large_gradients() -> None:
    random = np.random.default_rng(1)
    given = [random.integers(-3, 4, LARGE).astype(float) for _ in range(6)]
    held, wanted = [], []
    for n in range(6):
        x, w = tensor(given[n]), tensor(given[n - 1])
        y = eg.einsum("ij,ij->ij", x, w)
        y.backward(given[n - 2])
        held += [x.grad, w.grad, y.data]
        wanted += [given[n - 2] * given[n - 1], given[n - 2] * given[n], given[n] * given[n - 1]]
    for array, expected in zip(held, wanted, strict=True):
        np.testing.assert_array_equal(array, expected)
    held[0] += 1  # a gradient is the caller's: nothing else sees writes to it
    for array, expected in zip(held[1:], wanted[1:], strict=True):
        np.testing.assert_array_equal(array, expected)


def test_own_copies_a_large_array_with_a_view_elsewhere() -> None:
    holder = [empty(LARGE, np.dtype(float))]
    where = address(holder[0])
    kept = holder[0][1:]
    mine = own(holder.pop())
    assert address(mine) != where
    assert not np.may_share_memory(mine, kept)


def test_own_copies_a_view_of_a_large_array() -> None:
    array = empty(LARGE, np.dtype(float))
    assert not np.may_share_memory(own(array.T), array)
    assert not np.may_share_memory(own(array[:]), array)
    holder = [empty(LARGE, np.dtype(float))]
    where = address(holder[0])
    mine = own(holder.pop())
    assert address(mine) == where


def test_a_large_result_on_loan_is_not_changed_by_a_write_to_it() -> None:
    x = tensor(np.ones(LARGE))
    y = eg.einsum("ij,ij->ij", x, x).detach()
    z = tensor(np.ones(LARGE)) * y
    y.data[...] = 7.0
    z.backward(np.ones(LARGE))
    np.testing.assert_array_equal(z.data, np.ones(LARGE))
