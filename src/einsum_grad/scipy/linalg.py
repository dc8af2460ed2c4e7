"""scipy.linalg for Tensors: functions of matrices, and triangular, banded and other systems.

Functions of a matrix have their derivatives from the same function of a block matrix: R. Mathias,
"A chain rule for matrix functions and applications" (1996). Those of systems are as in
`autograd.rules.linalg`: Giles (2008).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.rules.linalg.matrices import adjoint, strict
from einsum_grad.errors import ArgumentError
from einsum_grad.installed import imported
from einsum_grad.scipy.beside import beside

scipy = imported("scipy.linalg")

__getattr__ = beside("scipy.linalg")


def _of_matrix(name: str) -> Callable[..., Any]:
    """SciPy's function of matrices `name`, for Tensors."""
    function = getattr(scipy, name)

    def forward(A: Any) -> Any:  # noqa: N803 - SciPy's name
        return function(A)

    def rule(g: Any, A: Any) -> Any:  # noqa: N803 - SciPy's name
        size, back = A.shape[-1], adjoint(A)
        above = np.concatenate([back, g], axis=-1)
        below = np.concatenate([np.zeros_like(back), back], axis=-1)
        return made(np.concatenate([above, below], axis=-2))[..., :size, size:]

    forward.__name__ = name
    made = define(forward, {"A": rule})
    return made


expm = _of_matrix("expm")
logm = _of_matrix("logm")
sqrtm = _of_matrix("sqrtm")
sinm = _of_matrix("sinm")
cosm = _of_matrix("cosm")
tanm = _of_matrix("tanm")
sinhm = _of_matrix("sinhm")
coshm = _of_matrix("coshm")
tanhm = _of_matrix("tanhm")

TRANSPOSED = {0: 0, "N": 0, 1: 1, "T": 1, 2: 2, "C": 2}
"""SciPy's numbers for the matrix itself, its transpose and its adjoint."""


def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """Solve a x = b, a^T x = b or a^H x = b, as `trans` says, where `a` is triangular.

    >>> solve_triangular(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([2.0, 3.0]), lower=True)
    array([1., 2.])
    """
    if trans not in TRANSPOSED:
        raise ArgumentError(f"trans is 0, 1 or 2, or N, T or C, not {trans!r}")
    options = TRANSPOSED[trans], bool(lower), bool(unit_diagonal), check_finite
    if np.ndim(b) == 1:
        return _TRIANGULAR(a, np.expand_dims(b, -1), *options)[..., 0]
    return _TRIANGULAR(a, b, *options)


def _triangular(a: Any, b: Any, trans: int, lower: bool, unit: bool, finite: bool) -> Any:
    return scipy.solve_triangular(a, b, trans, lower, unit, check_finite=finite)


def _triangular_back(g: Any, a: Any, trans: int, lower: bool, unit: bool, finite: bool) -> Any:
    """The cotangent of the right side: the solution with the adjoint matrix."""
    return _TRIANGULAR(conj(a) if trans == 1 else a, g, 0 if trans else 2, lower, unit, finite)


def _triangular_rule(
    g: Any, a: Any, out: Any, trans: int, lower: bool, unit: bool, finite: bool
) -> Any:
    back = _triangular_back(g, a, trans, lower, unit, finite)
    products = out @ adjoint(back) if trans else back @ adjoint(out)
    products = conj(products) if trans == 1 else products
    kept = strict(a.shape[-1], lower) if unit else ~strict(a.shape[-1], not lower)
    return np.where(kept, -products, 0)


_TRIANGULAR = define(_triangular, {"a": _triangular_rule, "b": _triangular_back})


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The matrix x for which a x + x b = q.

    >>> solve_sylvester(np.array([[2.0]]), np.array([[1.0]]), np.array([[6.0]]))
    array([[2.]])
    """
    return _SYLVESTER(a, b, q)


def _sylvester(a: Any, b: Any, q: Any) -> Any:
    return scipy.solve_sylvester(a, b, q)


def _sylvester_back(g: Any, a: Any, b: Any) -> Any:
    return solve_sylvester(adjoint(a), adjoint(b), g)


_SYLVESTER = define(
    _sylvester,
    {
        "a": lambda g, a, b, out: -_sylvester_back(g, a, b) @ adjoint(out),
        "b": lambda g, a, b, out: -adjoint(out) @ _sylvester_back(g, a, b),
        "q": _sylvester_back,
    },
)


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The matrix x for which a x + x a^H = q.

    >>> solve_continuous_lyapunov(np.array([[2.0]]), np.array([[8.0]]))
    array([[2.]])
    """
    return solve_sylvester(a, adjoint(a), q)


def cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """The triangular factor of a positive definite matrix: the upper one unless `lower`.

    >>> cholesky(np.array([[4.0, 2.0], [2.0, 2.0]]))
    array([[2., 1.],
           [0., 1.]])
    """
    return np.linalg.cholesky(a, upper=not lower)


def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, bool]:
    """What `cho_solve` takes: the triangular factor, and whether it is the lower one.

    >>> cho_factor(np.array([[4.0]]))
    (array([[2.]]), False)
    """
    return cholesky(a, lower), lower


def cho_solve(
    c_and_lower: tuple[Any, bool], b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """Solve a x = b, where `cho_factor(a)` is given.

    >>> cho_solve(cho_factor(np.array([[4.0]])), np.array([8.0]))
    array([2.])
    """
    factor, lower = c_and_lower
    first, second = (0, 2) if lower else (2, 0)
    inner = solve_triangular(factor, b, first, lower)
    return solve_triangular(factor, inner, second, lower)


def solve_banded(
    l_and_u: tuple[int, int],
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """Solve a x = b, where a has l diagonals below the main one and u above it.

    `ab[u + i - j, j]` is `a[i, j]`, as in SciPy.

    >>> solve_banded((0, 0), np.array([[2.0, 4.0]]), np.array([2.0, 8.0]))
    array([1., 2.])
    """
    lower, upper = map(int, l_and_u)
    if np.ndim(b) == 1:
        return _BANDED(ab, np.expand_dims(b, -1), lower, upper)[..., 0]
    return _BANDED(ab, b, lower, upper)


def _banded(ab: Any, b: Any, lower: int, upper: int) -> Any:
    return scipy.solve_banded((lower, upper), ab, b)


def _banded_back(g: Any, ab: Any, lower: int, upper: int) -> Any:
    """The solution with the adjoint matrix, whose diagonals come in reverse order, each moved."""
    inside, other = _places(lower, ab)
    rows = np.arange(lower + upper + 1)[::-1, None]
    return _BANDED(np.where(inside, conj(ab[rows, other]), 0), g, upper, lower)


def _banded_rule(g: Any, ab: Any, out: Any, lower: int, upper: int) -> Any:
    inside, row = _places(upper, ab)
    back = _banded_back(g, ab, lower, upper)
    return np.where(inside, -np.sum(back[row] * conj(out), axis=-1), 0)


def _places(main: int, ab: Any) -> tuple[Any, Any]:
    """The row in the matrix of each stored element, and whether there is one."""
    count, size = ab.shape
    row = np.arange(size) + np.arange(count)[:, None] - main
    inside = (row >= 0) & (row < size)
    return inside, np.where(inside, row, 0)


_BANDED = define(_banded, {"ab": _banded_rule, "b": _banded_back})


def block_diag(*arrs: Any) -> Any:
    """The matrices, which may be vectors for rows, along the diagonal of one.

    >>> block_diag([[1, 2]], [3])
    array([[1, 2, 0],
           [0, 0, 3]])
    """
    blocks = [_matrix(block) for block in arrs]
    total, left, rows = sum(block.shape[1] for block in blocks), 0, []
    for block in blocks:
        right = total - left - block.shape[1]
        rows.append(np.pad(block, ((0, 0), (left, right))))
        left += block.shape[1]
    return np.concatenate(rows)


def _matrix(block: Any) -> Any:
    return (
        np.reshape(block, (-1, np.shape(block)[-1]))
        if np.ndim(block)
        else np.reshape(block, (1, 1))
    )
