"""`Derivation` to the text of a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from einsum_grad.calculus.derivatives.compress import compressed
from einsum_grad.calculus.derivatives.terms import Terms, dense
from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import Graph, Kind, Leaf, reached
from einsum_grad.emit.expression.body import Arrays
from einsum_grad.emit.expression.inlining import inlined, with_names
from einsum_grad.emit.expression.naming import Names, parameters
from einsum_grad.emit.expression.selfcheck import self_check
from einsum_grad.emit.expression.stated import names_in, stated
from einsum_grad.emit.expression.targets.table import check_functions, expression_target
from einsum_grad.emit.expression.values import written
from einsum_grad.emit.guard import guard
from einsum_grad.emit.module import assembled
from einsum_grad.emit.source import Source
from einsum_grad.emit.text.target import Library, Target
from einsum_grad.emit.text.tree import Assign, Call, Define, Do, Expression, Return, Statement, call
from einsum_grad.lower import AxisSize, Program, Value, lowering
from einsum_grad.lower.expression import paired
from einsum_grad.plan import UNIT, Pattern

FUNCTIONS = (
    "value",
    "gradient",
    "value_and_gradient",
    "hessian",
    "hessian_compressed",
    "hessian_vector",
)
"""The functions of a module."""

Sizes = Mapping[str, int]


def emit_derivation(
    given: Derivation,
    sizes: Sizes | None = None,
    only: str | None = None,
    target: str = "numpy",
) -> Source:
    """The module of an expression, its gradients and its Hessians.

    `sizes` are those of dimensions, as far as they are known; they choose the order in which arrays
    are contracted, and what is stored of a Hessian. The module imports nothing of ours, and checks
    itself when it is run as a script. With `only`, it has no other function than that one. Raises
    `ArgumentError` for a target that there is none of, or that lacks a function of the expression.

    >>> from einsum_grad.calculus.derive import derivation
    >>> text = emit_derivation(derivation("sum((X @ w - y)**2)", "X: n d, w: d, y: n", "w")).text
    >>> "return 2 * (X.T @ (X @ w - y))" in text
    True
    """
    chosen = expression_target(target)
    check_functions(given, chosen)
    writer = _Writer(replace(given, graph=given.graph.copy()), sizes or {}, chosen)
    body = list(writer.functions(only))
    check = [] if only else self_check(given, writer.names, writer.dims, chosen)
    text = assembled(chosen, writer.header, body, script=check)
    whole = text.first + text.others
    defined = (only,) if only else FUNCTIONS
    return Source(whole + text.script, target, defined, None, len(whole))


def stored(given: Derivation, sizes: Sizes) -> tuple[tuple[Terms, ...], ...]:
    """The Hessians as `hessian_compressed` returns their factors, in order."""
    return _stored(replace(given, graph=given.graph.copy()), sizes)


def _stored(given: Derivation, sizes: Sizes) -> tuple[tuple[Terms, ...], ...]:
    return tuple(
        tuple(compressed(given.graph, terms, sizes) for terms in row) for row in given.hessians
    )


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of a module: what it returns, and what it says of it."""

    doc: str
    roots: tuple[int, ...]
    result: object
    """The numbers of roots, nested as what is returned."""
    first: tuple[str, ...] = ()
    """Parameters that come first."""


class _Writer:
    """What the functions of a module share: names, and where sizes are read."""

    def __init__(self, given: Derivation, sizes: Sizes, target: Target) -> None:
        self.given, self.sizes, self.target = given, sizes, target
        every = parameters(dict.fromkeys(x for x in names_in(given) if x != UNIT))
        self.every = {**every, UNIT: UNIT}
        self.names = {each.name: every[each.name] for each in given.declarations}
        dims = dict.fromkeys(axis for each in given.declarations for axis in each.axes)
        self.dims = {dim: self.every[dim] for dim in dims} | {UNIT: UNIT}
        own = Names(self.names.values())
        moved = [f"v_{self.names[name]}" if len(given.wrt) > 1 else "v" for name in given.wrt]
        self.moved = [own.new(name) for name in moved]
        self.values = [
            Value(self.names[each.name], tuple(self.dims[axis] for axis in each.axes))
            for each in given.declarations
        ]
        self.arrays = self._arrays()

    def _arrays(self) -> Arrays:
        marks = (self.given.graph[mark] for mark in self.given.tangents)
        moved = {
            mark.name: name
            for mark, name in zip(marks, self.moved, strict=True)
            if isinstance(mark, Leaf)
        }
        places: dict[str, AxisSize] = {}
        for each, value in zip(self.given.declarations, self.values, strict=True):
            for axis, dim in enumerate(each.axes):
                places.setdefault(dim, AxisSize(value, axis))
        return Arrays({**self.names, **moved}, places, self.names[self.given.wrt[0]])

    def functions(self, only: str | None) -> Iterator[Statement]:
        """The functions of the module, in order."""
        if (check := guard(self._checked(self.values), self.target)) is not None:
            yield check
        table: dict[str, Callable[[], _Function]] = {
            "value": self._value,
            "gradient": self._gradient,
            "value_and_gradient": self._both,
            "hessian": self._hessian,
            "hessian_compressed": self._compressed,
            "hessian_vector": self._product,
        }
        for name, function in table.items():
            if only in (name, None):
                yield self._define(name, function())

    @property
    def _by(self) -> str:
        return " and ".join(self.names[name] for name in self.given.wrt)

    def _value(self) -> _Function:
        return _Function("Return the value.", (self.given.value,), self.given.value)

    def _gradient(self) -> _Function:
        gradients = self.given.gradients
        return _Function(f"Return the gradient by {self._by}.", gradients, _nested(gradients))

    def _both(self) -> _Function:
        value, gradients = self.given.value, self.given.gradients
        doc = f"Return the value and the gradient by {self._by}."
        return _Function(doc, (value, *gradients), (value, _nested(gradients)))

    def _hessian(self) -> _Function:
        given, graph = self.given, self.given.graph
        each = [given.axes(name) for name in given.wrt]
        whole = tuple(
            tuple(
                dense(graph, terms, (*given.dims, *rows, *columns))
                for terms, columns in zip(row, each, strict=True)
            )
            for row, rows in zip(self.stored, each, strict=True)
        )
        flat = tuple(node for row in whole for node in row)
        doc = f"Return the Hessian by {self._by}, with all of its entries."
        return _Function(doc, flat, _nested([_nested(row) for row in whole]))

    @property
    def stored(self) -> tuple[tuple[Terms, ...], ...]:
        """The Hessians, as few numbers each."""
        return _stored(self.given, self.sizes)

    def _compressed(self) -> _Function:
        kept = tuple(
            tuple(number for term in terms for number, _ in term.factors)
            for row in self.stored
            for terms in row
        )
        every = tuple(number for numbers in kept for number in numbers)
        return _Function("Return the arrays that the Hessian is made of.", every, every)

    def _product(self) -> _Function:
        products = self.given.products
        doc = f"Return the product of the Hessian with {' and '.join(self.moved)}."
        return _Function(doc, products, _nested(products), tuple(self.moved))

    def _define(self, name: str, function: _Function) -> Define:
        own = [value.name for value in self.values]
        lowered = paired(self.given.graph, function.roots, self.sizes)
        at = dict(zip(function.roots, lowered.roots, strict=True))
        body = written(lowered.graph, lowered.roots, self.arrays, self.target)
        names = {root: body.result(number) for root, number in at.items()}
        result = _named(function.result, names)
        if isinstance(result, Call) and result.operation == "tuple":
            result = Call("names", result.args)
        statements = [*body.statements, Assign("", result)]
        lines = with_names(inlined(statements, ()), [*own, *function.first])
        last = lines.pop()
        assert isinstance(last, Assign)
        check = [Do(call("own", "check_sizes", *own))] if own else []
        symmetric = [*self._symmetrised(lowered.graph, lowered.roots)]
        return Define(
            name,
            [*function.first, *own],
            function.doc,
            [*check, *symmetric, *lines, Return(last.value)],
        )

    def _symmetrised(self, graph: Graph, roots: Sequence[int]) -> Iterator[Statement]:
        for number in reached(graph, *roots):
            node = graph[number]
            if isinstance(node, Leaf) and node.kind is Kind.ARRAY and node.structure == "symmetric":
                name = self.names[node.name]
                both = call("add", name, call("T", name))
                yield Assign(name, call("divide", both, "2"))

    def _checked(self, values: Sequence[Value]) -> Program:
        """A program whose operands are the arrays, for the check of their sizes."""
        one = lowering(Pattern(((),), ()), (), self.target.form, {}).program()
        return replace(one, operands=tuple(values), scale=None)

    def header(self, libraries: Sequence[Library]) -> list[str]:
        """The docstring of a module that needs these libraries."""
        names = " and ".join(dict.fromkeys(library.name for library in libraries))
        first, *others = stated(self.given, self.every, self.sizes)
        return [
            f'"""{first}',
            *others,
            "",
            f"Written by einsum-grad; needs {names}. Run as a script, it checks its derivatives.",
            '"""',
        ]


def _nested(items: Sequence[object]) -> object:
    """One item as it is, several as a tuple."""
    return items[0] if len(items) == 1 else tuple(items)


def _named(result: object, names: Mapping[int, Expression]) -> Expression:
    """What is returned, in the names of its values."""
    if isinstance(result, tuple):
        return Call("tuple", tuple(_named(each, names) for each in result))
    assert isinstance(result, int)
    return names[result]
