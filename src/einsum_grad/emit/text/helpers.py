"""Helpers: functions that stand in a module; those of large NumPy arrays in their plainest form."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from einsum_grad.emit.text.spelling import Spelling, function


@dataclass(frozen=True, slots=True)
class Helper:
    """A function as it stands in a module, and the libraries and helpers that it needs."""

    code: str
    needs: tuple[str, ...] = ()
    replaced: bool = False
    """Whether einsum-grad puts a faster one of its own in its place when it runs the module."""


HELPERS: Mapping[str, Helper] = {
    "empty": Helper(
        '''def empty(shape, dtype):
    """Return an array of any numbers."""
    return np.empty(shape, dtype)''',
        ("np",),
        replaced=True,
    ),
    "zeros": Helper(
        '''def zeros(shape, dtype):
    """Return an array of zeros."""
    return np.zeros(shape, dtype)''',
        ("np",),
        replaced=True,
    ),
    "summed_in_blocks": Helper(
        '''def summed_in_blocks(work, length, parts):
    """Return the sum, or each of the sums, of what work returns for so many slices."""
    results = in_blocks(work, length, parts)
    if isinstance(results[0], tuple):
        return [np.add.reduce(terms, dtype=terms[0].dtype) for terms in zip(*results)]
    return np.add.reduce(results, dtype=results[0].dtype)''',
        ("np", "in_blocks"),
    ),
    "in_blocks": Helper(
        '''def in_blocks(work, length, parts):
    """Return what work returns for each of so many slices of range(length)."""
    step = max(1, -(-length // parts))
    return [work(slice(start, start + step)) for start in range(0, max(length, 1), step)]''',
        replaced=True,
    ),
    "copied": Helper(
        '''def copied(array):
    """Return a copy whose last axis is the one without gaps."""
    return array.copy()''',
        replaced=True,
    ),
    "multiplied": Helper(
        '''def multiplied(left, right, out=None):
    """Return the product of matrices, in `out` if that is given."""
    return np.matmul(left, right, out=out)''',
        ("np",),
        replaced=True,
    ),
    "row_dots": Helper(
        '''def row_dots(left, right, out=None):
    """Return the scalar products of short rows: one column is added after the other."""
    if left.shape[-1] == 0:
        return np.vecdot(left, right, out=out)
    out = np.multiply(left[..., 0], right[..., 0], out=out)
    for column in range(1, left.shape[-1]):
        out += left[..., column] * right[..., column]
    return out''',
        ("np",),
    ),
    "summed": Helper(
        '''def summed(array, axis):
    """Return the sum over some axes."""
    return array.sum(axis=axis)''',
        replaced=True,
    ),
}
"""The plainest form of what einsum-grad has better: Python's own threads, memory, BLAS."""

SPELLINGS: Mapping[str, Spelling] = {
    **{name: function(name, name) for name in HELPERS if name != "zeros"},
    "cleared": function("zeros", "zeros"),
}
"""How the helpers are called; `zeros` is an operation that any target has."""


def helpers(every: Mapping[str, Helper], used: Collection[str]) -> dict[str, Helper]:
    """Those of `every` helper that are `used`, by a module or by each other."""
    needed = {name for each in used if each in every for name in every[each].needs}
    return {name: every[name] for name in every if name in used or name in needed}
