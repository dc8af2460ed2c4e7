"""Indices and method calls that give an array other axes without a copy."""

from __future__ import annotations

from einsum_grad.plan import UNIT, Labels


def transposing(given: Labels, output: Labels) -> str:
    """The method call that permutes the axes `given` to `output`.

    >>> transposing(("i", "j"), ("j", "i")), transposing(("i", "j", "k"), ("j", "i", "k"))
    ('.T', '.transpose(1, 0, 2)')
    """
    if given == output:
        return ""
    if output == given[::-1]:
        return ".T"
    return f".transpose({', '.join(str(given.index(label)) for label in output)})"


def inserting(given: Labels, output: Labels) -> str:
    """The index that gives an array with axes `given` an axis of size 1 for what it lacks.

    >>> inserting(("i",), ("b", "i", "j")), inserting(("i",), ("b", "i"))
    ('[None, :, None]', '[None, :]')
    """
    if given == output:
        return ""
    return f"[{index(tuple(label if label in given else UNIT for label in output), 'None')}]"


def aligning(given: Labels, output: Labels) -> str:
    """What lets an array with axes `given` broadcast against one with axes `output`.

    >>> aligning(("i",), ("b", "i")), aligning(("i",), ("i", "j")), aligning(("j", "i"), ("i", "j"))
    ('', '[:, None]', '.T')
    """
    kept = tuple(label for label in output if label in given)
    needed = output[output.index(kept[0]) :] if kept else ()
    return transposing(given, kept) + inserting(kept, needed)


def index(labels: Labels, unit: str) -> str:
    """`unit` for each unit of `labels` and a colon for the others."""
    return ", ".join(unit if label == UNIT else ":" for label in labels)
