"""The memory of a small graph is used again."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CHILD = """
import resource
import numpy as np
import einsum_grad as eg

def loss(x):
    for _ in range(12):
        x = x * 0.5 + 1.0
    return np.sum(x)

gradient = eg.grad(loss)
x = np.ones(20_000)

def faults(calls):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(calls):
        gradient(x)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults(10)
print(faults(100))
"""


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.confstr("CS_GNU_LIBC_VERSION") is None,
    reason="pages are counted on Linux, and kept by glibc",
)
def test_a_pass_after_the_first_faults_no_pages_in() -> None:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_"))}
    told = subprocess.run(
        [sys.executable, "-c", CHILD], env=plain, capture_output=True, text=True, check=True
    )
    assert int(told.stdout) < 1000
