"""How often the tests try something random: every such number passes through `tries`."""

import os

ON_CI = bool(os.environ.get("CI"))


def tries(count: int) -> int:
    """`count` where `CI` is set; elsewhere a fifth of it, but no fewer than 20 (or `count`).

    >>> tries(7), 200 <= tries(1000) <= 1000
    (7, True)
    """
    return count if ON_CI else min(count, max(20, count // 5))
