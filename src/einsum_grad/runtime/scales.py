"""Sizes that make no difference: scales for which the code is the same."""

from __future__ import annotations

from collections.abc import Hashable

from einsum_grad.lower import Scale
from einsum_grad.runtime.cache import Cache

SCALES: Cache[list[Scale]] = Cache(maxsize=1024)
"""The scales that code was written for, the newest last, by what else it was made of."""

_MOST = 64
"""The scales that are remembered of one pattern."""


def like(key: Hashable, scale: Scale | None) -> Scale | None:
    """The scale that code was written for already, if that for `scale` is the same; else `scale`.

    `key` is what the code is made of beside.
    """
    if scale is None:
        return None
    known = SCALES.get(key, list)
    return next((other for other in reversed(known) if other.agrees(scale)), scale)


def remember(key: Hashable, scale: Scale | None) -> None:
    """Remember the scale that code was written for, and so has asked all it has to."""
    if scale is not None:
        known = SCALES.get(key, list)
        known.append(scale)
        del known[:-_MOST]
