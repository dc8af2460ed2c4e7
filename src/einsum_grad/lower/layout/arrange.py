"""`Program` to `Program`: every product gets its operands' axes in the order it wants.

The arrays that a program makes may have their axes in any order: each product leaves its natural
one (the batch, the rows, the columns), and a reader that needs another takes a view. Where no view
makes matrices of an array, a copy does; it is made once and used again, by the gradients too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from einsum_grad.lower.blocking.parallel_labels import divided
from einsum_grad.lower.layout.array_layouts import Values
from einsum_grad.lower.layout.axis_orders import batch_last, orders_of
from einsum_grad.lower.layout.copy_cost import is_tiny
from einsum_grad.lower.layout.copy_insertion import (
    beside_matrices,
    gathered,
    is_read_once,
    is_torn,
    summed_later,
    with_copies,
    without_gaps,
)
from einsum_grad.lower.layout.product import Kind, Product, only, product_of
from einsum_grad.lower.program import Op, Program, Section, Step, Value, residuals, steps
from einsum_grad.lower.scale import Scale
from einsum_grad.plan import Labels, diagonals


def arrange(program: Program, scale: Scale | None = None) -> Program:
    """Choose the axis order of all that `program` makes, and insert copies where no view will do.

    With a `scale` the program is for large arrays: elementwise products then read their operands in
    memory order.

    >>> from einsum_grad.lower import lower
    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> print(arrange(lower(single(pattern_of(parse("aebf,dfce->abcd"))), (0,))))
    forward x[a e b f] w[d f c e]
      x_abfe[a b f e] = copy x[a e b f]
      w_cdfe[c d f e] = copy w[d f c e]
      z[a b c d] = contract x_abfe[a b f e] w_cdfe[c d f e]
      -> z[a b c d]
    backward dz[a b c d] keeping w_cdfe[c d f e]
      dx_abfe[a b f e] = contract dz[a b c d] w_cdfe[c d f e]
      dx[a e b f] = contract dx_abfe[a b f e]
      -> dx[a e b f]
    """
    arranger = _Arranger(program, scale)
    forward = tuple(arranger.section(section) for section in program.forward)
    backward = tuple(arranger.section(section) for section in program.backward)
    return replace(
        program,
        forward=forward,
        backward=backward,
        residuals=residuals(forward, backward),
        scale=scale,
        divided=divided((*steps(forward), *steps(backward)), scale) if scale else {},
    )


class _Arranger:
    """Arranges the steps of one program in turn."""

    def __init__(self, program: Program, scale: Scale | None) -> None:
        self.values = Values(program, scale)
        everything = (*steps(program.forward), *steps(program.backward))
        self.final = {program.output.name, *(value.name for value in program.gradients)}
        self.batches = _batches(everything)
        gaps = scale.gaps if scale is not None else ()
        self.gaps = {program.operands[number].name: gap for number, gap in gaps}

    def section(self, section: Section) -> Section:
        """Return the section with its steps arranged."""
        for step in section.steps:
            self.step(step)
        made, result = map(self.values.now, (section.made, section.result))
        args = tuple(map(self.values.now, section.args))
        return replace(section, args=args, made=made, result=result, steps=self.values.taken())

    def step(self, step: Step) -> None:
        """Add `step` in its best form."""
        args = self.values.begin(step)
        self.values.end(step, _ARRANGE[step.op](self, step, args))

    def contract(self, step: Step, args: tuple[Value, ...]) -> Value:
        """A product or a sum leaves its natural order."""
        product = product_of(Step(step.op, step.result, args))
        if product is None:
            return self.alone(step, args)
        return _CONTRACT[product.kind](self, step, product)

    def entrywise(self, step: Step, product: Product) -> Value:
        """The operands of an elementwise product are read along one order."""
        _, _, natural = orders_of(product)
        along = self.values.best_order(product, natural)
        placed = tuple(self.values.lying(value, along) for value in (product.left, product.right))
        return self.finished(step, only(along, product.output), placed)

    def matvec(self, step: Step, product: Product) -> Value:
        """Matrices times vectors."""
        if is_torn(product, self.gaps):
            product = without_gaps(with_copies(product, self.values), self.values, self.gaps)
        return self.multiplied(step, beside_matrices(product, self.values))

    def matmul(self, step: Step, product: Product) -> Value:
        """A product of matrices, one that is summed afterwards, or one of arrays as they lie."""
        product = gathered(with_copies(product, self.values), self.values)
        product = without_gaps(product, self.values, self.gaps)
        apart = summed_later(product, self.values)
        if apart is not None:
            return self.alone(step, (self.contract(apart, apart.args),))
        if is_read_once(product, self.values):
            return self.finished(step, product.output, (product.left, product.right))
        return self.multiplied(step, self.in_order(product, step.result))

    def multiplied(self, step: Step, product: Product) -> Value:
        """A product by a BLAS, in the orders that it wants."""
        orders = batch_last if is_tiny(product, self.values.scale) else orders_of
        left, right, natural = orders(product)
        placed = (self.values.copied(product.left, left), self.values.copied(product.right, right))
        return self.finished(step, natural, placed)

    def in_order(self, product: Product, result: Value) -> Product:
        """Order the operands so that a batch label of a later product comes first in the result."""
        batch = self.batches.get(result.name, frozenset())
        first = [bool(batch.intersection(own)) for own in (product.rows, product.columns)]
        if result.name in self.final or first[0] == first[1]:
            return product.in_order()
        return product.swapped() if first[1] else product

    def alone(self, step: Step, args: tuple[Value, ...]) -> Value:
        """The sum of one array over some axes, or a view of it."""
        wanted = step.result.labels
        if len(args) != 1 or diagonals(args[0].labels):
            return self.values.add(step.op, step.result, args)
        kept = only(args[0].labels, wanted)
        if len(kept) == len(args[0].labels):
            return self.values.add(step.op, step.result, args)
        return self.finished(step, kept, args)

    def as_written(self, step: Step, args: tuple[Value, ...]) -> Value:
        """A step that depends on the axis order gets the order that it was written for."""
        placed = tuple(map(self.values.viewed, args, (arg.labels for arg in step.args)))
        return self.values.add(step.op, step.result, placed)

    def in_natural_order(self, step: Step, args: tuple[Value, ...]) -> Value:
        """An elementwise step keeps the order of its argument."""
        return self.finished(step, args[0].labels, args)

    def summed(self, step: Step, args: tuple[Value, ...]) -> Value:
        """Terms of a sum take the order of the first."""
        first = args[0].labels
        return self.finished(step, first, tuple(self.values.viewed(arg, first) for arg in args))

    def finished(self, step: Step, natural: Labels, args: tuple[Value, ...]) -> Value:
        """Add a step that leaves the order `natural`; what is returned gets its own by a view."""
        wanted, name = step.result.labels, step.result.name
        if natural == wanted or name not in self.final:
            return self.values.add(step.op, Value(name, natural), args)
        raw = Value(self.values.name(name, natural), natural)
        return self.values.add(Op.CONTRACT, step.result, (self.values.add(step.op, raw, args),))


def _batches(everything: Iterable[Step]) -> dict[str, frozenset[str]]:
    """For each value, the labels that are batch labels of a product that reads it and sums.

    Those of a row-wise dot count where the other array has them first: both then lie alike.
    """
    found: dict[str, frozenset[str]] = {}
    for step in everything:
        product = product_of(step)
        if product is not None and product.kind is not Kind.MULTIPLY:
            for arg, other in (step.args, step.args[::-1]):
                is_dot = product.kind is Kind.ROW_DOT
                batch = (b for b in product.batch if not is_dot or _leads(b, other, product))
                found[arg.name] = found.get(arg.name, frozenset()).union(batch)
    return found


def _leads(label: str, value: Value, product: Product) -> bool:
    """Whether `label` comes before the contracted labels."""
    return value.labels.index(label) < min(map(value.labels.index, product.contracted))


_CONTRACT: dict[Kind, Callable[[_Arranger, Step, Product], Value]] = {
    Kind.MULTIPLY: _Arranger.entrywise,
    Kind.ROW_DOT: _Arranger.entrywise,
    Kind.MATVEC: _Arranger.matvec,
    Kind.MATMUL: _Arranger.matmul,
}

_ARRANGE: dict[Op, Callable[[_Arranger, Step, tuple[Value, ...]], Value]] = {
    Op.CONTRACT: _Arranger.contract,
    Op.REPEAT: _Arranger.as_written,
    Op.DIAGONAL: _Arranger.as_written,
    Op.UNITS: _Arranger.as_written,
    Op.MERGE: _Arranger.as_written,
    Op.SPLIT: _Arranger.as_written,
    Op.CONJUGATE: _Arranger.in_natural_order,
    Op.COPY: _Arranger.as_written,
    Op.READ_ONLY: _Arranger.as_written,
    Op.ADD: _Arranger.summed,
}
