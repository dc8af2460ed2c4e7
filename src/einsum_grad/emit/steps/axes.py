"""Steps that only change axes, by means of operations that most libraries have."""

from __future__ import annotations

from einsum_grad.emit.steps.context import ellipsis_slice, joined_shape
from einsum_grad.emit.steps.view import aligned, indexed
from einsum_grad.emit.text.tree import Expression, call
from einsum_grad.plan import ELLIPSIS, UNIT, Labels


def expanded(
    array: Expression, given: Labels, output: Labels, shape: Expression, new: object
) -> Expression:
    """The array repeated along the axes that it lacks of `output`."""
    return call("broadcast", aligned(array, given, output), shape)


def with_units(array: Expression, given: Labels, output: Labels) -> Expression:
    """Axes of size 1 dropped with an index of 0, inserted with None."""
    return indexed(array, given, "0") if UNIT in given else indexed(array, output, "None")


def merged(name: str, labels: Labels) -> Expression:
    """The axes of the ellipsis made one, without -1, which fails where another size is 0."""
    if labels == (ELLIPSIS,):
        return call("ravel", name)
    at = labels.index(ELLIPSIS)
    before = [f"*{name}.shape[:{at}]"] if at else []
    after = [f"*{name}.shape[{at + 1 - len(labels)}:]"] if at + 1 < len(labels) else []
    lead = call("product", f"{name}.shape{ellipsis_slice(labels)}")
    return call("reshape", name, call("tuple", *before, lead, *after))


def split(name: str, labels: Labels, lead: str) -> Expression:
    """The axes of the ellipsis made many again."""
    at = labels.index(ELLIPSIS)
    before = [f"{name}.shape[:{at}]"] if at else []
    after = [f"{name}.shape[{at + 1}:]"] if labels[-1] != ELLIPSIS else []
    return call("reshape", name, joined_shape([*before, lead, *after]))
