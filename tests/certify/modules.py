"""Modules for the libraries whose code is certified in double precision, written by hand."""

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

import pytest

_TEXT = '''\
"""The einsum ij,jk->ik and its gradients.

    of complex numbers, a gradient has {factors}
"""

{imports}


def forward(x, w):
    """Return the output Z."""
    {first}
    return {matmul}(x, w)


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    {first}
    dx = {matmul}(dz, {conj}(w).T)
    dw = {matmul}({conj}(x).T, dz)
    return dx, dw


{conjugation}
'''

_CONJUGATES = "the conjugates of the other factors"

MODULES: Mapping[str, str] = {
    "torch": _TEXT.format(
        factors=_CONJUGATES,
        imports="import torch",
        first="",
        matmul="torch.matmul",
        conj="torch.conj",
        conjugation="",
    ),
    "jax": _TEXT.format(
        factors="the other factors without conjugates",
        imports="import jax.numpy as jnp",
        first="",
        matmul="jnp.matmul",
        conj="",
        conjugation="",
    ),
    "array_api": _TEXT.format(
        factors=_CONJUGATES,
        imports="",
        first="xp = x.__array_namespace__()",
        matmul="xp.matmul",
        conj="conj",
        conjugation=dedent("""\
            def conj(x):
                xp = x.__array_namespace__()
                return xp.conj(x) if xp.isdtype(x.dtype, "complex floating") else x
        """),
    ),
}


def library(name: str) -> str:
    """The name, where the library is installed; else the test is skipped."""
    if name != "array_api":
        pytest.importorskip(name)
    return name


EVERY: list[Any] = [
    pytest.param(name, marks=[] if name == "array_api" else pytest.mark.oracle) for name in MODULES
]
