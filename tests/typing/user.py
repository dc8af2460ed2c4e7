"""A user's file: each line says which type a checker finds, and it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

import einsum_grad as eg

Floats = NDArray[np.float64]
Array = NDArray[Any]


@dataclass
class Params:
    w: Floats
    b: Floats


def loss(w: eg.Tensor, x: Floats) -> eg.Tensor:
    return ((w @ x.T) ** 2).sum()


def squares(w: eg.Tensor) -> eg.Tensor:
    return w * w


def total_of(w: eg.Tensor) -> eg.Tensor:
    return (w * w).sum()


def with_aux(w: eg.Tensor) -> tuple[eg.Tensor, str]:
    return (w * w).sum(), "told"


def total(params: Params) -> Any:
    return np.sum(params.w) + np.sum(params.b)


def summed(params: dict[str, eg.Tensor]) -> eg.Tensor:
    return params["a"].sum()


def slope(w: eg.Tensor) -> eg.Tensor:
    return eg.grad(total_of)(w).sum()


x: Floats = np.ones((2, 3))
w: Floats = np.ones(3)
ints = np.ones(3, dtype=np.int64)
t = eg.Tensor(w, requires_grad=True)

# einsum
assert_type(eg.einsum("ij,j->i", x, w), Floats)
assert_type(eg.einsum("ij,j->i", x, [1, 2, 3]), Array)
assert_type(eg.einsum("i,i->", [1.0, 2.0], [3, 4]), Array)
assert_type(eg.einsum("j,j->", t, t), eg.Tensor)
assert_type(eg.einsum("ij,j->i", x, t), eg.Tensor)
assert_type(eg.einsum("j,ij->i", t, x), eg.Tensor)
assert_type(eg.einsum("ij,i,j->", x, [1.0, 2.0], t), eg.Tensor)
assert_type(eg.einsum("i->ib", w, sizes={"b": 4}), Floats)
assert_type(eg.einsum(x, [0, 1], w, [1], [0]), Array)
assert_type(eg.einsum(x, [0, 1], t, [1], [0]), eg.Tensor)

# a compiled function
f = eg.compile("ij,j->i")
assert_type(f(x, w), Floats)
assert_type(f(x, [1, 2, 3]), Array)
assert_type(f(x, t), eg.Tensor)
assert_type(eg.compile("j,ij->i")(t, x), eg.Tensor)
out, pullback = f.vjp(x, w)
assert_type(pullback(out), tuple[Any, ...])

# operators, from both sides, and methods
assert_type(t + 1, eg.Tensor)
assert_type(1 - t, eg.Tensor)
assert_type(t / w, eg.Tensor)
assert_type(2**t, eg.Tensor)
assert_type(-t, eg.Tensor)
assert_type(t[0], eg.Tensor)
assert_type(t > 0, Array)
assert_type(t.sum(), eg.Tensor)
assert_type(t.reshape(3, 1).T, eg.Tensor)
assert_type(t.shape, tuple[int, ...])
assert_type(t.data, Array)
assert_type(t.detach(), eg.Tensor)
for row in t:
    assert_type(row, eg.Tensor)

# the usual loop
for _ in range(3):
    value = loss(t, x)
    value.backward()
    with eg.no_grad():
        t -= 0.1 * t.grad
assert_type(t.grad, Array)

# NumPy's functions take Tensors
np.sum(t)
np.exp(t)
assert_type(t.mean(axis=0), eg.Tensor)
np.stack([t, t])
np.concatenate([t, t])
np.where(w > 0, t, 0.0)
assert_type(eg.array([[t[0], 1.0]]), eg.Tensor | Array)
assert_type(eg.softmax(t), eg.Tensor)
assert_type(eg.softmax(w), Array)

# transforms
assert_type(eg.grad(loss)(w, x), Floats)
assert_type(eg.grad(loss)(t, x), eg.Tensor)
assert_type(eg.grad(total_of)(2.0), Array)
assert_type(eg.grad(total)(Params(w, w)), Params)
assert_type(eg.grad(summed)({"a": w}), dict[str, Floats])
assert_type(eg.grad(loss, (0, 1))(w, x), tuple[Array, ...])
assert_type(eg.grad(loss, 1)(w, x), Array)
assert_type(eg.grad(with_aux, has_aux=True)(w), tuple[Floats, str])
assert_type(eg.grad(slope)(w), Floats)
assert_type(eg.value_and_grad(loss)(w, x), tuple[Array, Floats])
assert_type(eg.value_and_grad(total)(Params(w, w)), tuple[Array, Params])
assert_type(eg.value_and_grad(loss, (0, 1))(w, x), tuple[Array, tuple[Array, ...]])
assert_type(eg.value_and_grad(with_aux, has_aux=True)(w), tuple[tuple[Array, str], Floats])
assert_type(eg.jacobian(squares)(w), Array)
assert_type(eg.jacobian(squares)(t), eg.Tensor)
assert_type(eg.hessian(loss)(w, x), Array)
assert_type(eg.jvp(squares)(w, w), tuple[Array, Array])
assert_type(eg.jvp(squares, w, w), tuple[Array, Array])
assert_type(eg.hvp(loss)(w, x, w), tuple[Array, Array])
assert_type(eg.hvp(total_of)(t, w), tuple[eg.Tensor, eg.Tensor])
assert_type(eg.check_gradients(squares, w).largest_error, float)
t.grad = None
