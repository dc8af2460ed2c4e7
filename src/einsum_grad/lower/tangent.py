"""`Program` to `TangentProgram`: each step, and beside it its derivative along tangents.

Every step is linear in each argument. So its derivative is a sum of the same step, with a term for
each argument that has a tangent, the tangent in the argument's place. A pair becomes three, and
nothing of the forward is computed twice. Forward mode over the backward steps gives the derivatives
of the gradients: the products with the Hessian.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from einsum_grad.lower.dependence import needed
from einsum_grad.lower.layout.arrange import arrange
from einsum_grad.lower.names import Names
from einsum_grad.lower.program import Op, Program, Section, Step, Value, steps, without_copies
from einsum_grad.lower.scale import Scale


@dataclass(frozen=True, slots=True)
class TangentProgram:
    """Steps that make some values of `program` and their derivatives along tangents.

    `tangents` are those of the operands in `active`. A derivative is None where it is zero.
    """

    program: Program
    active: tuple[int, ...]
    tangents: tuple[Value, ...]
    steps: tuple[Step, ...]
    values: tuple[Value, ...]
    derivatives: tuple[Value | None, ...]

    def __str__(self) -> str:
        given = " ".join(map(str, (*self.program.operands, *self.tangents)))
        results = " ".join(str(value or 0) for value in (*self.values, *self.derivatives))
        return "\n".join([given, *(f"  {step}" for step in self.steps), f"  -> {results}"])


def jvp(program: Program, active: tuple[int, ...]) -> TangentProgram:
    """The output of `program` and its tangent.

    >>> from einsum_grad.lower import lower
    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> print(jvp(lower(single(pattern_of(parse("ij,jk->ik"))), ()), (0, 1)))
    x[i j] w[j k] x_dot[i j] w_dot[j k]
      z[i k] = contract x[i j] w[j k]
      z_by_x[i k] = contract x_dot[i j] w[j k]
      z_by_w[i k] = contract x[i j] w_dot[j k]
      z_dot[i k] = add z_by_x[i k] z_by_w[i k]
      -> z[i k] z_dot[i k]
    """
    return _along(program, active, tuple(steps(program.forward)), (program.output,))


def hvp(program: Program, active: tuple[int, ...]) -> TangentProgram:
    """The gradients of `program` and their derivatives, for a constant cotangent."""
    todo = (*steps(program.forward), *steps(program.backward))
    return _along(program, active, todo, program.gradients)


def arranged(
    given: TangentProgram, scale: Scale | None = None, copies: bool = True
) -> TangentProgram:
    """Return `given` with its axes in the order that products want; `scale` as for `arrange`.

    Without `copies` they stay in no particular order.
    """
    results = (*given.values, *(value for value in given.derivatives if value is not None))
    note, output = given.program.pattern, given.program.output
    whole = replace(
        given.program,
        operands=(*given.program.operands, *given.tangents),
        forward=(Section(note, (), output, output, given.steps),),
        backward=(),
        gradients=results,
    )
    made = arrange(whole, scale) if copies else without_copies(whole)
    program = replace(given.program, scale=made.scale, divided=made.divided)
    return replace(given, program=program, steps=tuple(steps(made.forward)))


def _along(
    program: Program, active: tuple[int, ...], todo: Sequence[Step], values: tuple[Value, ...]
) -> TangentProgram:
    operands = [program.operands[number] for number in active]
    tangents = tuple(Value(f"{operand.name}_dot", operand.labels) for operand in operands)
    every = (*steps(program.forward), *steps(program.backward))
    names = Names((*(step.result.name for step in every), *(value.name for value in tangents)))
    moving = dict(zip((operand.name for operand in operands), tangents, strict=True))
    made = tuple(_both(_once(todo), moving, names))
    derivatives = tuple(moving.get(value.name) for value in values)
    wanted = (*values, *(value for value in derivatives if value is not None))
    return TangentProgram(program, active, tangents, needed(made, wanted), values, derivatives)


def _once(todo: Sequence[Step]) -> Iterator[Step]:
    """The steps without those that the backward repeats, under the same name."""
    known: set[str] = set()
    for step in todo:
        if step.result.name not in known:
            known.add(step.result.name)
            yield step


def _both(todo: Iterator[Step], moving: dict[str, Value], names: Names) -> Iterator[Step]:
    """Each step, followed by those of its derivative; results with a tangent go into `moving`."""
    for step in todo:
        yield step
        places = [place for place, arg in enumerate(step.args) if arg.name in moving]
        parts = []
        for place in places:
            arg, result = step.args[place], step.result
            name = f"{result.name}_dot" if len(places) == 1 else f"{result.name}_by_{arg.name}"
            args = (*step.args[:place], moving[arg.name], *step.args[place + 1 :])
            parts.append(Value(names.new(name), result.labels))
            yield Step(step.op, parts[-1], args)
        if len(parts) > 1:
            total = Value(names.new(f"{step.result.name}_dot"), step.result.labels)
            yield Step(Op.ADD, total, tuple(parts))
            parts = [total]
        if parts:
            moving[step.result.name] = parts[0]
