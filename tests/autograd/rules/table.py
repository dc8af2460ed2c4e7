"""Every recorded operation with operands to test it on, shared by the tests of all orders."""

from __future__ import annotations

import einsum_grad as eg
from tests.autograd.rules.case import (
    T3,
    A,
    Array,
    B,
    Case,
    M,
    P,
    V,
    gradients,
    np,
    numbers,
    tensor,
    turned,
    weights,
)
from tests.autograd.rules.rows import arrays, elementwise, products, reductions

__all__ = [
    "CASES",
    "COMPLEX",
    "ORDERED",
    "REAL",
    "Array",
    "Case",
    "gradients",
    "np",
    "numbers",
    "tensor",
]
__all__ += ["turned", "weights"]

CASES: dict[str, Case] = {
    "add": Case(np.add, (A, B), lambda t: t.add),
    "subtract": Case(np.subtract, (A, B), lambda t: t.subtract),
    "multiply": Case(np.multiply, (A, B), lambda t: t.multiply),
    "divide": Case(np.divide, (A, P), lambda t: t.divide),
    "power": Case(np.power, (P, B), lambda t: t.pow),
    "power of a scalar": Case(lambda x: x**3, (A,), lambda t: lambda x: x**3),
    "scalar to a power": Case(lambda x: 2.5**x, (A,), lambda t: lambda x: 2.5**x),
    "square": Case(np.square, (A,), lambda t: t.square),
    "reciprocal": Case(np.reciprocal, (P,), lambda t: t.reciprocal),
    "negative": Case(np.negative, (A,), lambda t: t.negative),
    "positive": Case(np.positive, (A,), lambda t: t.positive),
    "exp": Case(np.exp, (A,), lambda t: t.exp),
    "log": Case(np.log, (P,), lambda t: t.log),
    "log1p": Case(np.log1p, (P,), lambda t: t.log1p),
    "expm1": Case(np.expm1, (A,), lambda t: t.expm1),
    "sqrt": Case(np.sqrt, (P,), lambda t: t.sqrt),
    "tanh": Case(np.tanh, (A,), lambda t: t.tanh),
    "sin": Case(np.sin, (A,), lambda t: t.sin),
    "cos": Case(np.cos, (A,), lambda t: t.cos),
    "absolute": Case(np.absolute, (A,), lambda t: t.abs),
    "conjugate": Case(np.conjugate, (A,), lambda t: t.conj),
    "sigmoid": Case(eg.sigmoid, (A,), lambda t: t.sigmoid),
    "relu": Case(eg.relu, (A,), lambda t: t.relu),
    "softplus": Case(eg.softplus, (A,), lambda t: t.nn.functional.softplus),
    "maximum": Case(np.maximum, (A, B), lambda t: t.maximum),
    "minimum": Case(np.minimum, (A, B), lambda t: t.minimum),
    "where": Case(
        lambda x, y: np.where(A > 0.2, x, y),
        (A, B),
        lambda t: lambda x, y: t.where(t.tensor(A > 0.2), x, y),
    ),
    "clip": Case(lambda x: np.clip(x, -0.5, 1.0), (A,), lambda t: lambda x: x.clip(-0.5, 1.0)),
    "max": Case(np.max, (A,), lambda t: t.amax),
    "max of an axis": Case(lambda x: np.max(x, axis=1), (T3,), lambda t: lambda x: t.amax(x, 1)),
    "max, axes kept": Case(
        lambda x: np.max(x, axis=(0, 2), keepdims=True),
        (T3,),
        lambda t: lambda x: t.amax(x, (0, 2), keepdim=True),
    ),
    "min": Case(np.min, (A,), lambda t: t.amin),
    "min of an axis": Case(lambda x: np.min(x, axis=-1), (T3,), lambda t: lambda x: t.amin(x, -1)),
    "sum": Case(np.sum, (A,), lambda t: t.sum),
    "sum of an axis": Case(lambda x: np.sum(x, axis=1), (T3,), lambda t: lambda x: t.sum(x, 1)),
    "sum, axes kept": Case(
        lambda x: np.sum(x, axis=(0, -1), keepdims=True),
        (T3,),
        lambda t: lambda x: t.sum(x, (0, -1), keepdim=True),
    ),
    "mean": Case(np.mean, (A,), lambda t: t.mean),
    "mean of axes": Case(
        lambda x: np.mean(x, axis=(0, 1)), (T3,), lambda t: lambda x: t.mean(x, (0, 1))
    ),
    "logsumexp": Case(eg.logsumexp, (A,), lambda t: lambda x: t.logsumexp(x, (0, 1))),
    "logsumexp of an axis": Case(
        lambda x: eg.logsumexp(x, axis=1), (T3,), lambda t: lambda x: t.logsumexp(x, 1)
    ),
    "softmax": Case(eg.softmax, (A,), lambda t: lambda x: t.softmax(x, -1)),
    "softmax of an axis": Case(
        lambda x: eg.softmax(x, axis=0), (T3,), lambda t: lambda x: t.softmax(x, 0)
    ),
    "reshape": Case(lambda x: np.reshape(x, (3, 2)), (A,), lambda t: lambda x: x.reshape(3, 2)),
    "ravel": Case(np.ravel, (A,), lambda t: t.ravel),
    "squeeze": Case(lambda x: np.squeeze(x, 1), (A[:, None],), lambda t: lambda x: x.squeeze(1)),
    "expand_dims": Case(
        lambda x: np.expand_dims(x, 1), (A,), lambda t: lambda x: t.unsqueeze(x, 1)
    ),
    "transpose": Case(np.transpose, (T3,), lambda t: lambda x: x.permute(2, 1, 0)),
    "transpose of axes": Case(
        lambda x: np.transpose(x, (1, 2, 0)), (T3,), lambda t: lambda x: x.permute(1, 2, 0)
    ),
    "swapaxes": Case(lambda x: np.swapaxes(x, 0, -1), (T3,), lambda t: lambda x: x.swapaxes(0, -1)),
    "moveaxis": Case(lambda x: np.moveaxis(x, 0, -1), (T3,), lambda t: lambda x: x.moveaxis(0, -1)),
    "broadcast_to": Case(
        lambda x: np.broadcast_to(x[:, :1], (4, 2, 3)),
        (A,),
        lambda t: lambda x: x[:, :1].broadcast_to((4, 2, 3)),
    ),
    "trace": Case(np.trace, (A,), None),
    "trace above": Case(lambda x: np.trace(x, 1, 1, 2), (T3,), None),
    "diagonal": Case(
        lambda x: np.diagonal(x, -1, 1, 2), (T3,), lambda t: lambda x: x.diagonal(-1, 1, 2)
    ),
    "slice": Case(lambda x: x[1:, ::-2], (A,), None),
    "integer": Case(lambda x: x[1, None, ..., 2], (T3,), lambda t: lambda x: x[1, None, ..., 2]),
    "indices that repeat": Case(
        lambda x: x[[0, 1, 0, 0]], (A,), lambda t: lambda x: x[t.tensor([0, 1, 0, 0])]
    ),
    "indices of two axes": Case(
        lambda x: x[[0, 1, 1], :, [1, 2, 2]], (T3,), lambda t: lambda x: x[[0, 1, 1], :, [1, 2, 2]]
    ),
    "mask": Case(lambda x: x[A > 0], (A,), lambda t: lambda x: x[t.tensor(A > 0)]),
    "concatenate": Case(
        lambda x, y: np.concatenate([x, y, x], axis=1),
        (A, B),
        lambda t: lambda x, y: t.concatenate([x, y, x], 1),
    ),
    "concatenate flat": Case(
        lambda x, y: np.concatenate([x, y], axis=None),
        (A, V),
        lambda t: lambda x, y: t.concatenate([x.ravel(), y.ravel()]),
    ),
    "stack": Case(
        lambda x, y: np.stack([x, y], axis=1), (A, B), lambda t: lambda x, y: t.stack([x, y], 1)
    ),
    "pad": Case(
        lambda x: np.pad(x, ((1, 0), (0, 2))),
        (A,),
        lambda t: lambda x: t.nn.functional.pad(x, (0, 2, 1, 0)),
    ),
    "matmul": Case(np.matmul, (A, M), lambda t: t.matmul),
    "matmul of a stack": Case(np.matmul, (T3, numbers(4, 2)), lambda t: t.matmul),
    "matmul of vectors": Case(np.matmul, (V, V[::-1].copy()), lambda t: t.matmul),
    "vector matmul": Case(np.matmul, (numbers(3), T3), lambda t: t.matmul),
    "matmul vector": Case(np.matmul, (T3, V), lambda t: t.matmul),
    "matmul that broadcasts": Case(
        np.matmul, (numbers(2, 1, 2, 3), numbers(4, 3, 2)), lambda t: t.matmul
    ),
    "dot": Case(
        np.dot, (T3, numbers(2, 4, 3)), lambda t: lambda x, y: t.tensordot(x, y, ([2], [1]))
    ),
    "dot of numbers": Case(np.dot, (A, numbers()), lambda t: t.multiply),
    "inner": Case(np.inner, (A, numbers(4, 3)), lambda t: t.inner),
    "outer": Case(np.outer, (A, V), lambda t: lambda x, y: t.outer(x.ravel(), y)),
    "vdot": Case(np.vdot, (A, B), lambda t: lambda x, y: t.vdot(x.ravel(), y.ravel())),
    "tensordot": Case(
        lambda x, y: np.tensordot(x, y, 1),
        (T3, numbers(4, 2)),
        lambda t: lambda x, y: t.tensordot(x, y, 1),
    ),
    "tensordot of axes": Case(
        lambda x, y: np.tensordot(x, y, ([0, 1], [2, 0])),
        (T3, numbers(3, 2, 2)),
        lambda t: lambda x, y: t.tensordot(x, y, ([0, 1], [2, 0])),
    ),
    "einsum": Case(
        lambda x, y: eg.einsum("ij,kj->ki", x, y),
        (A, numbers(4, 3)),
        lambda t: lambda x, y: t.einsum("ij,kj->ki", x, y),
    ),
    "einsum of a diagonal": Case(lambda x: eg.einsum("ii,ij->j", x[:, :2], x), (A,), None),
    "real": Case(np.real, (A,), None),
    "imag": Case(lambda x: np.imag(x * (1 + 2j)), (A,), None),
    "astype": Case(lambda x: np.real(x.astype(np.complex128) * (1 + 2j)), (A,), None),
    **elementwise.ROWS,
    **reductions.ROWS,
    **arrays.ROWS,
    **products.ROWS,
}

ORDERED = {"sigmoid", "relu", "softplus"} | {
    name for name in CASES if name.startswith(("logsumexp", "softmax"))
}
REAL = {name for name, case in CASES.items() if case.real}
COMPLEX = {name: case for name, case in CASES.items() if name not in ORDERED | REAL}
