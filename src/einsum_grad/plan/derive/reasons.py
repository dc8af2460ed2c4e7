"""Why a gradient is what it is: the facts of its normal form, with a plain sentence for each.

Explanations and emitted comments share these sentences. They contain no names or labels but those
that the caller passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from einsum_grad.plan.gradient import Gradient
from einsum_grad.plan.normal import NormalForm, diagonals
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels


class Why(StrEnum):
    """The kinds of facts about the two sides of a pattern."""

    AS_IT_STANDS = "as it stands"
    DROPPED = "dropped"
    READ = "diagonal read"
    MERGED = "merged"
    ONLY_HERE = "only here"
    EXPANDED = "expanded"
    WRITTEN = "diagonal written"
    SUMMED_BACK = "summed back"
    FEWER = "fewer axes"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about some labels and axes of the array called `name`."""

    why: Why
    name: str
    labels: Labels = ()
    axes: tuple[int, ...] = ()
    gets: str = "gradient"

    @property
    def sentence(self) -> str:
        """The fact in words, without a full stop."""
        return _SENTENCES[self.why](self)


def reasons(gradient: Gradient, operands: Sequence[str], place: str) -> tuple[str, ...]:
    """The facts of `gradient`, a sentence each.

    `operands` are the names of the pattern's operands, `place` is the name of the cotangent that
    takes the place of one of them.

    >>> from einsum_grad.plan import pattern_of, plan
    >>> from einsum_grad.syntax import parse
    >>> first, second = plan(pattern_of(parse("bij,jk->ik"))).gradients
    >>> reasons(first, ("X", "W"), "dZ")
    ('no operand on the left has b: every b gets the same gradient',)
    >>> reasons(second, ("X", "W"), "dZ")
    ('every label of W is on the left: this runs as it stands',)
    """
    return tuple(fact.sentence for fact in gradient_facts(gradient, operands, place))


def gradient_facts(gradient: Gradient, operands: Sequence[str], place: str) -> tuple[Fact, ...]:
    """The facts of `gradient`; names as in `reasons`."""
    form, number, name = gradient.form, gradient.operand, operands[gradient.operand]
    left = (*operands[:number], place, *operands[number + 1 :])
    found = list(form_facts(form, left, name, "gradient", gradient.expanded))
    if form.units:
        labels = tuple(label for label, _ in gradient.summed_back)
        found.append(Fact(Why.SUMMED_BACK, name, labels, form.units))
    others = (*form.pattern.inputs[:number], *form.pattern.inputs[number + 1 :])
    if ELLIPSIS in form.pattern.output and any(ELLIPSIS in term for term in others):
        found.append(Fact(Why.FEWER, name, (ELLIPSIS,)))
    if all(fact.why is Why.READ for fact in found):
        found.append(Fact(Why.AS_IT_STANDS, name, form.pattern.output))
    return tuple(found)


def form_facts(
    form: NormalForm, left: Sequence[str], name: str, gets: str, expanded: Labels = ()
) -> Iterator[Fact]:
    """The facts that keep np.einsum from running the pattern of `form`.

    `left` are the names of its operands, `name` is that of its output, and `gets` says what its
    entries get: a value or a gradient. `expanded` are the repeat axes of size 1 on the left.
    """
    for operand, term in zip(left, form.pattern.inputs, strict=True):
        yield from _term_facts(operand, term)
    if ELLIPSIS in form.pattern.contracted():
        yield Fact(Why.MERGED, name, (ELLIPSIS,))
    alone = tuple(label for label in form.repeat_axes if label not in expanded)
    if alone:
        yield Fact(Why.ONLY_HERE, name, alone, gets=gets)
    if expanded:
        yield Fact(Why.EXPANDED, name, expanded, gets=gets)
    for label, axes in form.diagonals:
        yield Fact(Why.WRITTEN, name, (label,), axes, gets)


def _term_facts(operand: str, term: Labels) -> Iterator[Fact]:
    if UNIT in term:
        units = tuple(axis for axis, label in enumerate(term) if label == UNIT)
        yield Fact(Why.DROPPED, operand, axes=units)
    for label, axes in diagonals(term):
        yield Fact(Why.READ, operand, (label,), axes)


def _as_it_stands(fact: Fact) -> str:
    why = f"every label of {fact.name} is on the left: " if fact.labels else ""
    return f"{why}this runs as it stands"


def _dropped(fact: Fact) -> str:
    return f"{_of_size_1(fact)} and {'is' if len(fact.axes) == 1 else 'are'} dropped"


def _read(fact: Fact) -> str:
    return f"{_stands(fact)}: only its diagonal is read"


def _merged(fact: Fact) -> str:
    return "np.einsum can't sum over an ellipsis: its axes become one axis first"


def _only_here(fact: Fact) -> str:
    either, every = listed(fact.labels, "or"), listed(fact.labels, "and")
    return f"no operand on the left has {either}: every {every} gets the same {fact.gets}"


def _expanded(fact: Fact) -> str:
    every = listed(fact.labels, "and")
    return f"on the left {every} has size 1: every {every} gets the same {fact.gets}"


def _written(fact: Fact) -> str:
    return f"{_stands(fact)}, so only its diagonal gets a {fact.gets}"


def _summed_back(fact: Fact) -> str:
    if not fact.labels:
        return f"{_of_size_1(fact)}, put back at the end"
    along = listed(fact.labels, "and")
    return f"{fact.name} has size 1 along {along}: its gradient is summed over {along}"


def _fewer(fact: Fact) -> str:
    return f"where {fact.name} has fewer axes for ..., its gradient is summed over the others"


def _stands(fact: Fact) -> str:
    times = "twice" if len(fact.axes) == 2 else f"{len(fact.axes)} times"
    return f"{fact.labels[0]} stands {times} in {fact.name}"


def _of_size_1(fact: Fact) -> str:
    axes, have = ("axis", "has") if len(fact.axes) == 1 else ("axes", "have")
    return f"{axes} {listed(map(str, fact.axes), 'and')} of {fact.name} {have} size 1"


def listed(words: Iterable[str], last: str) -> str:
    """The words as a list in a sentence, with `last` before the last one.

    >>> listed("abc", "and")
    'a, b and c'
    """
    *start, end = words
    return f"{', '.join(start)} {last} {end}" if start else end


_SENTENCES: dict[Why, Callable[[Fact], str]] = {
    Why.AS_IT_STANDS: _as_it_stands,
    Why.DROPPED: _dropped,
    Why.READ: _read,
    Why.MERGED: _merged,
    Why.ONLY_HERE: _only_here,
    Why.EXPANDED: _expanded,
    Why.WRITTEN: _written,
    Why.SUMMED_BACK: _summed_back,
    Why.FEWER: _fewer,
}
