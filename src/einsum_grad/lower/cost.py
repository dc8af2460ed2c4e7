"""The cost of a `Program`: arithmetic, memory traffic and memory, counted step by step.

Multiplications and additions count one flop each. A contraction of n operands over N combinations
of labels has (n-1)·N multiplications, and N additions if it sums; so two operands cost 2·N, or N
where nothing is summed, and the sum of one operand costs N. A view (a transposition, a repetition,
an axis of size 1) costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from einsum_grad.errors import ArgumentError
from einsum_grad.lower import machine
from einsum_grad.lower.blocking.schedule import passing
from einsum_grad.lower.partition.tasks import Tasks
from einsum_grad.lower.program import Op, Program, Step, Value, is_view, steps, touched
from einsum_grad.plan import AUTO, EXACT, UNIT, Labels, Order


@dataclass(frozen=True, slots=True)
class Term:
    """A number times the sizes of some labels: the cost of a step before sizes are known.

    >>> str(Term(2, ("i", "j")).at({"i": 3}))
    '6·j'
    """

    count: int
    labels: Labels

    def __str__(self) -> str:
        factors = [str(self.count)] if self.count != 1 or not self.labels else []
        return "·".join([*factors, *self.labels])

    def at(self, sizes: Mapping[str, int]) -> Term:
        """The term with the known sizes filled in; a count of 0 leaves nothing open."""
        count = self.count * math.prod(sizes[label] for label in self.labels if label in sizes)
        open_ = tuple(label for label in self.labels if label not in sizes)
        return Term(count, open_ if count else ())


@dataclass(frozen=True, slots=True)
class Work:
    """The flops of a function, and the bytes of the arrays that its steps read and make."""

    flops: int
    bytes_moved: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program costs, in flops and bytes.

    `saved_bytes` is the memory of the residuals without the operands: presums and pairwise products
    that forward and backward share. `largest_intermediate` is the largest array made on the way to
    the output and the gradients, these excluded. What exists chunk by chunk counts for neither.
    `hint` says what to try where these are large and a longer search might find a better order.
    `tasks` is what it costs on arrays in chunks, where those are known.
    """

    forward: Work
    backward: Work
    saved_bytes: int
    largest_intermediate: int
    hint: str | None = None
    tasks: Tasks | None = None


def cost(
    program: Program, sizes: Mapping[str, int], itemsize: int = 8, order: Order = AUTO
) -> Cost:
    """Count what `program` costs for `sizes` and numbers of `itemsize` bytes.

    `order` is the search that found its contraction path. Raises `ArgumentError` if the size of a
    label is missing.

    >>> from einsum_grad.lower import lower
    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> program = lower(single(pattern_of(parse("ij,jk->ik"))), (0, 1))
    >>> cost(program, {"i": 2, "j": 3, "k": 4}).backward
    Work(flops=96, bytes_moved=416)
    """
    forward, backward = tuple(steps(program.forward)), tuple(steps(program.backward))
    partial = passing(program)
    made = {step.result for step in (*forward, *backward) if not is_view(step)} - partial
    saved = made.intersection(program.residuals)
    between = made - {program.output, *program.gradients}
    found = Cost(
        forward=work(forward, sizes, itemsize, partial),
        backward=work(backward, sizes, itemsize, partial),
        saved_bytes=itemsize * sum(number(elements(value), sizes) for value in saved),
        largest_intermediate=itemsize
        * max((number(elements(value), sizes) for value in between), default=0),
    )
    searched = order == AUTO and len(program.pattern.inputs) > EXACT
    return replace(found, hint=_hint(found)) if searched else found


def _hint(found: Cost) -> str | None:
    """What to try where the best path that our search found is still expensive."""
    large = (
        found.forward.flops > machine.HINT_FLOPS,
        found.largest_intermediate > machine.HINT_BYTES,
    )
    if not any(large):
        return None
    what = ("many flops", "a large intermediate")
    told = " and ".join(word for word, true in zip(what, large, strict=True) if true)
    return f"{told}: cotengra may find a better order, optimize=cotengra.HyperOptimizer()"


def work(
    todo: Sequence[Step],
    sizes: Mapping[str, int],
    itemsize: int,
    partial: Collection[Value] = (),
) -> Work:
    """The flops of some steps, and the bytes that they move; `partial` values stay in the cache."""
    values = (value for step in todo for value in touched(step))
    moved = (elements(value) for value in values if value not in partial)
    return Work(
        flops=sum(number(flops(step), sizes) for step in todo),
        bytes_moved=itemsize * sum(number(term, sizes) for term in moved),
    )


def total(todo: Iterable[Step]) -> tuple[Term, ...]:
    """The flops of some steps, with one term for each set of labels."""
    counts: dict[frozenset[str], Term] = {}
    for term in map(flops, todo):
        if term.count:
            key = frozenset(term.labels)
            before = counts.get(key, Term(0, term.labels))
            counts[key] = Term(before.count + term.count, before.labels)
    return tuple(counts.values())


def number(term: Term, sizes: Mapping[str, int]) -> int:
    """The term as a number; the size of every label must be known."""
    known = term.at(sizes)
    if known.labels:
        raise ArgumentError(f"the cost needs the size of {known.labels[0]}")
    return known.count


def flops(step: Step) -> Term:
    """The multiplications and additions of one step."""
    return _FLOPS.get(step.op, _none)(step)


def elements(value: Value) -> Term:
    """The size of an array: the product of its labels' sizes."""
    return Term(1, tuple(label for label in value.labels if label != UNIT))


def _contract(step: Step) -> Term:
    pattern = step.pattern
    count = len(step.args) - (not pattern.contracted())
    return Term(count, pattern.input_labels())


def _add(step: Step) -> Term:
    return Term(len(step.args) - 1, elements(step.result).labels)


def _none(step: Step) -> Term:
    return Term(0, ())


_FLOPS: dict[Op, Callable[[Step], Term]] = {Op.CONTRACT: _contract, Op.ADD: _add}
