"""`Network` to `Program`: the forward, and the gradients by the swap rule at every node."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from einsum_grad.lower.builder import Builder, Stage
from einsum_grad.lower.names import labels_suffix
from einsum_grad.lower.program import AxisSize, Op, Program, Section, Size, Value, residuals
from einsum_grad.lower.stages import is_view, split, stages
from einsum_grad.lower.traits import PLAIN, Traits
from einsum_grad.plan import (
    ELLIPSIS,
    UNIT,
    Labels,
    Network,
    Node,
    NormalForm,
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
    traits: Traits = PLAIN,
    given: Mapping[str, int] | None = None,
    names: Sequence[str] = (),
    output: str = "z",
) -> Program:
    """Lower `network` to the program of its forward and of the gradients of the operands in `wrt`.

    The labels must be fit for generated code (`plan.spell`). `given` has the sizes of labels that
    only the output has. `names` and `output` name the operands and the output.

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
    lowering = _Lowering(network, traits, names, output)
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
        residuals=residuals(forward, backward),
        traits=traits,
    )


class _Lowering:
    """The state of one lowering: values and cotangents of operands and nodes, by number."""

    def __init__(self, network: Network, traits: Traits, names: Sequence[str], output: str) -> None:
        names = names or [name.lower() for name in operand_names(len(network.operands))]
        labels = {label for node in network.nodes for label in node.pattern.labels()}
        dots = {ELLIPSIS: ellipsis_labels(1, tuple(labels))[0]}
        nodes = [Node(node.pattern.rename(dots), node.args) for node in network.nodes]
        self.traits = traits
        self.operands = tuple(map(Value, names, network.operands))
        self.output = output
        self.cotangent = Value(f"d{output}", network.nodes[-1].pattern.output)
        self.dots = dots
        self.nodes = tuple(enumerate(nodes, start=len(names)))
        self.builder = Builder([*names, *(f"d{name}" for name in names), output, f"d{output}"])
        self.values: dict[int, Value] = {}
        self.cotangents: dict[int, Value] = {}
        self.borrowed: set[int] = set()

    def forward(self) -> tuple[Section, ...]:
        return tuple(self._forward(number, node) for number, node in self.nodes)

    def _forward(self, number: int, node: Node) -> Section:
        last = number == self.nodes[-1][0]
        todo = stages(normal_form(node.pattern))
        if last:
            # What is returned is never the operand itself, but at least a view of it.
            todo = split(todo or [Stage(Op.CONTRACT, node.pattern.output)], self.cotangent.labels)
        args = tuple(map(self._value, node.args, node.pattern.inputs))
        name = self.output if last else self._name(number, node) if todo else args[0].name
        self.values[number] = self.builder.chain(args, todo, name)
        made = self.values[number]
        return Section(node.pattern, self._told(node), made, made, self.builder.take())

    def backward(self, wrt: tuple[int, ...]) -> tuple[Section, ...]:
        self.builder.new_function()
        wanted = self._reached_from(wrt)
        last = self.nodes[-1][0]
        self.cotangents[last] = self._merged(self.cotangent)
        self.borrowed.add(last)
        return tuple(
            self._backward(number, node, position)
            for number, node in reversed(self.nodes)
            for position in self._in_turn(node)
            if node.args[position] in wanted
        )

    def _in_turn(self, node: Node) -> list[int]:
        """The arguments of `node` in the order in which their gradients need least memory.

        The largest gradient comes last, when the intermediates of the others are freed. The number
        of labels stands for the size here, except for two pairs, which the path has in that order.
        An operand comes before a node of its size: its gradient is the last to need the node's
        value, which is then freed before the node's cotangent is made.
        """
        if all(map(self._is_pair, node.args)):
            return list(range(len(node.args)))

        def size(place: int) -> tuple[int, bool]:
            return len(node.pattern.inputs[place]), node.args[place] >= len(self.operands)

        return sorted(range(len(node.args)), key=size)

    def _is_pair(self, number: int) -> bool:
        """Whether `number` is a node of more than one argument."""
        first, _ = self.nodes[0]
        return number >= first and len(self.nodes[number - first][1].args) > 1

    def _backward(self, number: int, node: Node, position: int) -> Section:
        arg, note = node.args[position], gradient(node.pattern, position)
        given = self._without_units(self.cotangents[number], node.pattern.output)
        args = [
            given if place == position else self._factor(other, node.pattern.inputs[place])
            for place, other in enumerate(node.args)
        ]
        is_operand, borrows = arg < len(self.operands), self._borrows(number, note.form)
        if borrows:
            self.borrowed.add(arg)
        todo = stages(note.form, read_only=is_operand and borrows)
        if is_operand:
            todo = split(todo, self.operands[arg].labels)
        self.cotangents[arg] = self.builder.chain(args, todo, f"d{self._raw(arg).name}")
        made, steps_of_it = self.values[number], self.builder.take()
        return Section(note, self._told(node), made, self.cotangents[arg], steps_of_it)

    def _borrows(self, number: int, form: NormalForm) -> bool:
        """Whether the steps of `form` may return a view of the caller's cotangent."""
        return number in self.borrowed and is_view(form)

    def _factor(self, number: int, term: Labels) -> Value:
        value = self._value(number, term)
        if not (self.traits.complex and self.traits.conjugate):
            return value
        return self.builder.derive(Op.CONJUGATE, value, value.labels, "conj")

    def _value(self, number: int, term: Labels) -> Value:
        """The value of an operand or node in the form that a contraction takes."""
        if number in self.values:
            return self._without_units(self.values[number], term)
        return self._without_units(self._merged(self.operands[number]), term)

    def _merged(self, value: Value) -> Value:
        if ELLIPSIS not in value.labels:
            return value
        labels = tuple(self.dots.get(label, label) for label in value.labels)
        return self.builder.derive(Op.MERGE, value, labels, labels_suffix(labels))

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
        """A presum is named after its operand and labels; pairs are numbered."""
        name = f"t{number - len(self.operands) + 1}"
        if len(node.args) == 1:
            operand = self._raw(node.args[0]).name
            name = self.builder.names.new(f"{operand}_{labels_suffix(node.pattern.output)}")
        self.builder.names.reserve(f"d{name}")
        return name

    def _reached_from(self, operands: Collection[int]) -> set[int]:
        """The given operands and every node that depends on one of them."""
        reached = set(operands)
        for number, node in self.nodes:
            if reached.intersection(node.args):
                reached.add(number)
        return reached


def _sizes(operands: tuple[Value, ...]) -> dict[str, Size]:
    """Where each label's size is read; axes after an ellipsis count from the end."""
    found: dict[str, Size] = {}
    for operand in operands:
        dots = operand.labels.index(ELLIPSIS) if ELLIPSIS in operand.labels else len(operand.labels)
        for axis, label in enumerate(operand.labels):
            place = axis if axis <= dots else axis - len(operand.labels)
            if label != UNIT:
                found.setdefault(label, AxisSize(operand, place))
    return found
