"""How many parts of a loop there are."""

from __future__ import annotations

from einsum_grad.installed import imported


def shares(length: int) -> int:
    """Return into how many parts the threads divide so many turns of a loop."""
    threads: int = imported("numba").get_num_threads()
    return max(1, min(length, threads))
