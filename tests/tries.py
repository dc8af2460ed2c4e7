"""How often the tests try something random: every such number passes through `tries`."""

import os

ON_CI = bool(os.environ.get("CI"))


def tries(count: int) -> int:
    """`count` where `CI` is set, elsewhere a fifth of it, rounded up.

    >>> tries(1), tries(1000) in (200, 1000)
    (1, True)
    """
    return count if ON_CI else -(-count // 5)
