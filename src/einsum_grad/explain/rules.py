"""The rules of a derivation in words: a sentence on what each did to make its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from einsum_grad.explain.spelling import Spelling, abridged, spelled
from einsum_grad.plan import ELLIPSIS, Derived, Rule, fixed
from einsum_grad.plan.derive.formula import ZERO
from einsum_grad.plan.derive.reasons import listed


def sentence(line: Derived, spelling: Spelling) -> str:
    """How the line follows from the previous one, without a full stop."""
    return _SENTENCES[line.rule](line, spelling)


def _element(line: Derived, spelling: Spelling) -> str:
    formula = line.formula
    one, *others = formula.factors
    what = "a product of entries" if others else f"an entry of {one.name}"
    text = f"an entry of {formula.left.name} is {what}{_summed(formula.sums, spelling)}"
    known = {label for factor in formula.factors for label in factor.labels()}
    equal = {label for delta in formula.deltas for label in delta[1:]}
    alone = [x for x in formula.left.labels() if x not in known | equal]
    if alone:
        text += f", the same for every {_all(alone, spelling)}"
    text += _zeros(line, spelling)
    if any(ZERO in factor.indices for factor in formula.factors):
        text += f"; {ZERO} is the only index of an axis of size 1"
    return text + ("; ... is one index here" if ELLIPSIS in formula.labels() else "")


def _product_rule(line: Derived, spelling: Spelling) -> str:
    formula = line.formula
    (entry,) = formula.left.by
    which = f"{spelled(entry, spelling)} is any entry of {entry.name}"
    if not entry.labels():
        which = f"{entry.name} has one entry"
    if len(formula.factors) > 1:
        return f"{which}, and no other factor depends on it"
    return f"{which}; a sum is differentiated term by term" if formula.sums else which


def _deltas(line: Derived, spelling: Spelling) -> str:
    if line.formula.deltas == line.before.deltas:
        return "an entry changes with itself: its derivative is 1"
    return "an entry changes with itself alone; a delta is 1 where its indices are equal, else 0"


def _chain_rule(line: Derived, spelling: Spelling) -> str:
    cotangent = line.formula.factors[line.formula.place]
    every = _summed(cotangent.labels(), spelling)
    entry, output = spelled(cotangent, spelling), line.before.left.name
    if not cotangent.labels():
        return f"{output} has one entry: {entry} times the derivative above"
    return f"every entry of {output} counts: {entry} times the derivative above{every}"


def _contraction(line: Derived, spelling: Spelling) -> str:
    leave = "deltas leave" if len(line.before.deltas) > 1 else "delta leaves"
    names = fixed(line.before)
    sums = "sums" if len(names) > 1 else "sum"
    equal = _all(map("=".join, names.items()), spelling)
    over = f"the {sums} over {_all(names, spelling)}"
    return f"the {leave} one term of {over}: {equal}{_zeros(line, spelling)}"


def _renaming(line: Derived, spelling: Spelling) -> str:
    labels, primed = line.formula.left.labels(), line.before.left.labels()
    end = "are free again: they replace" if len(labels) > 1 else "is free again: it replaces"
    return f"{_all(labels, spelling)} {end} {_all(primed, spelling)}"


def _pattern(line: Derived, spelling: Spelling) -> str:
    formula = line.formula
    cotangent, operand = formula.factors[formula.place].name, formula.left.name.removeprefix("d")
    return f"the labels alone, {cotangent} in the place of {operand}"


def _zeros(line: Derived, spelling: Spelling) -> str:
    shown = _all(map("=".join, line.formula.deltas), spelling)
    return f"; it is 0 unless {shown}" if shown else ""


def _summed(labels: Iterable[str], spelling: Spelling) -> str:
    shown = _all(labels, spelling)
    return f", summed over {shown}" if shown else ""


def _all(words: Iterable[str], spelling: Spelling) -> str:
    shown = [spelling.more if word is None else word for word in abridged(tuple(words))]
    return listed(shown, "and") if shown else ""


_SENTENCES: dict[Rule, Callable[[Derived, Spelling], str]] = {
    Rule.ELEMENT: _element,
    Rule.PRODUCT: _product_rule,
    Rule.DELTAS: _deltas,
    Rule.CHAIN: _chain_rule,
    Rule.CONTRACTION: _contraction,
    Rule.RENAMING: _renaming,
    Rule.PATTERN: _pattern,
}
