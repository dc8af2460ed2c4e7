"""Sizes that make no difference: scales for which the code is the same."""

from __future__ import annotations

from collections.abc import Hashable

from einsum_grad.lower import Scale
from einsum_grad.runtime.cache import Cache

SCALES: Cache[list[Scale]] = Cache(maxsize=1024)
"""The scales that code was written for, newest last, by what else it depends on."""

_MOST = 64
"""The most scales remembered for one key."""


def like(key: Hashable, scale: Scale | None) -> Scale | None:
    """A scale for which there is the same code as for `scale` already; else `scale`.

    `key` is what else the code depends on.
    """
    if scale is None:
        return None
    known = SCALES.get(key, list)
    return next((other for other in reversed(known) if other.agrees(scale)), scale)


def remember(key: Hashable, scale: Scale | None) -> None:
    """Remember a scale that code was written for, which has asked it everything by now."""
    if scale is not None:
        known = SCALES.get(key, list)
        known.append(scale)
        del known[:-_MOST]
