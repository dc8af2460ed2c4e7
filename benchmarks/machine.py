"""What a run was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any

from benchmarks.contention import foreign_share, usage
from benchmarks.workers import Worker

_REST_SECONDS = 1.0
_THREADS = ("OMP_", "OPENBLAS_", "MKL_", "KMP_", "GOMP_", "XLA_", "EINSUM_GRAD_")


def about(workers: Mapping[str, Worker]) -> dict[str, Any]:
    """Return the date, the machine, its load, and what each peer says of itself."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": cpu(),
        "cores": cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "busy_before": busy_share(),
        "environment": {key: os.environ[key] for key in os.environ if key.startswith(_THREADS)},
        "peers": {peer: worker.description for peer, worker in workers.items()},
    }


def busy_share() -> float | None:
    """Return how much of the machine is in use while every worker rests."""
    before = usage(())
    sleep(_REST_SECONDS)
    return foreign_share(before, usage(()))


def cpu() -> str:
    """Return the model of the processor, as far as the system tells."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
