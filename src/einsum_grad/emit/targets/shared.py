"""Spellings that libraries share, as they are made of other operations."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.steps.axes import expanded, merged, split, with_units
from einsum_grad.emit.steps.view import diagonal, embedded
from einsum_grad.emit.text.spelling import Spelling, rewritten

RESHAPED: Mapping[str, Spelling] = {
    "expand": rewritten(expanded),
    "units": rewritten(with_units),
    "merge": rewritten(merged),
    "split": rewritten(split),
}
"""Axes of size 1, and several axes as one: indices and shapes."""

UNSTRIDED: Mapping[str, Spelling] = {
    "view": rewritten(lambda array: array),
    "diagonal": rewritten(lambda name, labels, shape: diagonal(name, labels)),
    "embed": rewritten(lambda array, given, output, shape: embedded(array, given, output)),
}
"""Diagonals where no view may be made by its strides: of two axes at a time."""
