"""`Derivative` to text: the equation with indices and deltas, the patterns, the sizes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from einsum_grad.explain.spelling import (
    LATEX,
    UNICODE,
    Spelling,
    is_compact,
    pattern_text,
    right_side,
)
from einsum_grad.lower.cost import Term
from einsum_grad.plan import (
    ELLIPSIS,
    OUTPUT,
    UNIT,
    Derivative,
    Factor,
    Formula,
    Labels,
    LinearTerm,
    ellipsis_labels,
    operand_names,
    stored,
)
from einsum_grad.visible import visible


def text(derivative: Derivative, spelling: Spelling = UNICODE) -> str:
    """The equation on one line.

    >>> from einsum_grad.plan import Pattern
    >>> from einsum_grad.plan import derivative as derive
    >>> print(text(derive(Pattern((("i",), ("i", "j"), ("j",)), ()), ((0, 2), (0, 2)))))
    d²Z/dA[i]dA[j] = B[i,j] + B[j,i]
    """
    numerator, *variables = map(spelling.factor, left(derivative))
    power = _power(len(variables), spelling)
    under = "".join(f"d{variable}" for variable in variables)
    return visible(f"d{power}{numerator}/{under}{spelling.equals}{_right(derivative, spelling)}")


def latex(derivative: Derivative) -> str:
    """The equation in LaTeX."""
    numerator, *variables = map(LATEX.factor, left(derivative))
    power = f"^{len(variables)}" if len(variables) > 1 else ""
    under = r" \, ".join(rf"\partial {variable}" for variable in variables)
    quotient = rf"\frac{{\partial{power} {numerator}}}{{{under}}}"
    return f"{quotient}{LATEX.equals}{_right(derivative, LATEX)}"


def lines(
    derivative: Derivative,
    sizes: Mapping[str, int],
    notation: str = "letters",
    spelling: Spelling = UNICODE,
) -> Iterator[str]:
    """The equation, and below it the patterns and their numbers of entries."""
    yield text(derivative, spelling)
    compact = is_compact(derivative.pattern, notation)
    for term in derivative.terms:
        yield f"    pattern     {visible(pattern_text(term.dense, compact))}"
    for name, terms in (
        ("dense", dense(derivative)),
        ("compressed", compressed(derivative, sizes)),
    ):
        yield f"    {name:12}{visible(_numbers(terms, sizes, spelling))}"


def dense(derivative: Derivative) -> tuple[Term, ...]:
    """The number of entries of the derivative, in labels."""
    return (_term(derivative.axes),)


def compressed(derivative: Derivative, sizes: Mapping[str, int]) -> tuple[Term, ...]:
    """The numbers that must be stored, in labels, for each stored array."""
    return tuple(map(_term, stored(derivative.terms, sizes)))


def products(derivative: Derivative) -> Iterator[Formula]:
    """The terms, in the indices of the left side."""
    names = operand_names(len(derivative.pattern.inputs))
    axes = [index for factor in left(derivative) for index in factor.indices]
    return (_product(term, axes, names, derivative) for term in derivative.terms)


def left(derivative: Derivative) -> tuple[Factor, ...]:
    """The output and the variables, with a distinct index for each axis."""
    names = operand_names(len(derivative.pattern.inputs))
    indices = _fresh(derivative.axes, derivative.pattern.labels())
    found = [Factor(OUTPUT, _taken(indices, derivative.pattern.output))]
    for positions in derivative.wrt:
        term = derivative.pattern.inputs[positions[0]]
        found.append(Factor(names[positions[0]], _taken(indices, term)))
    return tuple(found)


def _taken(indices: Iterator[str], labels: Labels) -> Labels:
    return tuple(next(indices) for _ in labels)


def _fresh(labels: Labels, taken: Labels) -> Iterator[str]:
    """Each label, replaced by a free one where it recurs; units give 0, ellipses get primes."""
    free = iter(ellipsis_labels(len(labels), taken))
    seen: Counter[str] = Counter()
    for label in labels:
        if label == UNIT:
            yield "0"
        elif label == ELLIPSIS:
            yield label + "'" * seen[label]
        else:
            yield next(free) if seen[label] else label
        seen[label] += 1


def _product(
    term: LinearTerm, axes: list[str], names: tuple[str, ...], derivative: Derivative
) -> Formula:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for label, index in zip(term.axes, axes, strict=True):
        if label != UNIT:
            places[label].append(index)
    summed = [x for x in term.dense.input_labels() if x not in places]
    free = iter(ellipsis_labels(len(summed), (*derivative.pattern.labels(), *axes)))
    own = {label: next(free) if label in axes else label for label in summed}
    indices = {UNIT: "0", **own, **{label: found[0] for label, found in places.items()}}
    output, *by = left(derivative)
    return Formula(
        left=Factor(output.name, output.indices, tuple(by)),
        deltas=tuple(tuple(found) for found in places.values() if len(found) > 1),
        sums=tuple(own.values()),
        factors=tuple(
            Factor(names[number], tuple(indices[label] for label in labels))
            for number, labels in term.factors
        ),
    )


def _right(derivative: Derivative, spelling: Spelling) -> str:
    """The sum of the terms; equal ones are collected."""
    counts = Counter(products(derivative))
    return " + ".join(_spelled(term, count, spelling) for term, count in counts.items()) or "0"


def _spelled(term: Formula, count: int, spelling: Spelling) -> str:
    before, product = right_side(term, spelling)
    number = f"{count}{spelling.times}" if count > 1 else ""
    return "".join([number, *before, *product])


def _numbers(terms: Sequence[Term], sizes: Mapping[str, int], spelling: Spelling) -> str:
    """A sum of products of sizes; those of known sizes are added up."""
    known = [term.at(sizes) for term in terms]
    count = sum(term.count for term in known if not term.labels)
    open_ = [spelling.times.strip().join(str(term).split("·")) for term in known if term.labels]
    parts = [*open_, *([str(count)] if count or not open_ else [])]
    return f"{' + '.join(parts)} {'number' if parts == ['1'] else 'numbers'}"


def _term(labels: Iterable[str]) -> Term:
    return Term(1, tuple(label for label in labels if label != UNIT))


def _power(order: int, spelling: Spelling) -> str:
    if order == 1:
        return ""
    return str(order).translate(_RAISED) if spelling is UNICODE else str(order)


_RAISED = str.maketrans("23456789", "²³⁴⁵⁶⁷⁸⁹")
