"""How much of the machine others used meanwhile: a time measured beside them is no time."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_IDLE = slice(3, 5)  # of the first eight columns of /proc/stat: idle, waiting for a disk
_OWN = slice(11, 13)  # of what follows the name in /proc/PID/stat: user, system


class Usage(NamedTuple):
    """Ticks of the clock, of all cores together: those that passed, that were used, used by us."""

    passed: int
    used: int
    ours: int


def usage(processes: Iterable[int]) -> Usage | None:
    """Return the usage until now; None where the system does not tell as Linux does."""
    file = Path("/proc/stat")
    if not file.exists():
        return None
    # The first line sums the cores up; its last columns are counted in earlier ones too.
    ticks = [int(number) for number in file.read_text().split()[1:9]]
    ours = sum(_ticks(process) for process in (os.getpid(), *processes))
    return Usage(sum(ticks), sum(ticks) - sum(ticks[_IDLE]), ours)


def foreign_share(before: Usage | None, after: Usage | None) -> float | None:
    """Return the share of the machine that other processes, and other machines, had in between."""
    if before is None or after is None or after.passed == before.passed:
        return None
    foreign = (after.used - before.used) - (after.ours - before.ours)
    return max(0.0, foreign / (after.passed - before.passed))


def _ticks(process: int) -> int:
    with suppress(OSError):  # it may have ended
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[_OWN]))
    return 0
