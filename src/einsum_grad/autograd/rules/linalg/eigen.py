"""Eigenvalues and eigenvectors.

Of Hermitian matrices: Giles (2008), section 3.1. Of others: C. Boeddeker et al., "On the
computation of complex-valued gradients with application to statistically optimum beamforming"
(2017), equation 4.77, which keeps the length of each vector at 1; NumPy also keeps the largest
component of each real, and so does the rule. Where eigenvalues are equal the gradients of their
vectors are infinite or nan; those of the values alone are not.
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
    in_triangle,
    off_diagonal,
)


@implements(np.linalg.eigh)
def _eigh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803 - NumPy's name
    def rule(g: Any, a: Any, out: Any) -> Any:
        return in_triangle(_hermitian_rule(*g, *out), UPLO in "Ll")

    return several(np.linalg.eigh, rule, a, UPLO=UPLO)


def _hermitian_rule(gw: Any, gv: Any, w: Any, v: Any) -> Any:
    if gv is None:
        return (v * gw[..., None, :]) @ adjoint(v)
    inner = off_diagonal((adjoint(v) @ gv) / differences(w))
    if gw is not None:
        inner = inner + from_diagonal(gw)
    return v @ inner @ adjoint(v)


@implements(np.linalg.eigvalsh)
def _eigvalsh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803 - NumPy's name
    return _eigh(a, UPLO).eigenvalues


@implements(np.linalg.eig)
def _eig(a: Any) -> Any:
    return several(np.linalg.eig, _eig_rule, a)


def _eig_rule(g: Any, a: Any, out: Any) -> Any:
    (gw, gv), (w, v), inner = g, out, 0
    if gv is not None:
        inner = off_diagonal((_tangential(gv, v)) / np.conjugate(differences(w)))
    if gw is not None:
        inner = inner + from_diagonal(gw)
    return np.linalg.solve(adjoint(v), inner @ adjoint(v))


def _tangential(gv: Any, v: Any) -> Any:
    """The cotangent without what would change the length of a vector or its phase."""
    products = adjoint(v) @ gv
    along = diagonal(products)
    largest = np.argmax(np.abs(v), axis=-2)[..., None] == np.arange(v.shape[-1])
    rows = largest @ v
    turn = 1j * np.imag(along) / diagonal(rows)
    return (
        products
        - (adjoint(v) @ v) * np.real(along)[..., None, :]
        - adjoint(rows) * turn[..., None, :]
    )


@implements(np.linalg.eigvals)
def _eigvals(a: Any) -> Any:
    return np.linalg.eig(a).eigenvalues
