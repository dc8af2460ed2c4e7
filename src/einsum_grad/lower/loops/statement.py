"""Steps as statements about single entries, which read arrays through whatever views there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from einsum_grad.lower.program import Op, Step, Value, is_view
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, distinct


@dataclass(frozen=True, slots=True)
class Access:
    """An entry of an array: a label for each axis, or `UNIT` for the only entry along it."""

    name: str
    labels: Labels
    conjugated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """An entry of `result` is a product of entries, summed over labels that the result lacks.

    With `adds` it is their sum. A label twice in the result is a diagonal; the rest are zeros.
    """

    result: Value
    args: tuple[Access, ...]
    adds: bool = False

    @property
    def labels(self) -> Labels:
        """All labels but units, each once."""
        every = (*self.result.labels, *(label for arg in self.args for label in arg.labels))
        return distinct(tuple(label for label in every if label != UNIT))

    @property
    def summed(self) -> Labels:
        """The labels that are summed."""
        return tuple(label for label in self.labels if label not in self.result.labels)

    @property
    def step(self) -> Step:
        """The step that names the arrays it reads, whatever the views were."""
        args = tuple(Value(arg.name, arg.labels) for arg in self.args)
        return Step(Op.CONTRACT, self.result, args)


def statement(step: Step, views: Mapping[str, Step]) -> Statement:
    """`step` as a statement; `views` are the steps that `sees` is true of, by result."""
    args = tuple(_access(Access(arg.name, arg.labels), views) for arg in step.args)
    return Statement(step.result, args, step.op is Op.ADD)


def sees(step: Step) -> bool:
    """Whether entries of the result of `step` are entries of its argument, or their conjugates."""
    labels = step.pattern.labels()
    apart = {Op.MERGE, Op.SPLIT}
    return (
        step.op not in apart
        and ELLIPSIS not in labels
        and (is_view(step) or step.op is Op.CONJUGATE)
    )


def _access(access: Access, views: Mapping[str, Step]) -> Access:
    """The entry of the array that `access` sees through views."""
    while access.name in views:
        step = views[access.name]
        (arg,) = step.args
        conjugated = access.conjugated != (step.op is Op.CONJUGATE)
        access = Access(arg.name, _seen(step, access.labels), conjugated)
    return access


def _seen(step: Step, index: Labels) -> Labels:
    """The index of the argument of a view where that of its result is `index`."""
    given, made = step.args[0].labels, step.result.labels
    place = dict(zip(made, index, strict=True))
    return tuple(place[label] if label in place and label != UNIT else UNIT for label in given)


def read(statements: Iterable[Statement]) -> list[str]:
    """The names of the arrays that the statements read, each once."""
    return list(dict.fromkeys(arg.name for each in statements for arg in each.args))
