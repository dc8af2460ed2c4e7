"""The cost of the forward and of each gradient: symbolic, and in numbers for known sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from einsum_grad.lower import PLAIN, Form, Lowering, Op, Program, Step, is_view, scale_of, steps
from einsum_grad.lower.cost import Cost, Term, Work, cost, total, work
from einsum_grad.lower.dependence import needed
from einsum_grad.plan import (
    AUTO,
    ELLIPSIS,
    UNIT,
    Order,
    Path,
    Pattern,
    arrays,
    contraction_path,
)


@dataclass(frozen=True, slots=True)
class PartCost:
    """The cost of the forward, or of one gradient as if it were the only one.

    Known sizes are filled into `flops`; `work` is set if all are known. `shared` are the patterns
    of the forward whose results are reused and so cost nothing.
    """

    flops: tuple[Term, ...]
    work: Work | None
    shared: tuple[Pattern, ...] = ()


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of the forward, of each gradient, and, for known sizes, the total.

    `ordered` says whether a contraction path was searched or given; else operands are contracted
    from left to right.
    """

    forward: PartCost
    gradients: tuple[PartCost, ...]
    total: Cost | None
    itemsize: int
    ordered: bool


def costs(
    pattern: Pattern,
    wrt: tuple[int, ...],
    sizes: Mapping[str, int],
    itemsize: int,
    order: Order = AUTO,
) -> Costs:
    """The costs of the program that contracts two operands at a time.

    For more than two operands without a given path, one is searched only if all sizes are known:
    without them there is little to choose by, and the search may need NumPy.
    """
    known = _are_known(pattern, sizes)
    path, ordered = chosen_path(pattern, sizes, order)
    scale = scale_of(arrays(pattern, path), sizes, itemsize) if known else None
    found = Lowering(pattern, wrt, path, sizes, PLAIN, Form(), True, scale)
    program = found.lowered()
    places = _places(program)

    def part(chosen: tuple[Step, ...], shared: tuple[Pattern, ...] = ()) -> PartCost:
        flops = tuple(_ordered(term, places).at(sizes) for term in total(chosen))
        return PartCost(flops, work(chosen, sizes, itemsize) if known else None, shared)

    todo = tuple(steps(program.backward))
    backward = [needed(todo, (gradient,)) for gradient in program.gradients]
    return Costs(
        forward=part(tuple(steps(program.forward))),
        gradients=tuple(
            part(chosen, tuple(_shared(program, chosen, places))) for chosen in backward
        ),
        total=cost(found.program(), sizes, itemsize, order) if known else None,
        itemsize=itemsize,
        ordered=ordered,
    )


def chosen_path(pattern: Pattern, sizes: Mapping[str, int], order: Order) -> tuple[Path, bool]:
    """The path whose costs are told, and whether it was searched or given."""
    count = len(pattern.inputs)
    given = count <= 2 or order is False or isinstance(order, tuple)
    if given or _are_known(pattern, sizes):
        return contraction_path(pattern, sizes, order), True
    return left_to_right(count), False


def _are_known(pattern: Pattern, sizes: Mapping[str, int]) -> bool:
    return bool(sizes) and all(label in sizes for label in pattern.labels() if label != UNIT)


def left_to_right(count: int) -> Path:
    """The path that contracts each operand into the result of the earlier ones.

    >>> left_to_right(4)
    ((0, 1), (2, 0), (1, 0))
    """
    return ((0, 1), *((left - 1, 0) for left in range(count - 1, 1, -1)))


def _shared(
    program: Program, chosen: tuple[Step, ...], places: Mapping[str, tuple[int, str]]
) -> Iterator[Pattern]:
    """The forward steps whose results `chosen` read, as patterns."""
    names = {label: told for label, (_, told) in places.items()}
    read = {arg.name for step in chosen for arg in step.args}
    read -= {step.result.name for step in chosen}
    for step in steps(program.forward):
        if step.result.name in read and not is_view(step):
            yield step.pattern.rename(names)


def _places(program: Program) -> dict[str, tuple[int, str]]:
    """Each label's place in the pattern; a label merged from an ellipsis has its place."""
    places = {label: number for number, label in enumerate(program.pattern.labels())}
    found = {label: (number, label) for label, number in places.items()}
    for step in steps(program.forward):
        if step.op is Op.MERGE:
            merged = step.result.labels[step.args[0].labels.index(ELLIPSIS)]
            found[merged] = (places[ELLIPSIS], ELLIPSIS)
    return found


def _ordered(term: Term, places: Mapping[str, tuple[int, str]]) -> Term:
    """The term with its labels in the pattern's order."""
    return Term(term.count, tuple(label for _, label in sorted(places[x] for x in term.labels)))
