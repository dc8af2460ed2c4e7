"""What means more than its numbers is refused wherever arrays are accepted."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import DTypeError, OperandError

X = np.array([1.0, 2.0])


class Units(np.ndarray):
    """An array with units, which its ufuncs track."""

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> Any:
        return NotImplemented


class Functions(np.ndarray):
    """An array with its own functions."""

    def __array_function__(self, *args: Any, **kwargs: Any) -> Any:
        return NotImplemented


class Product(np.ndarray):
    """An array with its own product."""

    def __matmul__(self, other: Any) -> Any:
        return NotImplemented


class Duck:
    """A quantity that isn't a NumPy array, and would lose its unit as one."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return X

    def __array_function__(self, *args: Any, **kwargs: Any) -> Any:
        return NotImplemented


class Sub(np.ndarray):
    """An array with another name."""


def _masked(shape: tuple[int, ...]) -> Any:
    return np.ma.masked_equal(np.ones(shape), 1)


_LOST: dict[str, Callable[[], Any]] = {
    "masked": lambda: _masked((2,)),
    "masked, without a mask": lambda: np.ma.array(X),
    "list of masked": lambda: [_masked(()), 1.0],
    "masked in a list": lambda: [1.0, np.ma.masked],
    "lists of tuples": lambda: (np.float64(1.0), _masked(())),
    "units": lambda: X.view(Units),
    "functions": lambda: X.view(Functions),
    "product": lambda: X.view(Product),
    "duck": Duck,
    "ducks": lambda: [X[0], Duck()],
}

_F = eg.compile("i,i->")
_G = eg.compile("i->i")
_J = _F.jacobian(0)

_USES: dict[str, Callable[[Any], Any]] = {
    "einsum": lambda v: eg.einsum("i,i->", v, X),
    "einsum, interleaved": lambda v: eg.einsum(v, [0], []),
    "einsum with out": lambda v: eg.einsum("i->i", X, out=v),
    "einsum with a dtype": lambda v: eg.einsum("i->i", v, dtype=complex),
    "einsum of Tensors": lambda v: eg.einsum("i,i->", eg.Tensor(X, requires_grad=True), v),
    "call": lambda v: _F(X, v),
    "vjp": lambda v: _F.vjp(v, X),
    "pullback": _G.vjp(X)[1],
    "backward": lambda v: _G.backward(v, X),
    "value and gradients": lambda v: _G.value_and_gradients(v, X),
    "jvp of": lambda v: _F.jvp((v, X), (X, None)),
    "jvp along": lambda v: _F.jvp((X, X), (v, None)),
    "hvp along": lambda v: _F.hvp((X, X), (v, None), 1.0),
    "hvp of": lambda v: _G.hvp((X,), (X,), v),
    "jacobian at": lambda v: _J.at(X, v),
    "jacobian times": lambda v: _J.at(X, X) @ v,
    "matvec": lambda v: _J.matvec(v, X, X),
    "rmatvec": lambda v: _G.jacobian(0).at(X).rmatvec(v),
    "solve": lambda v: _G.jacobian(0).at(X).solve(v),
    "Tensor": eg.Tensor,
    "Tensor times": lambda v: np.multiply(eg.Tensor(X), v),
    "Tensor's cotangent": (eg.Tensor(X, requires_grad=True) * 2).backward,
}


_CASES = [
    (given, use)
    for given, use in itertools.product(_LOST, _USES)
    if use != "einsum with out" or not isinstance(_LOST[given](), (list, tuple))
]


@pytest.mark.parametrize(("given", "use"), _CASES)
def test_values_that_would_be_lost_are_refused(given: str, use: str) -> None:
    with pytest.raises((DTypeError, TypeError)) as caught:
        _USES[use](_LOST[given]())
    if (given, use) not in {("units", "Tensor times"), ("functions", "Tensor times")}:
        assert isinstance(caught.value, DTypeError)
        assert "mask" in str(caught.value) or "np.asarray(" in str(caught.value)


def test_matrices_are_refused() -> None:
    matrix = np.ones((2, 2)).view(np.matrix)
    for use in (
        lambda: eg.einsum("ij->ji", matrix),
        lambda: eg.compile("ij->ji")(matrix),
        lambda: eg.compile("ij->ji").backward(matrix, np.ones((2, 2))),
        lambda: eg.Tensor(matrix),
        lambda: eg.Tensor(np.ones((2, 2))) @ matrix,
    ):
        with pytest.raises(DTypeError, match=r"matrix.*np\.asarray\("):
            use()


def test_a_linear_map_refuses_a_masked_number() -> None:
    with pytest.raises(DTypeError, match="mask"):
        _J.at(X, X) * np.ma.masked


def test_arrays_with_another_name_and_files_are_plain(tmp_path: Path) -> None:
    file = np.memmap(tmp_path / "x", float, "w+", shape=(2,))
    file[:] = X
    for value in (X.view(Sub), file, [X[0], X[1]], [X.view(Sub)[0], np.array(2.0)], (1, 2)):
        assert _F(value, value) == eg.einsum("i,i->", value, value) == 5.0
        assert [type(gradient) for gradient in _F.backward(1.0, value, X)] == [np.ndarray] * 2
        assert type(eg.Tensor(value).data) is np.ndarray
    assert _F(eg.Tensor(X), X) == 5.0


class Sparse:
    """A sparse matrix, which NumPy takes for one object."""

    shape = (2, 2)


@pytest.mark.parametrize("value", [Sparse(), [Sparse()]])
def test_values_that_numpy_wraps_as_one_object_are_refused(value: Any) -> None:
    uses: list[Callable[[Any], Any]] = [
        eg.compile("ij->"),
        lambda x: eg.einsum("ij->", x),
        lambda x: eg.einsum("->", x),
    ]
    for use in uses:
        with pytest.raises((DTypeError, OperandError)):
            use(value)
    with pytest.raises(OperandError, match=r"Sparse.*toarray"):
        eg.compile("ij->")(Sparse())
