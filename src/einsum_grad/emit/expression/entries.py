"""Sums and functions of entries to statements; their arguments broadcast."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from einsum_grad.calculus.graph.graph import Apply, Einsum, Node, Sum
from einsum_grad.calculus.language.rules import COMPARISONS
from einsum_grad.emit.expression.body import Body
from einsum_grad.emit.steps.view import aligned
from einsum_grad.emit.text.tree import Assign, Call, Expression, Statement, call
from einsum_grad.plan import UNIT, Labels

_LARGE = 10
"""Denominators below this are written as quotients."""


def sum_value(body: Body, node: Sum, name: str) -> list[Statement]:
    """The statement that adds multiples, a positive one first."""
    if not node.args:
        return [Assign(name, body.filled(node.dims, "0.0"))]
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
        return body.filled(dims, "0.0" if value else "1.0")
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


def apply_value(body: Body, node: Apply, name: str) -> list[Statement]:
    """The statement that applies a function to entries."""
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
        return [Assign(name, power_value(args[0], node.exponent))]
    operation = "power" if node.function == "pow" else node.function
    return [Assign(name, Call(operation, tuple(args)))]


def _to_convert(node: Apply, numbers: Sequence[int]) -> Sequence[int]:
    """The arguments that have to be arrays, of those that are numbers: of operators one at most."""
    if node.function in COMPARISONS:
        return numbers[: len(numbers) == len(node.args)]
    is_root = node.function == "power" and node.exponent.denominator > 1
    return [] if node.function in ("power", "pow") and not is_root else numbers


def power_value(base: Expression, exponent: Fraction) -> Expression:
    """A constant power of entries."""
    if exponent < 0:
        return call("divide", "1", power_value(base, -exponent))
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return call("sqrt", base)
    return call("power", base, number_text(exponent))
