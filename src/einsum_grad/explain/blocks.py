"""`Explained` to blocks: the forward, each gradient, and the total costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from einsum_grad.explain.amounts import in_bytes, in_flops, in_labels
from einsum_grad.explain.costs import PartCost
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.spelling import Spelling, abridged, left_side, right_side
from einsum_grad.lower.cost import Cost, Work
from einsum_grad.plan import (
    ELLIPSIS,
    Formula,
    Gradient,
    Labels,
    Names,
    NormalForm,
    Pattern,
    ellipsis_labels,
)
from einsum_grad.plan.derive.reasons import form_facts, gradient_facts, listed


class Span(NamedTuple):
    """A piece of a line, and its role there."""

    role: str
    text: str


Line = tuple[Span, ...]


class Row(NamedTuple):
    """A row of a block's table: name, value, and a remark on the value."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A line, a remark beside it, sentences about it, and a table."""

    head: Line
    remark: Line = ()
    sentences: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the blocks of one explanation in one spelling."""

    explanation: Explained
    spelling: Spelling

    def forward(self) -> Block:
        """The pattern itself; it is decomposed only if np.einsum has no such output."""
        form, names = self.explanation.forward, self.explanation.names
        facts = tuple(form_facts(form, names.operands, names.output, "value"))
        generalised = form.repeat_axes or form.diagonals
        return Block(
            head=self._equation(self.explanation.forward_formula()),
            sentences=tuple(fact.sentence for fact in facts),
            rows=(
                *(self._form_rows(form, names.output) if generalised else ()),
                Row("cost", self._cost(self.explanation.costs.forward)),
            ),
        )

    def meaning(self) -> Iterator[Block]:
        """What the cotangent and the gradients are, if there are any."""
        names = self.explanation.names
        if self.explanation.gradients:
            yield _remark(meaning(names, self.spelling.derivative))

    def gradients(self) -> Iterator[Block]:
        """A block for each gradient."""
        explanation = self.explanation
        return map(self._gradient, explanation.gradients, explanation.costs.gradients)

    def closing(self) -> Iterator[Block]:
        """What is left out, and the total costs in numbers."""
        costs = self.explanation.costs
        yield from left_out(self.explanation)
        if not costs.ordered:
            yield _remark("flops are counted from left to right; give all sizes for a better order")
        if costs.total:
            yield Block(
                head=(Span("remark", f"all together, with {costs.itemsize} bytes a number"),),
                rows=tuple(_total_rows(costs.total)),
            )

    def _gradient(self, gradient: Gradient, cost: PartCost) -> Block:
        names, place, form = self.explanation.names, gradient.operand, gradient.form
        name = names.operands[place]
        facts = gradient_facts(gradient, names.operands, names.cotangent)
        return Block(
            head=self._equation(self.explanation.gradient_formula(gradient)),
            remark=(
                Span("remark", f"put {names.cotangent} in the place of {name}:"),
                Span("pattern", f"  {self._pattern(form.pattern, place)}"),
            ),
            sentences=tuple(fact.sentence for fact in facts),
            rows=(
                *self._form_rows(form, name, place),
                *(
                    Row("sum back", label, f"axis {axis} of {name} has size 1")
                    for label, axis in gradient.summed_back
                ),
                Row("cost", self._cost(cost)),
            ),
        )

    def _form_rows(self, form: NormalForm, name: str, place: int | None = None) -> Iterator[Row]:
        """The steps of the normal form."""
        summed = form.reduced.contracted()
        remark = f"sums {listed(self._shown(summed), 'and')}" if summed else ""
        yield Row("reduced", self._pattern(form.reduced, place), remark)
        axes = " ".join(form.repeat_axes) or "nothing"
        yield Row("repeat", axes, self._repeat(form) if form.repeat_axes else "")
        for label, numbers in form.diagonals:
            yield Row("diagonal", label, f"axes {listed(map(str, numbers), 'and')} of {name}")

    def _equation(self, equation: Formula) -> Line:
        return (
            Span("left", left_side(equation, self.spelling)),
            Span("", self.spelling.equals),
            *right_spans(equation, self.spelling),
        )

    def _pattern(self, pattern: Pattern, place: int | None) -> str:
        return self.explanation.spell(pattern, place, short=True)

    def _repeat(self, form: NormalForm) -> str:
        sizes = self.explanation.sizes
        spelled, repeat = _einops_names(form), einops_repeat(form)
        known = [f", {spelled[x]}={sizes[x]}" for x in form.repeat_axes if x in sizes]
        return "".join([repeat, *known]) if repeat else ""

    def _shown(self, labels: Labels) -> list[str]:
        return [self.spelling.more if label is None else label for label in abridged(labels)]

    def _cost(self, cost: PartCost) -> str:
        flops = _work(cost.work) if cost.work else in_labels(cost.flops, self.spelling)
        again = self._shown(tuple(self._pattern(pattern, None) for pattern in cost.shared))
        return f"{flops}, with {listed(again, 'and')} from the forward" if again else flops


def meaning(names: Names, derivative: Callable[[str, str], str]) -> str:
    """What dZ stands for.

    >>> from einsum_grad.explain.spelling import UNICODE
    >>> meaning(Names(("X",)), UNICODE.derivative)
    'dZ is ∂L/∂Z, the derivative of a loss L'
    """
    what = "a loss L" if names.loss == "L" else "a loss"
    return f"{names.cotangent} is {derivative(names.loss, names.output)}, the derivative of {what}"


def right_spans(equation: Formula, spelling: Spelling, short: bool = True) -> list[Span]:
    """The right side of an equation, in pieces; of very many, those in the middle are left out."""
    before, product = right_side(equation, spelling, short)
    return [*(Span("sum", piece) for piece in before), *(Span("", piece) for piece in product)]


def einops_repeat(form: NormalForm) -> str | None:
    """The repetition as einops writes it; None along an ellipsis, which einops can't repeat.

    >>> from einsum_grad.plan import normal_form
    >>> einops_repeat(normal_form(Pattern((("i",),), ("b", "i"))))
    'i -> b i'
    """
    if ELLIPSIS in form.repeat_axes:
        return None
    spelled = _einops_names(form)
    left, right = (
        " ".join(spelled.get(label, label) for label in term)
        for term in (form.reduced.output, form.repeated)
    )
    return f"{left} -> {right}".strip(" ")


def _einops_names(form: NormalForm) -> dict[str, str]:
    """The labels of the repetition; free letters replace those that are no identifiers."""
    names = {label: label for label in form.repeated if label.isidentifier()}
    signs = [label for label in form.repeated if label not in (*names, ELLIPSIS)]
    return {**names, **dict(zip(signs, ellipsis_labels(len(signs), tuple(names)), strict=True))}


def _work(work: Work) -> str:
    moved = f"moves {in_bytes(work.bytes_moved)}" if work.bytes_moved else "moves nothing"
    return f"{in_flops(work.flops)}, {moved}"


def _total_rows(cost: Cost) -> Iterator[Row]:
    yield Row("forward", _work(cost.forward))
    yield Row("backward", _work(cost.backward))
    yield Row("saved", f"{in_bytes(cost.saved_bytes)} for the backward, beside the operands")
    yield Row("largest", f"{in_bytes(cost.largest_intermediate)} for an intermediate")
    if cost.hint:
        yield Row("hint", cost.hint)


def left_out(explanation: Explained) -> Iterator[Block]:
    """A remark on the gradients that are left out, if any."""
    if explanation.left_out:
        yield _remark(
            f"the gradients of {explanation.left_out} more operands are left out; wrt selects"
        )


def _remark(text: str) -> Block:
    return Block(head=(Span("remark", text),))
