"""Determinants: Giles (2008), section 2.2.4, and Jacobi's formula by cofactors where one is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.primitives.registration import define, primitive
from einsum_grad.autograd.primitives.several import several
from einsum_grad.autograd.rules.contractions.contract import contract
from einsum_grad.autograd.rules.elementwise.primitives import conj
from einsum_grad.autograd.rules.linalg.matrices import adjoint, transposed


def _cofactors(a: Any) -> Any:
    """The derivatives of the determinant, of singular matrices too."""
    try:
        return np.linalg.det(a)[..., None, None] * transposed(np.linalg.inv(a))
    except np.linalg.LinAlgError:
        return _cofactors_by_svd(a)


def _cofactors_by_svd(a: Any) -> Any:
    u, s, vh = np.linalg.svd(a)
    others = np.where(np.eye(s.shape[-1], dtype=bool), 1, s[..., None, :])
    signs = np.linalg.det(u) * np.linalg.det(vh)
    return conj((u * (conj(signs)[..., None] * np.prod(others, axis=-1))[..., None, :]) @ vh)


def _cofactors_rule(g: Any, a: Any, out: Any) -> Any:
    inverse, out = adjoint(np.linalg.inv(a)), conj(out)
    along = contract("...ij,...ij->...", [g, out])
    return along[..., None, None] * inverse - out @ transposed(g) @ inverse


COFACTORS = define(_cofactors, {"a": _cofactors_rule})

primitive(np.linalg.det, a=lambda g, a: g[..., None, None] * conj(COFACTORS(a)))


@implements(np.linalg.slogdet)
def _slogdet(a: Any) -> Any:
    return several(np.linalg.slogdet, _slogdet_rule, a)


def _slogdet_rule(g: Any, a: Any, out: Any) -> Any:
    """The phase of a complex determinant turns by the imaginary part of the trace of inv(a) da."""
    sign, scale = g
    if scale is None:
        scale = np.zeros_like(out[1])
    if sign is not None and np.iscomplexobj(a):
        scale = scale + 1j * np.imag(sign * conj(out[0]))
    return scale[..., None, None] * adjoint(np.linalg.inv(a))
