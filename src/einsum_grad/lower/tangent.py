"""`Program` to `Program`: each step, and beside it its derivative along tangents.

Every step is linear in each argument. So its derivative is a sum of the same step, with a term for
each argument that has a tangent, the tangent in the argument's place. A pair becomes three, and
nothing of the forward is computed twice. Forward mode over the backward steps gives the derivatives
of the gradients: the products with the Hessian.

The tangents are further operands. All steps are in the forward, and the `gradients` are everything
that is returned: some values, and then those of their derivatives that are not zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from einsum_grad.lower.dependence import needed
from einsum_grad.lower.names import Names
from einsum_grad.lower.program import Op, Program, Section, Step, Value, steps


def jvp(program: Program, active: tuple[int, ...]) -> Program:
    """The output of `program` and its tangent, for tangents of the operands in `active`.

    >>> from einsum_grad.lower import lower
    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> print(jvp(lower(single(pattern_of(parse("ij,jk->ik"))), ()), (0, 1)))
    forward x[i j] w[j k] x_dot[i j] w_dot[j k]
      z[i k] = contract x[i j] w[j k]
      z_by_x[i k] = contract x_dot[i j] w[j k]
      z_by_w[i k] = contract x[i j] w_dot[j k]
      z_dot[i k] = add z_by_x[i k] z_by_w[i k]
      -> z[i k]
    backward dz[i k]
      -> z[i k] z_dot[i k]
    """
    return _along(program, active, tuple(steps(program.forward)), (program.output,))


def hvp(program: Program, active: tuple[int, ...]) -> Program:
    """The gradients of `program` and their derivatives, for a constant cotangent."""
    todo = (*steps(program.forward), *steps(program.backward))
    return _along(program, active, todo, program.gradients)


TANGENTS: Mapping[str, Callable[[Program, tuple[int, ...]], Program]] = {"jvp": jvp, "hvp": hvp}


def _along(
    program: Program, active: tuple[int, ...], todo: Sequence[Step], values: tuple[Value, ...]
) -> Program:
    operands = [program.operands[number] for number in active]
    tangents = tuple(Value(f"{operand.name}_dot", operand.labels) for operand in operands)
    every = (*steps(program.forward), *steps(program.backward))
    names = Names((*(step.result.name for step in every), *(value.name for value in tangents)))
    moving = dict(zip((operand.name for operand in operands), tangents, strict=True))
    made = tuple(_both(_once(todo), moving, names))
    results = (*values, *(moving[value.name] for value in values if value.name in moving))
    kept, output = needed(made, results), program.output
    return replace(
        program,
        operands=(*program.operands, *tangents),
        forward=(Section(program.pattern, (), output, output, kept),),
        backward=(),
        gradients=results,
        residuals=(),
    )


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
