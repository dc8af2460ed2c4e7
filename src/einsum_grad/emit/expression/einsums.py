"""Einsums of nodes to statements: ones, products, quotients, and the steps of any pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from einsum_grad.calculus.graph.graph import Apply, Einsum, Leaf, dim_of
from einsum_grad.emit.expression.body import Body
from einsum_grad.emit.expression.entries import power_value
from einsum_grad.emit.expression.inlining import renamed_statement
from einsum_grad.emit.readable import readable_program
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.statements import statements_of
from einsum_grad.emit.steps.view import aligned
from einsum_grad.emit.text.tree import Assign, Expression, Statement, call
from einsum_grad.lower import lowering, steps
from einsum_grad.plan import UNIT, Pattern, spell


def einsum_value(body: Body, node: Einsum, name: str) -> list[Statement]:
    """The statements that compute an einsum."""
    if not node.args:
        return _of_nothing(body, node, name)
    if (product := _product(body, node)) is not None:
        return [Assign(name, product)]
    made = [Assign(body.names.new("z"), body.result(arg)) for arg in node.args]
    steps = _steps(body, node.pattern, [str(each.target) for each in made], name)
    return [*made, *steps]


def _of_nothing(body: Body, node: Einsum, name: str) -> list[Statement]:
    """Ones, an identity matrix, or deltas of more axes."""
    output = node.pattern.output
    if len(set(output)) == len(output):
        return [Assign(name, body.filled(node.dims, "1.0"))]
    if len(output) == 2:
        return [Assign(name, call("eye", body.size(node.dims[0]), body.arrays.like))]
    one = body.names.new("one")
    pattern = Pattern(((),), output)
    return [
        Assign(one, call("array", "1.0", body.arrays.like)),
        *_steps(body, pattern, [one], name),
    ]


def _product(body: Body, node: Einsum) -> Expression | None:
    """A product of entries, or a quotient; None for any other einsum."""
    pattern = node.pattern
    terms = (*pattern.inputs, pattern.output)
    if len(node.args) != 2 or UNIT in pattern.labels() or pattern.contracted():
        return None
    if any(len(set(labels)) < len(labels) for labels in terms):
        return None
    if set(pattern.output) - set(pattern.input_labels()):
        return None
    pairs = sorted(
        zip(node.args, pattern.inputs, strict=True), key=lambda pair: _is_quotient(body, pair[0])
    )
    (one, first), (other, second) = pairs
    left = aligned(body.name(one), first, pattern.output)
    if _is_quotient(body, other):
        base = body.graph[other]
        assert isinstance(base, Apply)
        below = power_value(body.name(base.args[0]), -base.exponent)
        return call("divide", left, aligned(below, second, pattern.output))
    return call("multiply", left, aligned(body.name(other), second, pattern.output))


def _is_quotient(body: Body, number: int) -> bool:
    node = body.graph[number]
    if not isinstance(node, Apply) or node.function != "power" or node.exponent >= 0:
        return False
    return body.uses[number] == 1 or isinstance(body.graph[node.args[0]], Leaf)


def _steps(body: Body, pattern: Pattern, names: Sequence[str], name: str) -> list[Statement]:
    """What makes an einsum of named arrays: the lines that any pattern has."""
    spelled = spell(pattern)
    sizes = {spelled[label]: body.arrays.sizes[dim_of(label)] for label in spelled}
    target = body.target
    chosen = replace(lowering(pattern.rename(spelled), (), target.form, {}), scale=None)
    program = readable_program(chosen.program(names, name), target)
    program = replace(program, sizes=tuple(sizes.items()), operands=())
    context = Context(program, target)
    made = [part for step in steps(program.forward) for part in statements_of(step, context)]
    targets = [each.target for each in made if isinstance(each, Assign)]
    own = {target for target in targets if isinstance(target, str) and target != name}
    fresh = {each: body.names.new(each) for each in sorted(own)}
    return [renamed_statement(each, fresh) for each in made]
