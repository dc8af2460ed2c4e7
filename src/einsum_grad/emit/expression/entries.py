"""Sums and functions of entries to statements; their arguments broadcast."""

from __future__ import annotations

from fractions import Fraction

from einsum_grad.calculus.graph.graph import Apply, Einsum, Node, Sum
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
    """The arguments as they broadcast to the node's axes; None for a number 1.

    Where all of them lack an axis, the first one is repeated along it.
    """
    labels = tuple(f"a{axis}" for axis in range(len(node.dims)))
    found = [_operand(body, arg, labels) for arg in node.args]
    values = [value for value, _ in found]
    if set(labels).difference(*(given for _, given in found)):
        first = "1.0" if values[0] is None else values[0]
        values[0] = call("broadcast", first, body.shape(node.dims))
    return values


def _operand(body: Body, arg: int, labels: Labels) -> tuple[Expression | None, Labels]:
    """An argument that broadcasts to axes `labels`, and the labels that it has."""
    node = body.graph[arg]
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
    args = [number_text(Fraction(1)) if arg is None else arg for arg in _aligned(body, node)]
    if node.function == "power":
        return [Assign(name, power_value(args[0], node.exponent))]
    operation = "power" if node.function == "pow" else node.function
    return [Assign(name, Call(operation, tuple(args)))]


def power_value(base: Expression, exponent: Fraction) -> Expression:
    """A constant power of entries."""
    if exponent < 0:
        return call("divide", "1", power_value(base, -exponent))
    if exponent == 1:
        return base
    if exponent == Fraction(1, 2):
        return call("sqrt", base)
    return call("power", base, number_text(exponent))
