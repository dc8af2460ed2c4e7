"""Cholesky and QR decompositions.

Cholesky: I. Murray, "Differentiation of the Cholesky decomposition" (2016). QR: S. Walter and
L. Lehmann, "Algorithmic differentiation of linear algebra functions with application in optimum
experimental design" (2013), and M. Seeger et al., "Auto-differentiating linear algebra" (2017); of
complex matrices LAPACK keeps the diagonal of R real, and so do the rules.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.primitives.several import several
from einsum_grad.autograd.rules.linalg.matrices import (
    adjoint,
    from_triangle,
    in_triangle,
    strict,
    thin,
)
from einsum_grad.errors import ArgumentError


def _cholesky(a: Any, /, *, upper: bool = False) -> Any:
    return np.linalg.cholesky(a, upper=upper)


def _cholesky_rule(g: Any, out: Any, upper: bool) -> Any:
    if upper:
        g, out = adjoint(g), adjoint(out)
    size, inverse, products = out.shape[-1], np.linalg.inv(out), adjoint(out) @ g
    lower = np.where(strict(size, True), products, 0)
    half = np.where(np.eye(size, dtype=bool), np.real(products) / 2, lower)
    return in_triangle(adjoint(inverse) @ half @ inverse, lower=not upper)


define(_cholesky, {"a": _cholesky_rule}, of=(np.linalg.cholesky,))


@implements(np.linalg.qr)
def _qr(a: Any, mode: str = "reduced") -> Any:
    if mode == "r":
        return np.linalg.qr(a).R
    if mode not in ("reduced", "complete"):
        raise ArgumentError(f"qr of a Tensor has the modes reduced, complete and r, not {mode!r}")
    return several(np.linalg.qr, _qr_rule, a, mode=mode)


def _qr_rule(g: Any, a: Any, out: Any) -> Any:
    """Columns beyond the first square block are Q times those of R."""
    count = min(a.shape[-2:])
    gq, gr = (np.zeros_like(of) if part is None else part for part, of in zip(g, out, strict=True))
    gq, q = thin(gq, out[0], count)
    r, gr = out[1][..., :count, :], gr[..., :count, :]
    gq = gq + q @ (r[..., count:] @ adjoint(gr[..., count:]))
    square = r[..., :count]
    products = square @ adjoint(gr[..., :count]) - adjoint(gq) @ q
    first = np.linalg.solve(square, adjoint(gq + q @ from_triangle(products)))
    return np.concatenate([adjoint(first), q @ gr[..., count:]], axis=-1)
