"""Singular values and vectors.

J. Townsend, "Differentiating the singular value decomposition" (2016); Z.-Q. Wan and S.-X. Zhang,
"Automatic differentiation for complex valued SVD" (2019), with the term of the phases. Where
singular values are equal, or 0, the gradients of their vectors are infinite or nan; those of the
values alone are not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.several import several
from einsum_grad.autograd.rules.linalg.matrices import (
    adjoint,
    diagonal,
    differences,
    from_diagonal,
    from_triangle,
    off_diagonal,
    thin,
)


@implements(np.linalg.svd)
def _svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    if not compute_uv:
        return np.linalg.svd(a, full_matrices=False, hermitian=hermitian).S
    params = {"full_matrices": full_matrices, "hermitian": hermitian}
    return several(np.linalg.svd, _svd_rule, from_triangle(a) if hermitian else a, **params)


@implements(np.linalg.svdvals)
def _svdvals(x: Any, /) -> Any:
    return np.linalg.svd(x, compute_uv=False)


def _svd_rule(g: Any, a: Any, out: Any) -> Any:
    s, count = out[1], out[1].shape[-1]
    gu, u = thin(g[0], out[0], count)
    gv, v = thin(None if g[2] is None else adjoint(g[2]), adjoint(out[2]), count)
    if gu is None and gv is None:
        return (u * g[1][..., None, :]) @ adjoint(v)
    inner, total = 0 if g[1] is None else from_diagonal(g[1]), 0
    if gu is not None:
        products = adjoint(u) @ gu
        inner = inner + _turning(products, s) * s[..., None, :]
        total = _beyond(gu, u, products, s) @ adjoint(v)
        if np.iscomplexobj(u):
            inner = inner + from_diagonal(1j * np.imag(diagonal(products)) / s)
    if gv is not None:
        products = adjoint(v) @ gv
        inner = inner + s[..., :, None] * _turning(products, s)
        total = total + u @ adjoint(_beyond(gv, v, products, s))
    return total + u @ inner @ adjoint(v)


def _turning(products: Any, s: Any) -> Any:
    """The cotangent of the rotation of singular vectors among themselves."""
    gaps = differences(s) * (s[..., None, :] + s[..., :, None])
    return off_diagonal((products - adjoint(products)) / gaps)


def _beyond(g: Any, q: Any, products: Any, s: Any) -> Any:
    """The cotangent of singular vectors that leave the space which they span."""
    if q.shape[-1] == q.shape[-2]:
        return np.zeros(q.shape, q.dtype)
    return (g - q @ products) / s[..., None, :]
