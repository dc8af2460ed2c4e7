"""Why a gradient is what it is: facts of its normal form, and a plain sentence for each.

What is explained and what is emitted say the same sentences. They hold names and labels that the
caller passes, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from einsum_grad.plan.gradient import Gradient
from einsum_grad.plan.normal import NormalForm, diagonals
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Labels


class Why(StrEnum):
    """What there is to say about the two sides of a pattern."""

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
    """One thing that is so, for some labels of the array called `name`."""

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
    """Say what is to be known of `gradient`, a sentence each.

    `operands` are the names of the pattern's operands, `place` is the name of what stands in the
    place of one of them: the cotangent.

    >>> from einsum_grad.plan import pattern_of, plan
    >>> from einsum_grad.syntax import parse
    >>> first, second = plan(pattern_of(parse("bij,jk->ik"))).gradients
    >>> reasons(first, ("X", "W"), "dZ")
    ('no operand on the left has b: every b gets the same gradient',)
    >>> reasons(second, ("X", "W"), "dZ")
    ('every label of W is on the left: np.einsum runs this as it stands',)
    """
    return tuple(fact.sentence for fact in gradient_facts(gradient, operands, place))


def gradient_facts(
    gradient: Gradient, operands: Sequence[str], place: str
) -> tuple[Fact, ...]:
    """The facts of `gradient`; names as in `reasons`."""
    name = operands[gradient.operand]
    left = (*operands[: gradient.operand], place, *operands[gradient.operand + 1 :])
    found = [*form_facts(gradient.form, left, name, "gradient", gradient.expanded)]
    if gradient.summed_back:
        labels, axes = zip(*gradient.summed_back, strict=True)
        found.append(Fact(Why.SUMMED_BACK, name, labels, axes))
    if _broadcasts(gradient):
        found.append(Fact(Why.FEWER, name, (ELLIPSIS,)))
    return tuple(found) or (Fact(Why.AS_IT_STANDS, name, gradient.form.pattern.output),)


def _broadcasts(gradient: Gradient) -> bool:
    """Whether the operand and another one have an ellipsis, each of a rank not known yet."""
    pattern = gradient.form.pattern
    others = (*pattern.inputs[: gradient.operand], *pattern.inputs[gradient.operand + 1 :])
    return ELLIPSIS in pattern.output and any(ELLIPSIS in term for term in others)


def form_facts(
    form: NormalForm, left: Sequence[str], name: str, gets: str, expanded: Labels = ()
) -> Iterator[Fact]:
    """What keeps np.einsum from running the pattern of `form` as it stands.

    `left` are the names of its operands, `name` is that of its output, whose entries each get a
    value or a gradient. `expanded` are the repeat axes that have size 1 on the left.
    """
    for operand, term in zip(left, form.pattern.inputs, strict=True):
        units = tuple(axis for axis, label in enumerate(term) if label == UNIT)
        if units:
            yield Fact(Why.DROPPED, operand, axes=units)
        for label, axes in diagonals(term):
            yield Fact(Why.READ, operand, (label,), axes)
    if ELLIPSIS in form.pattern.contracted():
        yield Fact(Why.MERGED, name, (ELLIPSIS,))
    alone = tuple(label for label in form.repeat_axes if label not in expanded)
    if alone:
        yield Fact(Why.ONLY_HERE, name, alone, gets=gets)
    if expanded:
        yield Fact(Why.EXPANDED, name, expanded, gets=gets)
    for label, axes in form.diagonals:
        yield Fact(Why.WRITTEN, name, (label,), axes, gets)


def _as_it_stands(fact: Fact) -> str:
    why = f"every label of {fact.name} is on the left: " if fact.labels else ""
    return f"{why}np.einsum runs this as it stands"


def _dropped(fact: Fact) -> str:
    if len(fact.axes) == 1:
        return f"axis {fact.axes[0]} of {fact.name} has size 1 and is dropped"
    return f"axes {_list(map(str, fact.axes), 'and')} of {fact.name} have size 1 and are dropped"


def _read(fact: Fact) -> str:
    return f"{_stands(fact)}: only its diagonal is read"


def _merged(fact: Fact) -> str:
    return "np.einsum can't sum over an ellipsis: its axes become one axis first"


def _only_here(fact: Fact) -> str:
    either, every = _list(fact.labels, "or"), _list(fact.labels, "and")
    return f"no operand on the left has {either}: every {every} gets the same {fact.gets}"


def _expanded(fact: Fact) -> str:
    every = _list(fact.labels, "and")
    return f"{every} broadcasts from size 1 on the left: every {every} gets the same {fact.gets}"


def _written(fact: Fact) -> str:
    return f"{_stands(fact)}, so only its diagonal gets a {fact.gets}"


def _summed_back(fact: Fact) -> str:
    along = _list(fact.labels, "and")
    return f"{fact.name} has size 1 along {along}: its gradient is summed over {along}"


def _fewer(fact: Fact) -> str:
    return f"where {fact.name} has fewer axes for ..., its gradient is summed over the others"


def _stands(fact: Fact) -> str:
    times = "twice" if len(fact.axes) == 2 else f"{len(fact.axes)} times"
    return f"{fact.labels[0]} stands {times} in {fact.name}"


def _list(words: Sequence[str] | map[str], last: str) -> str:
    *words, end = words
    return f"{', '.join(words)} {last} {end}" if words else end


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
