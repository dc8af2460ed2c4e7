"""The memory of small graphs stays with the process, from one pass to the next.

A graph is freed at once, and malloc gives the pages at the end of its heap back. The next pass
then faults them in again, which costs as much as the arithmetic. glibc learns from the first large
array that is freed: from then on it keeps twice as much. So one is made and freed here, untouched.
"""

from __future__ import annotations

import numpy as np

from einsum_grad.lower import machine

np.empty(machine.KEPT_HEAP, np.byte)
