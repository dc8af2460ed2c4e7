"""The helpers that modules of large arrays call, each in its plainest form.

They stand in the module; einsum-grad puts its own in their place when it runs it.
"""

from __future__ import annotations

import re

HELPERS = (
    '''def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)''',
    '''def zeros(shape, dtype):
    """Return an array of zeros."""
    return np.zeros(shape, dtype)''',
    '''def summed_in_blocks(work, length, parts):
    """Return the sum, or each of the sums, of what work returns for so many slices."""
    results = in_blocks(work, length, parts)
    if isinstance(results[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*results)]
    return np.add.reduce(results, dtype=results[0].dtype)''',
    '''def in_blocks(work, length, parts):
    """Return what work returns for each of so many slices of range(length)."""
    step = max(1, -(-length // parts))
    return [work(slice(start, start + step)) for start in range(0, max(length, 1), step)]''',
    '''def copied(array):
    """Return a copy whose last axis is the one without gaps."""
    return array.copy()''',
    '''def multiplied(left, right, out=None):
    """Return the product of matrices, in `out` if that is given."""
    return np.matmul(left, right, out=out)''',
    '''def summed(array, axis):
    """Return the sum over some axes."""
    return array.sum(axis=axis)''',
)
"""The plainest form of what einsum-grad has better: Python's own threads, memory, BLAS."""


def helpers(text: str) -> list[list[str]]:
    """Those of the helpers that `text` or one before them uses, each as its lines."""
    used: list[str] = []
    for code in HELPERS:
        name = code[len("def ") : code.index("(")]
        if any(_calls(caller, name) for caller in (text, *used)):
            used.append(code)
    return [code.splitlines() for code in used]


def _calls(text: str, name: str) -> bool:
    """Whether `text` calls the function `name`, and not a method or a longer name."""
    # The first is quick, and enough for most modules.
    return f"{name}(" in text and re.search(rf"(?<![.\w]){name}\(", text) is not None
