"""The functions of numpy.linalg with operands to test them on, real and complex."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.autograd.rules.orders import joined
from tests.autograd.rules.table import Array, Case, np, numbers

L: Any = np.linalg


def matrices(*shape: int) -> Array:
    """Matrices whose singular values are apart from each other and from 0."""
    eye = np.eye(*shape[-2:]) * np.arange(2.0, 2 + shape[-1])
    array: Array = numbers(*shape) / 2 + eye
    return array


def complex_matrices(*shape: int) -> Array:
    """The same with imaginary parts."""
    array: Array = matrices(*shape) + 0.5j * numbers(*shape, low=0.3, high=1.7)
    return array


def adjoint(x: Any) -> Any:
    """Each matrix transposed and conjugated."""
    return np.conjugate(np.swapaxes(x, -1, -2))


def positive(x: Any) -> Any:
    """Positive definite matrices, of Tensors too."""
    return x @ adjoint(x) + np.eye(x.shape[-1], dtype=x.dtype)


def relative(vectors: Any) -> Any:
    """Columns times a number that makes the first row real: what does not depend on phases."""
    return vectors * np.conjugate(vectors[..., :1, :])


def projection(vectors: Any) -> Any:
    """What the columns span, whichever basis they are."""
    return vectors @ adjoint(vectors)


def eigh(a: Any, side: str) -> Any:
    w, v = L.eigh(a, side)
    return joined(w, relative(v))


def svd(a: Any, full: bool) -> Any:
    u, s, vh = L.svd(a, full_matrices=full)
    count = s.shape[-1]
    beyond = (projection(u[..., count:]), projection(adjoint(vh[..., count:, :])))
    both = u[..., :1, :count] * np.swapaxes(vh[..., :count, :], -1, -2)
    parts = (s, relative(u[..., :count]), relative(adjoint(vh[..., :count, :])), both)
    return joined(*parts, *(part for part in beyond if full))


def hermitian_svd(a: Any) -> Any:
    u, s, vh = L.svd(a - 4 * np.eye(a.shape[-1], dtype=a.dtype), hermitian=True)
    return joined(s, relative(u), u[..., :1, :] * np.swapaxes(vh, -1, -2))


def complete_qr(a: Any) -> Any:
    q, r = L.qr(a, "complete")
    count = min(a.shape[-2:])
    return joined(q[..., :count], projection(q[..., count:]), r)


def powers(n: int) -> Callable[[Any], Any]:
    return lambda a: L.matrix_power(a / 2, n)


SQUARE, STACK = (3, 3), (2, 3, 3)
SHAPES = {"tall": (4, 2), "wide": (2, 4), "square": SQUARE, "stack": (2, 3, 2)}

ROWS: dict[str, tuple[Callable[..., Any], tuple[tuple[int, ...], ...]]] = {
    "inv": (L.inv, (STACK,)),
    "solve": (L.solve, (STACK, (2, 3, 2))),
    "solve vector": (L.solve, (STACK, (3,))),
    "solve that broadcasts": (L.solve, ((2, 1, 3, 3), (4, 3, 1))),
    "det": (L.det, (STACK,)),
    "det of one": (L.det, ((1, 1),)),
    "slogdet": (lambda a: joined(*L.slogdet(a)), (STACK,)),
    "slogdet, sign": (lambda a: L.slogdet(a).sign + L.det(a), (SQUARE,)),
    "slogdet, logarithm": (lambda a: L.slogdet(a).logabsdet, (SQUARE,)),
    "pinv, hermitian": (lambda a: L.pinv(positive(a), hermitian=True), (SQUARE,)),
    "lstsq vector": (lambda a, b: L.lstsq(a, b)[0], ((4, 2), (4,))),
    "tensorinv": (L.tensorinv, ((2, 3, 3, 2),)),
    "tensorinv of one": (lambda a: L.tensorinv(a, 1), ((6, 3, 2),)),
    "tensorsolve": (L.tensorsolve, ((2, 3, 6), (2, 3))),
    "tensorsolve of axes": (lambda a, b: L.tensorsolve(a, b, (0, 2)), ((2, 6, 3), (6,))),
    "cholesky": (lambda a: L.cholesky(positive(a)), (STACK,)),
    "cholesky, upper": (lambda a: L.cholesky(positive(a), upper=True), (SQUARE,)),
    "eigh": (lambda a: eigh(positive(a), "L"), (STACK,)),
    "eigh, upper": (lambda a: eigh(positive(a), "U"), (SQUARE,)),
    "eigvalsh": (lambda a: L.eigvalsh(positive(a), "U"), (STACK,)),
    "eig": (lambda a: joined(*L.eig(a)), (STACK,)),
    "eigvals": (L.eigvals, (SQUARE,)),
    "svd, hermitian": (lambda a: hermitian_svd(positive(a)), (SQUARE,)),
    "svdvals, hermitian": (
        lambda a: L.svd(positive(a), compute_uv=False, hermitian=True),
        (SQUARE,),
    ),
    "cond": (L.cond, (STACK,)),
    "cond, -2": (lambda a: L.cond(a, -2), (SQUARE,)),
    "cond, fro": (lambda a: L.cond(a, "fro"), (SQUARE,)),
    **{f"matrix_power {n}": (powers(n), (STACK,)) for n in (-3, -1, 1, 2, 5)},
    **{
        f"{name}, {shape}": (function, (SHAPES[shape],))
        for name, function in {
            "pinv": L.pinv,
            "qr": lambda a: joined(*L.qr(a)),
            "qr, r": lambda a: L.qr(a, "r"),
            "qr, complete": complete_qr,
            "svd": lambda a: svd(a, False),
            "svd, full": lambda a: svd(a, True),
            "svdvals": L.svdvals,
        }.items()
        for shape in SHAPES
    },
    **{
        f"lstsq, {shape}": (
            lambda a, b: joined(*(part for n, part in enumerate(L.lstsq(a, b)) if n != 2)),
            (SHAPES[shape], (SHAPES[shape][0], 2)),
        )
        for shape in ("tall", "wide", "square")
    },
    **{
        f"norm {order}": (lambda a, order=order: L.norm(a, order), ((3, 2),))
        for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    },
    **{
        f"norm {order} of axes": (
            lambda a, order=order: L.norm(np.moveaxis(a, -1, 0), order, (2, 0), keepdims=True),
            ((2, 4, 3),),
        )
        for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    },
    **{
        f"matrix_norm {order}": (lambda a, order=order: L.matrix_norm(a, ord=order), (STACK,))
        for order in ("fro", "nuc", np.inf)
    },
    **{
        f"norm {order} of an axis": (lambda a, order=order: L.norm(a, order, 1), ((2, 3, 2),))
        for order in (None, 1, -1, 2, 3, 2.5, 0.5, -2, np.inf, -np.inf)
    },
    **{
        f"vector_norm {order}": (
            lambda a, order=order: L.vector_norm(a, axis=(0, 2), keepdims=True, ord=order),
            ((2, 3, 2),),
        )
        for order in (1, 2, 3, np.inf)
    },
    "norm of all": (L.norm, ((2, 3, 2),)),
    "norm of a vector": (lambda a: L.norm(a, 3), ((4,),)),
    "vector_norm of all": (L.vector_norm, ((2, 3),)),
}

REAL: dict[str, Case] = {
    name: Case(function, tuple(matrices(*s) if len(s) > 1 else numbers(*s) for s in shapes))
    for name, (function, shapes) in ROWS.items()
}
COMPLEX: dict[str, Case] = {
    name: Case(
        function,
        tuple(complex_matrices(*s) if len(s) > 1 else numbers(*s) * np.exp(0.4j) for s in shapes),
    )
    for name, (function, shapes) in ROWS.items()
}
