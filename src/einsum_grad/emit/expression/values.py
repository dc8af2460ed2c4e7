"""Nodes to statements: one short rule for each kind of node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from einsum_grad.calculus.graph.graph import (
    Along,
    Apply,
    Einsum,
    Graph,
    Kind,
    Leaf,
    Node,
    OfMatrix,
    Sum,
    dependent,
    dim_of,
    reached,
)
from einsum_grad.calculus.language.rules import COMPARISONS
from einsum_grad.emit.expression.inlining import renamed_statement
from einsum_grad.emit.expression.naming import Placeholders
from einsum_grad.emit.readable import readable_program
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.statements import statements_of
from einsum_grad.emit.steps.view import aligned
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Assign, Call, Expression, Statement, call
from einsum_grad.lower import AxisSize, lowering, steps
from einsum_grad.plan import UNIT, Labels, Pattern, spell


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays of a module: the name of each leaf, and where each size is read.

    `like` is the one whose dtype an array has that is made of numbers alone.
    """

    names: Mapping[str, str]
    sizes: Mapping[str, AxisSize]
    like: str


class Body:
    """The statements that compute nodes of a graph, in order, and the names of their values."""

    def __init__(self, graph: Graph, roots: Sequence[int], arrays: Arrays, target: Target) -> None:
        self.graph, self.arrays, self.target = graph, arrays, target
        self.names = Placeholders()
        self.statements: list[Statement] = []
        self.named: dict[int, str] = {}
        order = reached(graph, *roots)
        self.uses = Counter(arg for number in order for arg in graph.args(number))
        self.uses.update(roots)
        leaves = [x for x in order if getattr(graph[x], "kind", None) in (Kind.ARRAY, Kind.MARK)]
        self.numbers = set(order) - dependent(graph, order, leaves)
        for number in order:
            self._write(number)

    def _write(self, number: int) -> None:
        node = self.graph[number]
        if isinstance(node, Leaf) and node.kind in (Kind.ARRAY, Kind.MARK):
            self.named[number] = self.arrays.names[node.name]
            return
        name = self.named[number] = self.names.new(_BASES.get(type(node), "t"))
        self.statements += _WRITERS[type(node)](self, node, name)

    def name(self, number: int) -> str:
        """The name of a node's value."""
        return self.named[number]

    def result(self, number: int) -> Expression:
        """A node that is returned: an array, even where it is made of numbers alone."""
        name = self.named[number]
        is_number = number in self.numbers and not self.graph.dims(number)
        return call("number", name, self.arrays.like) if is_number else name

    def size(self, dim: str) -> Expression:
        """The size of a dimension."""
        if dim == UNIT:
            return 1
        place = self.arrays.sizes[dim]
        return f"{place.operand.name}.shape[{place.axis}]"

    def shape(self, dims: Sequence[str]) -> Expression:
        """The shape of an array of these dimensions."""
        return Call("tuple", tuple(map(self.size, dims)))


def _leaf(body: Body, node: Leaf, name: str) -> list[Statement]:
    value = call("pi") if node.kind is Kind.PI else body.size(node.name)
    return [Assign(name, value)]


def _sum(body: Body, node: Sum, name: str) -> list[Statement]:
    if not node.args:
        return [Assign(name, _filled(body, node.dims, "0.0"))]
    terms = _aligned(body, node)
    first = next((at for at, c in enumerate(node.coefficients) if c > 0), 0)
    order = [first, *(at for at in range(len(terms)) if at != first)]
    leading = _leading(node.coefficients[first], terms[first])
    others = [
        ("+" if node.coefficients[at] > 0 else "-", _scaled(abs(node.coefficients[at]), terms[at]))
        for at in order[1:]
    ]
    value = Call("signed", (leading, *(part for other in others for part in other)))
    return [Assign(name, value if others else leading)]


def _leading(coefficient: Fraction, term: Expression | None) -> Expression:
    """The first term of a sum; None stands for the number 1."""
    if coefficient == -1:
        return call("negative", _scaled(Fraction(1), term))
    return _scaled(coefficient, term)


def _scaled(coefficient: Fraction, term: Expression | None) -> Expression:
    if term is None:
        return number_text(coefficient)
    if coefficient == 1:
        return term
    if coefficient.numerator == 1 and coefficient.denominator < _LARGE:
        return call("divide", term, number_text(1 / coefficient))
    return call("multiply", number_text(coefficient), term)


_LARGE = 10


def number_text(value: Fraction) -> str:
    """A number as a person writes it.

    >>> number_text(Fraction(2)), number_text(Fraction(1, 2)), number_text(Fraction(-1, 3))
    ('2', '0.5', '-0.3333333333333333')
    """
    return str(value.numerator) if value.denominator == 1 else repr(float(value))


def _aligned(body: Body, node: Node) -> list[Expression | None]:
    """The arguments as they broadcast to the node's axes; None for a number 1."""
    return [value for value, _ in _operands(body, node)]


def _operands(body: Body, node: Node) -> list[tuple[Expression | None, Labels]]:
    """The arguments as they broadcast to the node's axes, and which of these they have.

    Where all of them lack an axis, the first one is repeated along it.
    """
    labels = tuple(f"a{axis}" for axis in range(len(node.dims)))
    found = [_operand(body, arg, labels) for arg in node.args]
    if set(labels).difference(*(given for _, given in found)):
        (value, given), is_number = found[0], node.args[0] in body.numbers
        found[0] = _repeated(body, value, node.dims, is_number and not given), labels
    return found


def _repeated(
    body: Body, value: Expression | None, dims: Sequence[str], is_number: bool
) -> Expression:
    if value in (None, "0"):
        return _filled(body, dims, "0.0" if value else "1.0")
    array = call("number", value, body.arrays.like) if is_number else value
    return call("broadcast", array, body.shape(dims))


def _operand(body: Body, arg: int, labels: Labels) -> tuple[Expression | None, Labels]:
    """An argument that broadcasts to axes `labels`, and the labels that it has."""
    node = body.graph[arg]
    if isinstance(node, Sum) and not node.args:
        return "0", ()
    if not isinstance(node, Einsum) or len(node.args) > 1:
        return body.name(arg), labels
    output = node.pattern.output
    longer = [label for label in output if label != UNIT]
    if len(set(longer)) < len(longer) or node.pattern.contracted():
        return body.name(arg), labels
    if not node.args:
        return None, ()
    (given,) = node.pattern.inputs
    own = {label: new for label, new in zip(output, labels, strict=True) if label != UNIT}
    if UNIT in given or len(set(given)) < len(given):
        return body.name(arg), labels
    axes = tuple(own[label] for label in given)
    return aligned(body.name(node.args[0]), axes, labels), axes


def _apply(body: Body, node: Apply, name: str) -> list[Statement]:
    found = _operands(body, node)
    args = [number_text(Fraction(1)) if value is None else value for value, _ in found]
    numbers = [
        place
        for place, (_, labels) in enumerate(found)
        if node.args[place] in body.numbers and not labels
    ]
    for place in _to_convert(node, numbers):
        args[place] = call("number", args[place], body.arrays.like)
    if node.function == "power":
        return [Assign(name, _power(args[0], node.exponent))]
    operation = "power" if node.function == "pow" else node.function
    return [Assign(name, Call(operation, tuple(args)))]


def _to_convert(node: Apply, numbers: Sequence[int]) -> Sequence[int]:
    """The arguments that have to be arrays, of those that are numbers: of operators one at most."""
    if node.function in COMPARISONS:
        return numbers[: len(numbers) == len(node.args)]
    is_root = node.function == "power" and node.exponent.denominator > 1
    return [] if node.function in ("power", "pow") and not is_root else numbers


def _power(base: Expression, exponent: Fraction) -> Expression:
    if exponent < 0:
        return call("divide", "1", _power(base, -exponent))
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return call("sqrt", base)
    return call("power", base, number_text(exponent))


def _along(body: Body, node: Along, name: str) -> list[Statement]:
    (arg,) = node.args
    every = len(node.axes) == len(body.graph.dims(arg))
    axes: Expression = node.axes[0] if len(node.axes) == 1 else Call("tuple", node.axes)
    if node.function == "logsumexp":
        given = [] if every else [axes]
        return [Assign(name, call("logsumexp", body.name(arg), *given))]
    options = {} if every else {"axis": axes}
    return [Assign(name, call(node.function, body.name(arg), **options))]


def _of_matrix(body: Body, node: OfMatrix, name: str) -> list[Statement]:
    return [Assign(name, call(node.function, body.name(node.args[0])))]


def _einsum(body: Body, node: Einsum, name: str) -> list[Statement]:
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
        return [Assign(name, _filled(body, node.dims, "1.0"))]
    if len(output) == 2:
        return [Assign(name, call("eye", body.size(node.dims[0]), body.arrays.like))]
    one = body.names.new("one")
    pattern = Pattern(((),), output)
    return [
        Assign(one, call("array", "1.0", body.arrays.like)),
        *_steps(body, pattern, [one], name),
    ]


def _filled(body: Body, dims: Sequence[str], value: str) -> Expression:
    return call("full", body.shape(dims), value, body.arrays.like) if dims else value


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
        below = _power(body.name(base.args[0]), -base.exponent)
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


_BASES: Mapping[type, str] = {
    Leaf: "n",
    Einsum: "z",
    Sum: "r",
    Apply: "s",
    Along: "m",
    OfMatrix: "M",
}

_WRITERS: Mapping[type, Callable[..., list[Statement]]] = {
    Leaf: _leaf,
    Sum: _sum,
    Apply: _apply,
    Along: _along,
    OfMatrix: _of_matrix,
    Einsum: _einsum,
}
