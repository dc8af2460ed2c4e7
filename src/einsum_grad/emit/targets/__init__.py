"""The targets: one file each."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.target import Target
from einsum_grad.emit.targets import array_api, jax, torch
from einsum_grad.emit.targets.einops import EINOPS
from einsum_grad.emit.targets.numpy import NUMPY

_EVERY = (NUMPY, EINOPS, torch.TARGET, jax.TARGET, array_api.TARGET)

TARGETS: Mapping[str, Target] = {target.name: target for target in _EVERY}

__all__ = ["TARGETS"]
