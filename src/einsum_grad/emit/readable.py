"""A target and a program for files that are read, rather than run once and forgotten."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from einsum_grad.emit.steps.batched import over_ellipsis
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.targets import TARGETS
from einsum_grad.emit.text.target import Target
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import Op, Program, Section, Step, Value, is_view, only, product_of, steps
from einsum_grad.plan import ELLIPSIS


def readable_target(target: Target, blocked: bool) -> Target:
    """`target` without statements that free arrays, and with blocks only if `blocked`.
    Raises `ArgumentError` where `target` has none.
    """
    if blocked and not target.out_argument:
        able = ", ".join(name for name, each in TARGETS.items() if each.out_argument)
        raise ArgumentError(f"the target {target.name} has no blocks; these have: {able}")
    return replace(
        target,
        frees=False,
        out_argument=target.out_argument if blocked or target.loops else {},
    )


def by_tensordot(target: Target) -> Target:
    """`target` with arrays that are contracted as they lie: a line for each, rather than three."""
    return replace(target, tensordots=target.pairwise and not target.einsums)


def has_batches(program: Program) -> bool:
    """Whether products share a batch: matrices of it must lie as BLAS takes them."""
    todo = (*steps(program.forward), *steps(program.backward))
    products = filter(None, map(product_of, todo))
    return any(product.batch and product.contracted for product in products)


def readable_program(program: Program, target: Target) -> Program:
    """`program` with fewer lines: no residual that is a view, no copy for a scalar product.

    An ellipsis is not made one axis, where all steps can do with it as it is.
    """
    if program.scale is not None:
        return program
    batched = _with_ellipsis(program, target) if target.pairwise else program
    return _views_again(_scalars_in_place(batched))


def _with_ellipsis(program: Program, target: Target) -> Program:
    """No array is merged for a call, nor split after it."""
    todo = (*steps(program.forward), *steps(program.backward))
    merges = [step for step in todo if step.op is Op.MERGE]
    splits = [step for step in todo if step.op is Op.SPLIT]
    seen = {step.result: step.args[0] for step in merges}
    if not merges or any(step.args[0] in seen for step in splits):
        return program
    seen |= {step.args[0]: step.result for step in splits}
    first = merges[0]
    merged = first.result.labels[first.args[0].labels.index(ELLIPSIS)]

    def whole(value: Value) -> Value:
        labels = tuple(ELLIPSIS if label == merged else label for label in value.labels)
        return seen.get(value, Value(value.name, labels))

    def kept(section: Section) -> Section:
        own = (step for step in section.steps if step.op not in (Op.MERGE, Op.SPLIT))
        again = tuple(
            Step(each.op, whole(each.result), tuple(map(whole, each.args))) for each in own
        )
        return replace(section, steps=again)

    found = replace(
        program,
        forward=tuple(map(kept, program.forward)),
        backward=tuple(map(kept, program.backward)),
        residuals=tuple(map(whole, program.residuals)),
    )
    context = Context(found, target)
    every = (*steps(found.forward), *steps(found.backward))
    return found if all(_takes_ellipsis(step, context) for step in every) else program


def _takes_ellipsis(step: Step, context: Context) -> bool:
    labels = {label for value in (*step.args, step.result) for label in value.labels}
    if ELLIPSIS not in labels or step.op is Op.CONJUGATE:
        return True
    if step.op is Op.CONTRACT:
        return over_ellipsis(step, context) is not None
    given, made = step.args[0].labels, step.result.labels
    if step.op is Op.REPEAT:
        leads = ELLIPSIS in given or not given or ELLIPSIS in made[: made.index(given[0])]
        return leads and given == only(made, given)
    if step.op is Op.DIAGONAL:
        return context.target.writable_views or made == (*given, given[-1])
    return step.op is Op.COPY and given == made


def _scalars_in_place(program: Program) -> Program:
    """No array is copied for a product that sums all of it and alone reads the copy."""
    todo = (*steps(program.forward), *steps(program.backward))
    reads = Counter(arg.name for step in todo for arg in step.args)
    copies = {step.result.name: step for step in todo if step.op is Op.COPY}
    found = [
        copies[arg.name]
        for step in todo
        if _is_scalar(step)
        for arg in step.args
        if arg.name in copies and reads[arg.name] == 1
    ]
    return (
        program
        if not found
        else replace(
            program,
            forward=_without(program.forward, found),
            backward=_without(program.backward, found),
        )
    )


def _is_scalar(step: Step) -> bool:
    product = product_of(step)
    return product is not None and bool(product.contracted) and not step.result.labels


def _without(sections: tuple[Section, ...], copies: list[Step]) -> tuple[Section, ...]:
    """The sections with what `copies` copy in the place of the copies."""
    seen = {copy.result: copy.args[0] for copy in copies}

    def read(step: Step) -> Step:
        return replace(step, args=tuple(seen.get(arg, arg) for arg in step.args))

    return tuple(
        replace(section, steps=tuple(read(step) for step in section.steps if step not in copies))
        for section in sections
    )


def _views_again(program: Program) -> Program:
    """Views of operands are no residuals: the backward makes them again."""
    made = {step.result: step for step in steps(program.forward)}
    found: dict[Value, tuple[Step, ...]] = {}
    for value in program.residuals:
        views = _views(value, made)
        if views:
            found[value] = views
    if not found:
        return program
    again = tuple(dict.fromkeys(step for views in found.values() for step in views))
    last = again[-1]
    first = Section(last.pattern, last.args, last.result, last.result, again)
    others = (
        replace(section, steps=tuple(step for step in section.steps if step not in again))
        for section in program.backward
    )
    return replace(
        program,
        backward=(first, *others),
        residuals=tuple(value for value in program.residuals if value not in found),
    )


def _views(value: Value, made: dict[Value, Step]) -> tuple[Step, ...]:
    """The steps from an operand to `value`, if each of them is a view; else none."""
    found: list[Step] = []
    while value in made:
        step = made[value]
        if not is_view(step):
            return ()
        found.insert(0, step)
        value = step.args[0]
    return tuple(found)
