"""`Derivative` to text: the equation with indices and deltas, the patterns, the sizes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from einsum_grad.explain.latex.spelling import LATEX
from einsum_grad.explain.spelling import (
    UNICODE,
    Spelling,
    right_side,
)
from einsum_grad.lower.cost import Term
from einsum_grad.plan import (
    ELLIPSIS,
    UNIT,
    Derivative,
    Factor,
    Formula,
    Labels,
    LinearTerm,
    Names,
    ellipsis_labels,
    read_names,
    stored,
)
from einsum_grad.visible import visible


def text(derivative: Derivative, spelling: Spelling = UNICODE, names: Names | None = None) -> str:
    """The equation on one line.

    >>> from einsum_grad.plan import Pattern
    >>> from einsum_grad.plan import derivative as derive
    >>> print(text(derive(Pattern((("i",), ("i", "j"), ("j",)), ()), ((0, 2), (0, 2)))))
    d²Z/dA[i]dA[j] = B[i,j] + B[j,i]
    """
    right = "".join(right_pieces(derivative, spelling, names))
    return visible(f"{quotient(derivative, spelling, names)}{spelling.equals}{right}")


def quotient(derivative: Derivative, spelling: Spelling, names: Names | None = None) -> str:
    """The left side."""
    numerator, *variables = map(spelling.factor, left(derivative, names))
    under = "".join(f"d{variable}" for variable in variables)
    return f"d{_power(len(variables), spelling)}{numerator}/{under}"


def latex(derivative: Derivative, names: Names | None = None) -> str:
    """The equation in LaTeX."""
    right = "".join(right_pieces(derivative, LATEX, names))
    return f"{fraction(derivative, names)}{LATEX.equals}{right}"


def fraction(derivative: Derivative, names: Names | None = None) -> str:
    """The left side in LaTeX."""
    numerator, *variables = map(LATEX.factor, left(derivative, names))
    power = f"^{len(variables)}" if len(variables) > 1 else ""
    under = r" \, ".join(rf"\partial {variable}" for variable in variables)
    return rf"\frac{{\partial{power} {numerator}}}{{{under}}}"


def dense(derivative: Derivative) -> tuple[Term, ...]:
    """The number of entries of the derivative, in labels."""
    return (_term(derivative.axes),)


def compressed(derivative: Derivative, sizes: Mapping[str, int]) -> tuple[Term, ...]:
    """The numbers that must be stored, in labels, for each stored array."""
    return tuple(map(_term, stored(derivative.terms, sizes)))


def products(derivative: Derivative, names: Names | None = None) -> Iterator[Formula]:
    """The terms, in the indices of the left side."""
    names = names or read_names(None, len(derivative.pattern.inputs))
    sides = left(derivative, names)
    return (_product(term, sides, names, derivative) for term in derivative.terms)


def left(derivative: Derivative, names: Names | None = None) -> tuple[Factor, ...]:
    """The output and the variables, with a distinct index for each axis."""
    names = names or read_names(None, len(derivative.pattern.inputs))
    indices = _fresh(derivative.axes, derivative.pattern.labels())
    found = [Factor(names.output, _taken(indices, derivative.pattern.output))]
    for positions in derivative.wrt:
        term = derivative.pattern.inputs[positions[0]]
        found.append(Factor(names.operands[positions[0]], _taken(indices, term)))
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
    term: LinearTerm, sides: tuple[Factor, ...], names: Names, derivative: Derivative
) -> Formula:
    axes = [index for factor in sides for index in factor.indices]
    places: defaultdict[str, list[str]] = defaultdict(list)
    for label, index in zip(term.axes, axes, strict=True):
        if label != UNIT:
            places[label].append(index)
    summed = [x for x in term.dense.input_labels() if x not in places]
    free = iter(ellipsis_labels(len(summed), (*derivative.pattern.labels(), *axes)))
    own = {label: next(free) if label in axes else label for label in summed}
    indices = {UNIT: "0", **own, **{label: found[0] for label, found in places.items()}}
    output, *by = sides
    return Formula(
        left=Factor(output.name, output.indices, tuple(by)),
        deltas=tuple(tuple(found) for found in places.values() if len(found) > 1),
        sums=tuple(own.values()),
        factors=tuple(
            Factor(names.operands[number], tuple(indices[label] for label in labels))
            for number, labels in term.factors
        ),
    )


def right_pieces(
    derivative: Derivative, spelling: Spelling, names: Names | None = None
) -> list[str]:
    """The sum of the terms, in pieces; equal terms are collected."""
    counts = Counter(products(derivative, names))
    terms = [_spelled(term, count, spelling) for term, count in counts.items()]
    more = [[f"{spelling.plus}{first}", *rest] for first, *rest in terms[1:]]
    return [piece for term in (*terms[:1], *more) for piece in term] or [spelling.number("0")]


def _spelled(term: Formula, count: int, spelling: Spelling) -> list[str]:
    before, product = right_side(term, spelling)
    first, *rest = [*before, *product]
    number = f"{spelling.number(str(count))}{spelling.times}" if count > 1 else ""
    return [f"{number}{first}", *rest]


def _term(labels: Iterable[str]) -> Term:
    return Term(1, tuple(label for label in labels if label != UNIT))


def _power(order: int, spelling: Spelling) -> str:
    if order == 1:
        return ""
    return str(order).translate(_RAISED) if spelling is UNICODE else str(order)


_RAISED = str.maketrans("23456789", "²³⁴⁵⁶⁷⁸⁹")
