"""What Python asks of numbers and sequences: each protocol works on Tensors, or is refused."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from tests.autograd.rules.table import np, tensor

X = np.array([1.75, -2.25])
K = eg.Tensor([6, 3])

WORKS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "round": (round, np.round(X)),
    "round to digits": (lambda x: round(x, 1), np.round(X, 1)),
    "abs": (abs, np.abs(X)),
    "pow": (lambda x: pow(x, 2), X**2),
    "divmod": (lambda x: divmod(x, 2)[1], np.mod(X, 2)),
    "reflected divmod": (lambda x: divmod(5, x)[1], np.mod(5, X)),
    "iter": (lambda x: [*x][1], X[1]),
    "reversed": (lambda x: next(reversed(x)), X[1]),
    "sum": (sum, X.sum()),
    "max": (max, X.max()),
    "a list of Tensors on the right": (lambda x: x - [x[0], 1.0], X - [X[0], 1.0]),
    "a list of Tensors on the left": (lambda x: [x[0], 1.0] * x, X * [X[0], 1.0]),
    "a list beside a Tensor": (lambda x: np.append([x[0], x[1]], x), np.append(X, X)),
    "a list in where": (lambda x: np.where([True, False], x, [x[1], x[0]]), X[[0, 0]]),
    "copy": (copy.copy, X),
    "deepcopy": (copy.deepcopy, X),
    "pickle": (lambda x: pickle.loads(pickle.dumps(x)), X),
}


@pytest.mark.parametrize("name", WORKS)
def test_what_works_has_numpys_value(name: str) -> None:
    function, expected = WORKS[name]
    out = function(tensor(X))
    assert isinstance(out, eg.Tensor)
    np.testing.assert_array_equal(out.data, expected)


@pytest.mark.parametrize("name", [name for name in WORKS if "list" in name])
def test_lists_of_tensors_have_gradients(name: str) -> None:
    eg.check_gradients(WORKS[name][0], X)


@pytest.mark.parametrize(
    "function",
    [
        *(operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift),
        *(lambda a, b, op=op: op(b, a) for op in (operator.and_, operator.or_, operator.xor)),
        *(lambda a, b, op=op: op(b, a) for op in (operator.lshift, operator.rshift)),
        lambda a, b: ~a,
    ],
)
def test_operators_of_bits_return_arrays(function: Callable[[Any, Any], Any]) -> None:
    other = np.array([2, 1])
    out = function(K, [2, 1])
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, function(K.data, other))


@pytest.mark.parametrize("function", [math.floor, math.ceil, math.trunc, int, float])
def test_a_number_is_asked_for(function: Callable[[Any], Any]) -> None:
    assert function(eg.Tensor(-2.5)) == function(-2.5)
    with pytest.raises(eg.EinsumGradError, match=rf"{function.__name__} .*x\.item\(\)"):
        function(tensor(-2.5))


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "pow of three": (lambda x: pow(x, 2, 3), r"x\*\*y % z"),
    "del": (lambda x: operator.delitem(x, 0), "np.delete"),
    "format of several": (lambda x: f"{x:.2f}", "np.array2string"),
    "setitem": (lambda x: operator.setitem(x, 0, x[1]), "np.where"),
    "bits of fractions": (lambda x: x & 1, "and_"),
    "floor of several": (math.floor, "floor"),
    "len of a number": (lambda x: len(x[0]), "len"),
    "a pickled result": (lambda x: pickle.dumps(x * 2), "detach"),
    "an index": (lambda x: [1, 2][x], "index"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_rest_is_refused_with_a_hint(name: str) -> None:
    function, hint = REFUSED[name]
    with pytest.raises(eg.EinsumGradError, match=hint):
        function(tensor(X))


def test_an_assignment_to_elements_is_a_type_error_too() -> None:
    with pytest.raises(TypeError, match="elements"):
        tensor(X)[0] = tensor(1.0)
