"""`array`: what NumPy's np.array would make of the values, recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import AutogradError, DTypeError, OperandError
from tests.autograd.rules.table import numbers

S, V = 2.0, numbers(3)

NESTED: dict[str, Any] = {
    "one": lambda s, v: s,
    "a list": lambda s, v: [s, s],
    "with numbers": lambda s, v: [s, 1, s, 2.5, np.float32(3)],
    "a matrix": lambda s, v: [[s, 0.0], [1.0, s * s]],
    "a tuple in a list": lambda s, v: [(s, 1), (2, 3)],
    "vectors": lambda s, v: [v, [1, 2, 3], v * s],
    "vectors with arrays": lambda s, v: [[v, np.ones(3)], [np.zeros(3), v]],
    "elements": lambda s, v: [[x * s for x in v], [0, 0, s]],
    "constants": lambda s, v: [[1, 2], [3, 4]],
    "an array": lambda s, v: np.eye(2),
    "empty": lambda s, v: [],
}
every = pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED)


@every
def test_values_are_numpys(nested: Any) -> None:
    expected = np.array(nested(S, V))
    for s, v in ((S, V), (eg.Tensor(S), eg.Tensor(V)), (eg.Tensor(S, True), eg.Tensor(V, True))):
        made = eg.array(nested(s, v))
        array = made.data if isinstance(made, eg.Tensor) else made
        np.testing.assert_array_equal(array, expected, strict=True)
    assert type(eg.array(nested(S, V))) is np.ndarray


@pytest.mark.parametrize("name", sorted(NESTED.keys() - {"constants", "an array", "empty"}))
def test_gradients_of_any_order(name: str) -> None:
    def total(s: Any, v: Any) -> Any:
        return np.sum(eg.array(NESTED[name](s, v)) ** 3)

    eg.check_gradients(total, S, V)
    eg.check_gradients(eg.grad(total), S, V)


def test_the_dtype_is_numpys_or_the_one_asked_for() -> None:
    s = eg.Tensor(np.float32(2), requires_grad=True)
    assert eg.array([s, s]).dtype == np.float32
    assert eg.array([s, 1]).dtype == np.array([np.float32(2), 1]).dtype == np.float64
    made: Any = eg.array([s, 1.5], dtype=complex)
    assert made.dtype == complex
    made.backward([2.0, 1.0])
    np.testing.assert_array_equal(s.grad, np.float32(2), strict=True)
    assert eg.array([1, 2], dtype=float).dtype == float


def test_the_result_shares_no_memory_with_what_it_was_made_of() -> None:
    x, a = eg.Tensor(V), V.copy()
    for made, given in ((eg.array(x), x.data), (eg.array(a), a), (eg.array([x]), x.data)):
        assert not np.shares_memory(np.asarray(made), given)


def test_what_is_no_array_is_refused() -> None:
    s = eg.Tensor(S, requires_grad=True)
    for ragged in ([s, [s, s]], [[s], [s, s]], [s, np.ones(2)]):
        with pytest.raises(OperandError, match="same shape"):
            eg.array(ragged)
    for wrong in ([s, "text"], "text", None, [s, None]):
        with pytest.raises(DTypeError):
            eg.array(wrong)


# What builds an array inside NumPy, and so never asks the Tensors.
MAKERS: dict[str, Any] = {
    "np.array": lambda x, y: np.array([x, y]),
    "np.array, nested": lambda x, y: np.array([[x[0], 1.0], [y[0], y[1]]]),
    "np.asarray": lambda x, y: np.asarray([x, y]),
    "np.mean": lambda x, y: np.mean([x, y]),
    "np.max": lambda x, y: np.max([x[0], y[0]]),
    "np.exp": lambda x, y: np.exp([x, y]),
    "np.dot": lambda x, y: np.dot([x[0], y[0]], [1.0, 2.0]),
    "np.r_": lambda x, y: np.r_[x, y],
    "np.r_ of numbers": lambda x, y: np.r_[x[0], 1.0],
    "np.c_": lambda x, y: np.c_[x, y],
    "np.full": lambda x, y: np.full(3, x[0]),
    "np.linalg.norm": lambda x, y: np.linalg.norm([x, y]),
    "an operator": lambda x, y: [x[0], y[0]] * x,
    "Tensor": lambda x, y: eg.Tensor([x, y]),
    "eg.einsum": lambda x, y: eg.einsum("ij->", [x, y]),
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_arrays_made_inside_numpy_are_refused_with_what_to_write(make: Any) -> None:
    x, y = eg.Tensor([1.0, 2.0], requires_grad=True), eg.Tensor([3.0, 4.0], requires_grad=True)
    with pytest.raises((AutogradError, OperandError), match=r"np\.stack.*einsum_grad\.array"):
        make(x, y)
