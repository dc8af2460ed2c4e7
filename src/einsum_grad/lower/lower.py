"""`Network` to `Program`: the forward, and by the swap rule at every node the gradients."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from einsum_grad.lower.builder import Builder, Stage, labels_suffix
from einsum_grad.lower.program import AxisSize, Op, Program, Section, Size, Value, steps
from einsum_grad.lower.stages import Settling, is_view, split, stages
from einsum_grad.lower.traits import UNIFORM, Traits
from einsum_grad.plan import (
    ELLIPSIS,
    UNIT,
    Labels,
    Network,
    Node,
    Pattern,
    drop_units,
    ellipsis_labels,
    gradient,
    normal_form,
    operand_names,
)


def lower(
    network: Network,
    wrt: tuple[int, ...],
    traits: Traits = UNIFORM,
    given: Mapping[str, int] | None = None,
) -> Program:
    """Lower `network` to the program of its forward and of the gradients of the operands in `wrt`.

    The labels must be ones that may stand in generated code (`plan.spell`). `given` are the sizes
    of labels that the output alone has.

    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> print(lower(single(pattern_of(parse("bij,jk->ik"))), (0,)))
    forward x[b i j] w[j k]
      z[i k] = contract x[b i j] w[j k]
      -> z[i k]
    backward dz[i k]
      dx_ij[i j] = contract dz[i k] w[j k]
      dx[b i j] = repeat dx_ij[i j]
      -> dx[b i j]
    """
    lowering = _Lowering(network, traits)
    forward = lowering.forward()
    backward = lowering.backward(wrt)
    return Program(
        pattern=Pattern(network.operands, network.nodes[-1].pattern.output),
        operands=lowering.operands,
        cotangent=lowering.cotangent,
        forward=forward,
        output=forward[-1].result,
        backward=backward,
        gradients=tuple(lowering.cotangents[operand] for operand in wrt),
        wrt=wrt,
        sizes=tuple({**_sizes(lowering.operands), **(given or {})}.items()),
        residuals=_residuals(forward, backward),
    )


class _Lowering:
    """One lowering: the values of operands and nodes by number, and their cotangents."""

    def __init__(self, network: Network, traits: Traits) -> None:
        names = [name.lower() for name in operand_names(len(network.operands))]
        labels = {label for node in network.nodes for label in node.pattern.labels()}
        merged = {ELLIPSIS: ellipsis_labels(1, tuple(labels))[0]}
        nodes = [Node(node.pattern.rename(merged), node.args) for node in network.nodes]
        self.traits = traits
        self.operands = tuple(map(Value, names, network.operands))
        self.cotangent = Value("dz", network.nodes[-1].pattern.output)
        self.merged = merged
        self.nodes = tuple(enumerate(nodes, start=len(names)))
        self.complex = self._reached_from(traits.complex)
        self.builder = Builder([*names, *(f"d{name}" for name in names), "z", "dz"])
        self.values: dict[int, Value] = {}
        self.cotangents: dict[int, Value] = {}
        self.borrowed: set[int] = set()

    def forward(self) -> tuple[Section, ...]:
        return tuple(self._forward(number, node) for number, node in self.nodes)

    def _forward(self, number: int, node: Node) -> Section:
        last = number == self.nodes[-1][0]
        todo = stages(normal_form(node.pattern))
        if last:
            todo = [*split(todo, self.cotangent.labels), *self._narrowed()]
        name = "z" if last else self._name(number, node)
        args = map(self._value, node.args, node.pattern.inputs)
        self.values[number] = self.builder.chain(tuple(args), todo, name)
        return Section(node.pattern, self._told(node), self.values[number], self.builder.take())

    def backward(self, wrt: tuple[int, ...]) -> tuple[Section, ...]:
        self.builder.new_function()
        wanted = self._reached_from(wrt)
        last = self.nodes[-1][0]
        self.cotangents[last] = self._prepared(self.cotangent, bool(self.traits.half))
        self.borrowed.add(last)
        return tuple(
            self._backward(number, node, position)
            for number, node in reversed(self.nodes)
            for position, arg in enumerate(node.args)
            if arg in wanted
        )

    def _backward(self, number: int, node: Node, position: int) -> Section:
        arg, note = node.args[position], gradient(node.pattern, position)
        given = self._without_units(self.cotangents[number], node.pattern.output)
        args = [
            given if place == position else self._factor(other, node.pattern.inputs[place])
            for place, other in enumerate(node.args)
        ]
        todo = stages(note.form, self._settling(number, arg, is_view(note.form)))
        if arg < len(self.operands):
            todo = split(todo, self.operands[arg].labels)
        self.cotangents[arg] = self.builder.chain(args, todo, f"d{self._raw(arg).name}")
        return Section(note, self._told(node), self.cotangents[arg], self.builder.take())

    def _settling(self, number: int, arg: int, view: bool) -> list[Settling]:
        """What makes a gradient real, of its operand's dtype, and an array of its own."""
        real = number in self.complex and arg not in self.complex
        operand = self.operands[arg] if arg < len(self.operands) else None
        cast = operand is not None and (self.traits.mixed or arg in self.traits.half)
        borrowed = view and number in self.borrowed
        if borrowed and operand is None:
            self.borrowed.add(arg)
        table: tuple[tuple[Settling, bool], ...] = (
            ((Op.REAL, ()), real),
            ((Op.CAST, (operand,) if operand else ()), cast),
            ((Op.COPY, ()), borrowed and operand is not None and not cast),
        )
        return [settling for settling, needed in table if needed]

    def _narrowed(self) -> list[Stage]:
        """After the forward of float16 operands: float16 again."""
        like = tuple(self.operands[operand] for operand in sorted(self.traits.half)[:1])
        return [Stage(Op.CAST, self.cotangent.labels, like)] if like else []

    def _factor(self, number: int, term: Labels) -> Value:
        value = self._value(number, term)
        if number not in self.complex or not self.traits.conjugate:
            return value
        return self.builder.derive(Op.CONJUGATE, value, value.labels, "conj")

    def _value(self, number: int, term: Labels) -> Value:
        """The value of an operand or node, as a contraction takes it."""
        if number in self.values:
            return self._without_units(self.values[number], term)
        prepared = self._prepared(self.operands[number], number in self.traits.half)
        return self._without_units(prepared, term)

    def _prepared(self, value: Value, half: bool) -> Value:
        if ELLIPSIS in value.labels:
            labels = tuple(self.merged.get(label, label) for label in value.labels)
            value = self.builder.derive(Op.MERGE, value, labels, labels_suffix(labels))
        return self.builder.derive(Op.WIDEN, value, value.labels, "wide") if half else value

    def _without_units(self, value: Value, term: Labels) -> Value:
        labels = drop_units(term)
        if UNIT not in term:
            return value
        return self.builder.derive(Op.UNITS, value, labels, labels_suffix(labels))

    # Names and notes.

    def _raw(self, number: int) -> Value:
        return self.values[number] if number in self.values else self.operands[number]

    def _told(self, node: Node) -> tuple[Value, ...]:
        return tuple(map(self._raw, node.args))

    def _name(self, number: int, node: Node) -> str:
        """A prepared operand is named after it and its labels; a pair is numbered."""
        if len(node.args) == 1:
            operand = self._raw(node.args[0]).name
            return self.builder.name(operand, labels_suffix(node.pattern.output))
        return f"t{number - len(self.operands) + 1}"

    def _reached_from(self, operands: Collection[int]) -> set[int]:
        """The given operands and every node that one of them goes into."""
        reached = set(operands)
        for number, node in self.nodes:
            if reached.intersection(node.args):
                reached.add(number)
        return reached


def _sizes(operands: tuple[Value, ...]) -> dict[str, Size]:
    """Where each label's size is read; axes behind an ellipsis are counted from the end."""
    found: dict[str, Size] = {}
    for operand in operands:
        dots = operand.labels.index(ELLIPSIS) if ELLIPSIS in operand.labels else len(operand.labels)
        for axis, label in enumerate(operand.labels):
            place = axis if axis <= dots else axis - len(operand.labels)
            if label != UNIT:
                found.setdefault(label, AxisSize(operand, place))
    return found


def _residuals(forward: tuple[Section, ...], backward: tuple[Section, ...]) -> tuple[Value, ...]:
    """What the backward reads of the forward, less what it makes again because that is cheap."""
    again = {step.result.name for step in steps(backward)}
    read = {arg.name for step in steps(backward) for arg in step.args} - again
    return tuple(step.result for step in steps(forward) if step.result.name in read)
