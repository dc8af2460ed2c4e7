"""The targets: one file each."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.targets import array_api, jax, torch
from einsum_grad.emit.targets.einops import EINOPS
from einsum_grad.emit.targets.numba import NUMBA
from einsum_grad.emit.targets.numpy import NUMPY
from einsum_grad.emit.text.target import Target

_EVERY = (NUMPY, EINOPS, torch.TARGET, jax.TARGET, array_api.TARGET, NUMBA)

TARGETS: Mapping[str, Target] = {target.name: target for target in _EVERY}

__all__ = ["TARGETS"]
