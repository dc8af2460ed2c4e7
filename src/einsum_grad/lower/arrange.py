"""`Program` to `Program`: every product finds its axes where a matrix product wants them.

An array that a program makes may have its axes in any order: each product leaves them as they fall
(the batch, the rows, the columns), and who needs another order looks at it differently. Where no
view makes matrices of an array, a copy does; it is made once and used again, by the gradients too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from einsum_grad.lower.divided import divided
from einsum_grad.lower.orders import as_matrix, batch_last, copied, missing, orders_of
from einsum_grad.lower.product import Kind, Product, is_matrix, only, product_of, without
from einsum_grad.lower.program import Op, Program, Section, Step, Value, residuals, steps
from einsum_grad.lower.scale import Gap, Scale, Sizes
from einsum_grad.lower.values import LARGE, Values
from einsum_grad.plan import Labels, diagonals


def arrange(program: Program, scale: Scale | None = None) -> Program:
    """Choose the order of the axes of all that `program` makes, and copy where no view will do.

    With a `scale` the program is for large arrays: those that are multiplied entry by entry are
    read in the order in which they lie in memory.

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


_TINY = 64
"""Multiplications: a product of two 4×4 matrices has so many."""


_SMALL = 1 << 12
"""Multiplications below which one large matrix product is worth a copy."""


_THIN, _MANY = 64, 128
"""The columns of a thin matrix, at most, and the rows that it is multiplied with, at least."""


_BLAS = (Kind.MATMUL, Kind.MATVEC)
"""What a BLAS does for each index of a batch."""


def _is_vector(product: Product) -> bool:
    """Whether one of the arrays has no labels but those that both have."""
    return not (product.rows and product.columns)


def _is_part(sizes: Sizes, result: Labels, arrays: tuple[Labels, ...], share: int) -> bool:
    """Whether `result` has at most a `share` of the bytes of some arrays."""
    return share * sizes.nbytes(result) <= sum(map(sizes.nbytes, arrays))


class _Arranger:
    """What arranges the steps of one program, one after the other."""

    def __init__(self, program: Program, scale: Scale | None) -> None:
        self.scale = scale
        self.values = Values(program, scale)
        everything = (*steps(program.forward), *steps(program.backward))
        self.final = {program.output.name, *(value.name for value in program.gradients)}
        self.batches = _batches(everything)
        gaps = scale.gaps if scale is not None else ()
        self.gaps = {program.operands[number].name: gap for number, gap in gaps}

    def section(self, section: Section) -> Section:
        """The section with its steps arranged."""
        for step in section.steps:
            self.step(step)
        made, result = map(self.values.now, (section.made, section.result))
        args = tuple(map(self.values.now, section.args))
        return replace(section, args=args, made=made, result=result, steps=self.values.taken())

    def step(self, step: Step) -> None:
        """Add `step` as it is best done."""
        args = self.values.begin(step)
        self.values.end(step, _ARRANGE[step.op](self, step, args))

    def contract(self, step: Step, args: tuple[Value, ...]) -> Value:
        """A product or a sum leaves its axes as they fall; what only looks is done as it says."""
        product = product_of(Step(step.op, step.result, args))
        if product is None:
            return self.alone(step, args)
        if product.kind is Kind.MATVEC:
            if any(self.torn(product)):
                product = self.without_gaps(self.with_copies(product))
            product = self.with_rows(product)
        if product.kind is Kind.MATMUL:
            product = self.without_gaps(self.gathered(self.with_copies(product)))
            apart = self.summed_later(product)
            if apart is not None:
                partial = self.contract(apart, apart.args)
                return self.alone(step, (partial,))
            if self.is_read_once(product):
                return self.finished(step, product.output, (product.left, product.right))
            product = self.in_order(product, step.result)
        orders = batch_last if self.is_tiny(product) else orders_of
        left, right, natural = orders(product)
        if product.kind in (Kind.MULTIPLY, Kind.ROW_DOT):
            along = self.values.best_order(product, natural)
            placed = (
                self.values.lying(product.left, along),
                self.values.lying(product.right, along),
            )
            return self.finished(step, only(along, product.output), placed)
        placed = (self.values.copied(product.left, left), self.values.copied(product.right, right))
        return self.finished(step, natural, placed)

    def with_copies(self, product: Product) -> Product:
        """The product of those copies of its arrays that need fewest others, for a spread too."""
        lefts, rights = self.values.known(product.left), self.values.known(product.right)
        if len(lefts) == len(rights) == 1:
            return product
        pairs = (replace(product, left=one, right=other) for one in lefts for other in rights)
        return min(pairs, key=lambda pair: (missing(pair), len(pair.spread)))

    def with_rows(self, product: Product) -> Product:
        """The product of matrices and vectors whose numbers are side by side, by a copy of these.

        They are few beside those of the matrices, for each of which there is a vector.
        """
        turned = product if product.rows else product.swapped()
        matrix, vector, contracted = turned.left.labels, turned.right, turned.contracted
        large = self.scale is not None and self.scale.reaches(matrix, LARGE)
        if not large or not is_matrix(matrix, turned.batch, turned.rows, contracted):
            return product
        order = (*only(matrix, turned.batch), *only(matrix, contracted))
        dense = vector.labels[-1] in contracted
        if dense and only(vector.labels, contracted) == only(order, contracted):
            return product
        return replace(turned, right=self.values.copied(vector, order))

    def torn(self, product: Product) -> tuple[bool, bool]:
        """Whether the left and the right array are matrices that no BLAS reads through a view."""
        return (
            self.is_torn(product.left, product.rows, product),
            self.is_torn(product.right, product.columns, product),
        )

    def is_torn(self, value: Value, own: Labels, product: Product) -> bool:
        gap = self.gaps.get(value.name)
        if gap is Gap.NUMBERS:
            # Two vectors are read once, and so as they are.
            return bool(product.rows or product.columns)
        several = (product.contracted, without(own, product.spread))
        matrices = gap is Gap.ROWS and product.kind is Kind.MATMUL
        return matrices and any(len(group) > 1 for group in several)

    def without_gaps(self, product: Product) -> Product:
        """The product of arrays whose groups views make one axis of, as each use would copy."""
        torn = self.torn(product)
        if not any(torn):
            return product
        left, right = (
            self.values.copy(value, value.labels) if torn and not moved else value
            for value, torn, moved in zip(
                (product.left, product.right), torn, copied(product), strict=True
            )
        )
        return replace(product, left=left, right=right)

    def in_order(self, product: Product, result: Value) -> Product:
        """The arrays in the order that puts first what is a batch label of a later product."""
        batch = self.batches.get(result.name, frozenset())
        first = [bool(batch.intersection(own)) for own in (product.rows, product.columns)]
        if result.name in self.final or first[0] == first[1]:
            return product.in_order()
        return product.swapped() if first[1] else product

    def summed_later(self, product: Product) -> Step | None:
        """The product for each index of a first label, to be summed: where that saves copies."""
        is_vector = _is_vector(product)
        if is_vector and not product.rows:
            product = product.swapped()
        left, right, first = product.left, product.right, product.left.labels[0]
        if self.scale is None or first not in product.contracted:
            return None
        if not (copied(product)[0] if is_vector else missing(product)):
            return None
        output, share = (first, *product.output), 8 if is_vector else 2
        if not self.scale.ask(_is_part, output, (left.labels, right.labels), share):
            return None
        # A vector is copied for this, as it is small beside a matrix.
        order = (first, *without(right.labels, first)) if is_vector else right.labels
        if order[0] != first:
            return None
        base = f"{left.name}_{right.name}"
        args = (left, Value(right.name, order))
        batched = product_of(Step(Op.CONTRACT, Value(base, output), args))
        if batched is None or batched.kind not in _BLAS or missing(batched):
            return None
        result = Value(self.values.name(base, output), output)
        return Step(Op.CONTRACT, result, (left, self.values.copied(right, order)))

    def gathered(self, product: Product) -> Product:
        """The product without labels to spread over: where a copy costs less than the calls."""
        spread, left, right = product.spread, product.left, product.right
        if not spread:
            return product
        large = self.scale is not None and self.is_more(_SMALL, product, spread)
        if (large and not self.is_thin(product)) or (self.scale and _is_vector(product)):
            return product
        if spread[0] in left.labels:
            order = as_matrix(left.labels, product.rows, only(right.labels, product.contracted))
            return replace(product, left=self.values.copied(left, order))
        order = as_matrix(right.labels, product.columns, only(left.labels, product.contracted))
        return replace(product, right=self.values.copied(right, order))

    def is_thin(self, product: Product) -> bool:
        """Whether the array that is spread over is thin matrices, each multiplied with many rows.

        A BLAS takes up to twice as long for them as for one product of them all.
        """
        assert self.scale is not None
        own, other = product.rows, product.columns
        if product.spread[0] in other:
            own, other = other, own
        is_thin = not self.scale.counts(without(own, product.spread), _THIN + 1)
        return is_thin and self.scale.counts(other, _MANY)

    def is_read_once(self, product: Product) -> bool:
        """Whether it is the product of a vector and a large array that is a matrix by a copy only.

        The copy takes longer than to read the array as it is, once.
        """
        if self.scale is None or (product.rows and product.columns):
            return False
        if product.rows or product.columns:
            return copied(product)[0 if product.rows else 1]
        moved = zip((product.left, product.right), copied(product), strict=True)
        return any(
            copy and self.values.is_across(value, product.contracted) for value, copy in moved
        )

    def is_more(self, count: int, product: Product, apart: Labels) -> bool:
        """Whether one of the matrix products that there are for `apart` multiplies more often."""
        assert self.scale is not None
        own = without((*product.rows, *product.columns, *product.contracted), apart)
        return self.scale.counts(own, count + 1)

    def is_tiny(self, product: Product) -> bool:
        """Whether the matrices are so small that a call for each costs more than they do."""
        if self.scale is None or product.kind is not Kind.MATMUL or not product.batch:
            return False
        return not self.is_more(_TINY, product, ())

    def alone(self, step: Step, args: tuple[Value, ...]) -> Value:
        """The sum of one array over some axes, or a view of it."""
        wanted = step.result.labels
        if len(args) != 1 or diagonals(args[0].labels):
            return self.values.add(step.op, step.result, args)
        kept = only(args[0].labels, wanted)
        if len(kept) == len(args[0].labels):
            return self.values.add(step.op, step.result, args)
        return self.finished(step, kept, args)

    def as_it_says(self, step: Step, args: tuple[Value, ...]) -> Value:
        """What goes by the order of the axes gets them in the order that it was written for."""
        placed = tuple(map(self.values.viewed, args, (arg.labels for arg in step.args)))
        return self.values.add(step.op, step.result, placed)

    def as_it_falls(self, step: Step, args: tuple[Value, ...]) -> Value:
        """What goes entry by entry leaves the axes as they are."""
        return self.finished(step, args[0].labels, args)

    def summed(self, step: Step, args: tuple[Value, ...]) -> Value:
        """What is added has the order of the first."""
        first = args[0].labels
        return self.finished(step, first, tuple(self.values.viewed(arg, first) for arg in args))

    def finished(self, step: Step, natural: Labels, args: tuple[Value, ...]) -> Value:
        """A step whose axes fall as `natural`: for a caller they are put in order."""
        wanted, name = step.result.labels, step.result.name
        if natural == wanted or name not in self.final:
            return self.values.add(step.op, Value(name, natural), args)
        raw = Value(self.values.name(name, natural), natural)
        return self.values.add(Op.CONTRACT, step.result, (self.values.add(step.op, raw, args),))


def _batches(everything: Iterable[Step]) -> dict[str, frozenset[str]]:
    """For each value the labels that are batch labels in a product that sums over it.

    Those of a row-wise dot count where the other array has them first: the two lie alike in memory.
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
    """Whether `label` comes before what is summed."""
    return value.labels.index(label) < min(map(value.labels.index, product.contracted))


_ARRANGE: dict[Op, Callable[[_Arranger, Step, tuple[Value, ...]], Value]] = {
    Op.CONTRACT: _Arranger.contract,
    Op.REPEAT: _Arranger.as_it_says,
    Op.DIAGONAL: _Arranger.as_it_says,
    Op.UNITS: _Arranger.as_it_says,
    Op.MERGE: _Arranger.as_it_says,
    Op.SPLIT: _Arranger.as_it_says,
    Op.CONJUGATE: _Arranger.as_it_falls,
    Op.COPY: _Arranger.as_it_says,
    Op.ADD: _Arranger.summed,
}
