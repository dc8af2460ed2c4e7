"""The chunks of labels: which sizes an axis is divided into, the same wherever its label stands."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.plan import UNIT, Labels, distinct

Chunks = tuple[int, ...]
"""The sizes of the chunks along an axis, in order."""

Axes = tuple[Chunks, ...]
"""The chunks along each axis of an array."""

ByLabel = Mapping[str, Chunks]


def agreed(
    terms: Sequence[Labels], given: Sequence[Axes | None], sizes: Mapping[str, int]
) -> dict[str, Chunks]:
    """The chunks of each label where operands with the labels `terms` have the chunks `given`.

    Where they disagree the larger operand's are taken, and of one operand's the finer. One without
    chunks (None) has no say; a label that only such operands have is one chunk.

    >>> agreed([("i", "j"), ("j",)], [((2, 2), (6,)), ((3, 3),)], {"i": 4, "j": 6})
    {'i': (2, 2), 'j': (6,)}
    """
    found: dict[str, Chunks] = {label: (size,) for label, size in sizes.items()}
    ranked = sorted(range(len(terms)), key=lambda place: (_volume(terms[place], sizes), -place))
    for place in ranked:
        axes = given[place]
        if axes is not None:
            found |= dict(sorted(zip(terms[place], axes, strict=True), key=_finest_last))
    found.pop(UNIT, None)
    return found


def _finest_last(pair: tuple[str, Chunks]) -> int:
    return len(pair[1])


def read_chunks(chunks: Mapping[str, Any], sizes: Mapping[str, int]) -> dict[str, Chunks]:
    """Read the chunks of labels: an int, the size of all but the last, or all sizes in a tuple.

    A label that isn't named is one chunk. Raises `ArgumentError` for labels without a size, and for
    chunks that are none or don't add up to it.

    >>> read_chunks({"i": 4, "j": (1, 2)}, {"i": 10, "j": 3, "k": 5})
    {'i': (4, 4, 2), 'j': (1, 2), 'k': (5,)}
    """
    if not isinstance(chunks, Mapping):
        raise ArgumentTypeError(f"chunks is a dict from labels to chunks, and not {chunks!r:.80}")
    found: dict[str, Chunks] = {label: (size,) for label, size in sizes.items()}
    for label, given in chunks.items():
        if label not in sizes:
            raise ArgumentError(f"chunks has {label!r:.40}, which is no label with a size")
        found[label] = _read(label, given, sizes[label])
    return found


def _read(label: str, given: Any, size: int) -> Chunks:
    told = given if isinstance(given, (tuple, list)) else [given]
    if not all(isinstance(part, int) and part >= 0 for part in told):
        raise ArgumentTypeError(f"the chunks of {label} are sizes, and not {given!r:.80}")
    if told is not given:
        if not given:
            raise ArgumentError(f"a chunk of {label} has at least size 1")
        whole, left = divmod(size, given)
        told = [*[given] * whole, *([left] if left or not size else [])]
    if sum(told) != size:
        raise ArgumentError(f"the chunks of {label} add up to {sum(told)}, and not to {size}")
    return tuple(told)


def limited(
    chunks: ByLabel, arrays: Iterable[tuple[Labels, int]], itemsize: int
) -> dict[str, Chunks]:
    """`chunks`, split until no block of an array has more bytes than it may.

    `arrays` are pairs of an array's labels and the bytes of its largest block. The longest of its
    labels' chunks are halved first.

    >>> limited({"i": (100,), "j": (60,)}, [(("i", "j"), 10_000)], 8)
    {'i': (25, 25, 25, 25), 'j': (30, 30)}
    """
    found = dict(chunks)
    for labels, allowed in arrays:
        while block_bytes(labels, found, itemsize) > allowed:
            longest = max(labels, key=lambda label: max(found[label]) if label != UNIT else 0)
            if max(found[longest]) == 1:
                break
            found[longest] = split(found[longest], -(-max(found[longest]) // 2))
    return found


def gathered(
    chunks: ByLabel, arrays: Sequence[tuple[Labels, int]], itemsize: int, most: int
) -> dict[str, Chunks]:
    """`chunks`, joined in pairs where an array has more than `most` blocks.

    The label with the most chunks comes first. Blocks keep to the bytes that `arrays` allow.

    >>> gathered({"i": (1,) * 5, "j": (1, 1)}, [(("i", "j"), 48)], 8, 6)
    {'i': (2, 2, 1), 'j': (1, 1)}
    """
    found = dict(chunks)
    for labels, _ in arrays:
        left = {label for label in labels if label != UNIT}
        while left and block_count(labels, found) > most:
            longest = max(left, key=lambda label: (len(found[label]), label))
            joined = found | {longest: _paired(found[longest])}
            fits = all(block_bytes(each, joined, itemsize) <= size for each, size in arrays)
            if fits and len(found[longest]) > 1:
                found = joined
            else:
                left.remove(longest)
    return found


def _paired(chunks: Chunks) -> Chunks:
    return tuple(sum(chunks[n : n + 2]) for n in range(0, len(chunks), 2))


def split(chunks: Chunks, most: int) -> Chunks:
    """`chunks`, those above `most` split into nearly equal parts.

    >>> split((7, 2), 3)
    (3, 2, 2, 2)
    """
    return tuple(part for size in chunks for part in _parts(size, -(-size // most) or 1))


def _parts(size: int, count: int) -> Chunks:
    whole, more = divmod(size, count)
    return (whole + 1,) * more + (whole,) * (count - more)


def block_bytes(labels: Labels, chunks: ByLabel, itemsize: int) -> int:
    """The bytes of the largest block of an array with these labels."""
    return itemsize * math.prod(max(chunks[label]) for label in labels if label != UNIT)


def block_count(labels: Iterable[str], chunks: ByLabel) -> int:
    """The combinations of the chunks of some labels: the blocks of an array, or of its diagonal."""
    return math.prod(len(chunks[label]) for label in distinct(labels) if label != UNIT)


def axes_of(labels: Labels, chunks: ByLabel) -> Axes:
    """The chunks along each axis of an array with these labels."""
    return tuple((1,) if label == UNIT else chunks[label] for label in labels)


def rechunk_tasks(old: Axes, new: Axes) -> int:
    """The tasks that turn the blocks of an array into others: slices, and their concatenations.

    A block that stays whole is no task. Dask may take a detour where these are very many.

    >>> rechunk_tasks(((4,),), ((2, 2),)), rechunk_tasks(((2, 2),), ((4,),))
    (2, 1)
    """
    slices = concatenations = 1
    whole = alone = 1
    for before, after in zip(old, new, strict=True):
        pieces, kept, single = _pieces(before, after)
        slices, whole = slices * pieces, whole * kept
        concatenations, alone = concatenations * len(after), alone * single
    return slices - whole + concatenations - alone


def _pieces(old: Chunks, new: Chunks) -> tuple[int, int, int]:
    """The pieces that both divisions cut; those that are whole old chunks, and whole new ones."""
    starts, ends = ({*accumulate(cuts, initial=0)} for cuts in (old, new))
    cuts = sorted(starts | ends)
    pieces = set(pairwise(cuts))

    def among(chunks: Chunks) -> int:
        bounds = list(accumulate(chunks, initial=0))
        return len(pieces & set(pairwise(bounds)))

    return len(pieces), among(old), among(new)


def _volume(labels: Labels, sizes: Mapping[str, int]) -> int:
    return math.prod(sizes[label] for label in labels if label != UNIT)
