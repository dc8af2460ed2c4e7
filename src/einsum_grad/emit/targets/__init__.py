"""The targets: one file each."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.target import Target
from einsum_grad.emit.targets import array_api, torch
from einsum_grad.emit.targets.einops import EINOPS
from einsum_grad.emit.targets.numpy import NUMPY

TARGETS: Mapping[str, Target] = {
    target.name: target for target in (NUMPY, EINOPS, torch.TARGET, array_api.TARGET)
}

__all__ = ["TARGETS"]
