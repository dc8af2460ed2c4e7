"""A derivative to the text of a module that applies it: `matvec`, and `rmatvec` for the transpose.

Each term is a pattern of the operands that are left and of the vector, so its lines are those of
any other pattern. The deltas are in none of them. `forward` is the einsum itself: run as a script,
the module holds the products against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from einsum_grad.emit.derivative_check import self_check
from einsum_grad.emit.guard import arrays_guard, guard
from einsum_grad.emit.module import assembled, shortened
from einsum_grad.emit.readable import readable_target
from einsum_grad.emit.request import target_of
from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.statements import statements_of
from einsum_grad.emit.text.printer import filled
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import (
    Assign,
    Call,
    Comment,
    Define,
    Do,
    Expression,
    If,
    Raise,
    Return,
    Statement,
    call,
    ended,
)
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import Lowering, lowering, steps
from einsum_grad.plan import (
    ELLIPSIS,
    Derivative,
    Labels,
    LinearTerm,
    Pattern,
    as_one,
    check_factors,
    derivative,
    operand_names,
    spell,
)

_MOST_FACTORS = 20_000
"""The most factors written out: each takes about a line and 200 µs."""

_TITLE = {1: "Jacobian", 2: "Hessian"}


def emit_derivative(
    given: Derivative, target: str = "numpy", sizes: Mapping[str, int] | None = None
) -> str:
    """Return the text of a module with `matvec(tangent, *operands)`, `rmatvec` and `forward`.

    `target` is one of `TARGETS`; `sizes` are those of the labels, needed for those that the output
    alone has. The numbers are real. The module imports nothing of ours, and checks itself when it
    is run as a script. Raises `ArgumentError` for a target that is none, and for an ellipsis that
    the rows have twice.

    >>> from einsum_grad.plan import Pattern
    >>> hessian = derivative(Pattern((("i",), ("i", "j"), ("j",)), ()), ((0, 2), (0, 2)))
    >>> lines = [line.strip() for line in emit_derivative(hessian).splitlines()]
    >>> lines[lines.index("# ij,i->j") :][:3]
    ['# ij,i->j', 'z_2 = b.T @ tangent', 'return z_1 + z_2']
    """
    check_factors(given.pattern, given.wrt, _MOST_FACTORS)
    chosen, spelled = readable_target(target_of(target), blocked=False), spell(given.pattern)
    own = {spelled[label]: size for label, size in (sizes or {}).items() if label in spelled}
    safe = derivative(given.pattern.rename(spelled), given.wrt)
    if any(axes.count(ELLIPSIS) > 1 for term in safe.terms for axes in (term.rows, term.columns)):
        raise ArgumentError(
            "the code of this derivative has ... on several axes and needs the shapes of the "
            "operands: shapes=… to compile(), --shapes in a shell"
        )
    writer = _Writer(safe, chosen, own)
    code = [
        *([writer.checks] if writer.checks else []),
        writer.forward(),
        writer.product("matvec"),
        writer.product("rmatvec"),
    ]
    header = _header(safe)
    check = self_check(safe, writer.checked, chosen.script)
    text = assembled(chosen, lambda libraries: header, code, script=check)
    return text.first + text.script


def _header(given: Derivative) -> list[str]:
    names = operand_names(len(given.pattern.inputs))
    by = " and by ".join(_listed([names[n].lower() for n in each]) for each in given.wrt)
    rows = [f"    {term.dense}" for term in given.terms]
    told = (
        "The sum of these patterns, each with the axes of the rows and then those of the columns:"
    )
    title = f"The {_TITLE[len(given.wrt)]} of the einsum {shortened(str(given.pattern))} by {by}."
    return [
        *filled(f'"""{title}', ""),
        "",
        *([told, "", *rows] if rows else ["It is zero."]),
        "",
        "Written by einsum-grad. Run as a script, it checks its products.",
        '"""',
    ]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names)} as one" if len(names) > 1 else names[0]


class _Writer:
    """State shared by both functions: the operands, and checks of their sizes."""

    def __init__(self, given: Derivative, target: Target, sizes: Mapping[str, int]) -> None:
        self.given, self.target, self.sizes = given, target, sizes
        self.program = self._lowering(given.pattern).lowered()
        self.context = Context(self.program, target)
        self.checked = self._lowering(as_one(given)).lowered()
        self.names = [name.lower() for name in operand_names(len(given.pattern.inputs))]
        self.checks = guard(self.checked, target)

    def forward(self) -> Define:
        """The function of the einsum itself."""
        steps = self._steps(self.given.pattern, self.names, "z")
        body = [*self._check(), *ended(list(steps), "z")]
        return Define("forward", self.names, "Return the output Z of the einsum.", body)

    def product(self, name: str) -> Define:
        """One of the products with a vector."""
        transposed = name == "rmatvec"
        vector = "cotangent" if transposed else "tangent"
        terms = [term.transposed if transposed else term for term in self.given.terms]
        axes, cut = self.given.axes, len(self.given.axes) - self._width()
        taken, made = (axes[:cut], axes[cut:]) if transposed else (axes[cut:], axes[:cut])
        doc = f"Return the {'transpose' if transposed else 'derivative'} times {vector}."
        body = [
            *self._check(),
            *self._shape_check(vector, taken),
            *self._terms(vector, terms, made),
        ]
        return Define(name, [vector, *self.names], doc, body)

    def _check(self) -> Iterator[Statement]:
        if self.checks:
            yield Do(call("own", "check_sizes", *self.names))

    def _lowering(self, pattern: Pattern) -> Lowering:
        form = replace(self.target.form, loops=False)
        return replace(lowering(pattern, (), form, self.sizes), scale=None)

    def _width(self) -> int:
        return len(self.given.pattern.inputs[self.given.wrt[-1][0]])

    def _shape_check(self, vector: str, labels: Labels) -> Iterator[Statement]:
        yield from arrays_guard([vector, self.names[0]], self.target)
        if not labels and "asarray" in self.target.spellings:
            yield Assign(vector, call("asarray", vector))
        shape = f"{vector}.shape"
        told = Raise(f"{vector} has shape {{}}, which does not fit", (shape,))
        yield If(call("unlike", shape, self.context.shape(labels)), [told])

    def _terms(self, vector: str, terms: Sequence[LinearTerm], made: Labels) -> list[Statement]:
        """The statements of every term, and the return of their sum."""
        results = [f"z_{number}" for number, _ in enumerate(terms, start=1)]
        body: list[Statement] = []
        for term, result in zip(terms, results, strict=True):
            names = [*(self.names[number] for number, _ in term.factors), vector]
            body += [Comment(str(term.apply)), *self._steps(term.apply, names, result)]
        if len(terms) == 1:
            return list(ended(body, *results))
        zeros = call("zeros", self.context.shape(made), call("dtype", vector))
        total: Expression = Call("add", tuple(results)) if terms else zeros
        return [*body, Return(total)]

    def _steps(self, pattern: Pattern, names: Sequence[str], result: str) -> Iterator[Statement]:
        """What makes the output of a pattern, in the names of its operands."""
        program = self._lowering(pattern).program(names, result)
        program = replace(program, sizes=self.program.sizes)
        context = Context(program, self.target, self.program.operands)
        for step in steps(program.forward):
            yield from statements_of(step, context)
