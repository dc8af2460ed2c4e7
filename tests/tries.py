"""How much the tests try: random numbers pass through `tries`, lists of cases through `sample`."""

import os
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")

ON_CI = bool(os.environ.get("CI"))


def tries(count: int) -> int:
    """`count` where `CI` is set, elsewhere a fifth of it, rounded up.

    >>> tries(1), tries(1000) in (200, 1000)
    (1, True)
    """
    return count if ON_CI else -(-count // 5)


def sample(items: Iterable[Item]) -> list[Item]:
    """All items where `CI` is set, elsewhere every fifth: for a further check of each case.

    >>> len(sample(range(11))) in (3, 11)
    True
    """
    return [*items][:: 1 if ON_CI else 5]
