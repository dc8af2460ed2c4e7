"""The steps of a function as kernels, and steps that stay calls on whole arrays.

A kernel is one pass over memory: a nest of loops over labels that makes several results, as they
share what they read. All of its statements have the label that threads share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import matrix_product, without
from einsum_grad.lower.loops.order import loop_order, shared_label
from einsum_grad.lower.loops.statement import Statement, read, sees, statement
from einsum_grad.lower.program import Loops, Op, Program, Step, Value
from einsum_grad.plan import ELLIPSIS, Labels, distinct


@dataclass(frozen=True, slots=True)
class Kernel:
    """Statements that are done in one nest of loops, in this `order` of labels.

    Threads share the label `shared`, if there is one. `kept` are the results that are used
    afterwards; the others are entries or rows that live as long as they are needed.
    """

    statements: tuple[Statement, ...]
    kept: tuple[Value, ...]
    order: Labels
    shared: str | None = None
    short: Labels = ()
    """Labels of constant sizes, whose loops are unrolled: sums over them are innermost."""

    def path(self, statement: Statement) -> Labels:
        """The loops around a statement, outermost first."""
        own = tuple(label for label in self.order if label in statement.labels)
        last = tuple(label for label in own if label in self.short and label in statement.summed)
        return (*without(own, last), *last)

    @property
    def partial(self) -> tuple[Value, ...]:
        """The results that each thread has a part of: their entries are sums over `shared`."""
        return tuple(
            value for value in self.kept if self.shared and self.shared not in value.labels
        )


def kernels(
    program: Program, todo: Sequence[Step], wanted: Collection[str]
) -> tuple[Kernel | Step, ...]:
    """Put steps of `program` into kernels; `wanted` names the values that are used afterwards."""
    grouping = _Grouping(program)
    for step in todo:
        grouping.take(step)
    return tuple(grouping.finished(wanted))


class _Group:
    """The statements of a kernel that is being built."""

    def __init__(self, first: Statement) -> None:
        self.statements = [first]
        self.made = {first.result.name: first}
        self.shared = first.labels

    def shared_with(self, new: Statement) -> Labels:
        """The labels that all statements would have, and that no one has to be summed along first.

        None if `new` reads nothing that this group reads or makes.
        """
        known = {*self.made, *read(self.statements)}
        if known.isdisjoint(read([new])):
            return ()
        before = {
            label
            for arg in new.args
            if arg.name in self.made
            for label in self.made[arg.name].summed
        }
        return tuple(label for label in self.shared if label in new.labels and label not in before)

    def add(self, new: Statement, shared: Labels) -> None:
        self.statements.append(new)
        self.made[new.result.name] = new
        self.shared = shared


class _Grouping:
    """Kernels and steps in the order in which they are done, while more are added."""

    def __init__(self, program: Program) -> None:
        self.program = program
        known = ((label, size) for label, size in program.sizes if isinstance(size, int))
        self.short = tuple(label for label, size in known if size <= machine.SMALL_MATRIX)
        self.items: list[_Group | Step] = []
        self.views: dict[str, Step] = {}
        self.made: dict[str, int] = {}
        """The item that makes a value."""

    def take(self, step: Step) -> None:
        if sees(step):
            self.views[step.result.name] = step
        if sees(step) or not self._is_looped(step):
            self.made[step.result.name] = len(self.items)
            self.items.append(step)
            return
        self._place(statement(step, self.views))

    def _is_looped(self, step: Step) -> bool:
        labels = step.pattern.labels()
        if step.op not in (Op.CONTRACT, Op.ADD, Op.DIAGONAL) or not labels or ELLIPSIS in labels:
            return False
        if len(distinct(labels)) > machine.MOST_LOOPS:
            return False
        product = matrix_product(step)
        groups = (*product.rows, *product.columns, *product.contracted) if product else ()
        return set(self.short).issuperset(groups)

    def _place(self, new: Statement) -> None:
        """Put a statement into the first group that can take it, or into a new one."""
        first = max((self.made.get(name, 0) for name in read([new])), default=0)
        for number in range(first, len(self.items)):
            group = self.items[number]
            if isinstance(group, _Group) and (shared := group.shared_with(new)):
                group.add(new, shared)
                self.made[new.result.name] = number
                return
        self.made[new.result.name] = len(self.items)
        self.items.append(_Group(new))

    def finished(self, wanted: Collection[str]) -> Iterator[Kernel | Step]:
        """The items, without views that nobody reads."""
        read_later, found = set(wanted), list[Kernel | Step]()
        for item in reversed(self.items):
            if isinstance(item, Step):
                if item.result.name in read_later or not sees(item):
                    found.append(item)
                    read_later.update(arg.name for arg in item.args)
                continue
            found.append(self._kernel(item, read_later))
            read_later.update(read(item.statements))
        return reversed(found)

    def _kernel(self, group: _Group, read_later: Collection[str]) -> Kernel:
        statements = tuple(group.statements)
        kept = tuple(each.result for each in statements if each.result.name in read_later)
        order, short = loop_order(statements, self.program.scale), self.short
        if self.program.loops is Loops.SERIAL:
            return Kernel(statements, kept, order, None, short)
        shared = shared_label(group.shared, kept, order, self.program.scale)
        rest = tuple(label for label in order if label != shared)
        order = order if shared == order[-1] else (shared, *rest)
        return Kernel(statements, kept, order, shared, short)
