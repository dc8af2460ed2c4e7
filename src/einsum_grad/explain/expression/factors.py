"""What is multiplied at the same labels, and how such factors are written with given axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from einsum_grad.calculus.graph.graph import dim_of, is_unit
from einsum_grad.explain.expression.subscripts import ones, spelled_labels
from einsum_grad.explain.expression.written import Written, call, indexed, multiplied, transposed
from einsum_grad.plan import Labels, distinct


@dataclass(frozen=True, slots=True)
class Factor:
    """What is multiplied at the same labels, and what it is divided by."""

    above: tuple[Written, ...]
    below: tuple[Written, ...]
    labels: Labels

    @property
    def written(self) -> Written:
        """The factor as one piece."""
        return multiplied(self.above, self.below)


def moved(factor: Factor, labels: Labels) -> Written:
    """An array of more than two axes with its axes in another order."""
    letters = spelled_labels((factor.labels, labels))
    pattern = f'"{letters[0]}->{letters[1]}"'
    return call("einsum", pattern, factor.written)


def broadcast(factors: Sequence[Factor], labels: Labels, whole: bool = False) -> Written:
    """The product of factors whose labels are among `labels`, in the order of these."""
    whole = whole and not any(labels[0] in factor.labels for factor in factors)
    return multiplied(
        [indexed(_ordered(each, labels), _entries(each, labels), whole) for each in factors]
    )


def _entries(factor: Factor, labels: Labels) -> list[str]:
    return [":" if label in factor.labels else "None" for label in labels]


def _ordered(factor: Factor, labels: Labels) -> Written:
    own = tuple(label for label in labels if label in factor.labels)
    if own == factor.labels:
        return factor.written
    return transposed(factor.written) if len(own) == 2 else moved(factor, own)


def assembled(factors: Sequence[Factor], output: Labels, whole: bool) -> Factor | None:
    """The factors as an array with the axes of the output."""
    labels = distinct(output)
    diagonal = len(labels) < len(output)
    if diagonal and (len(output), len(labels)) != (2, 1):
        return None
    numbers = [factor for factor in factors if not factor.labels]
    arrays = sorted((f for f in factors if f.labels), key=lambda f: _place(f, labels))
    known = {label for factor in arrays for label in factor.labels}
    missing = [label for label in labels if label not in known and not is_unit(label)]
    above = [piece for factor in numbers for piece in factor.above]
    if diagonal and not arrays:
        return Factor((*above, call("eye", dim_of(labels[0]))), (), output)
    if whole and missing:
        arrays = [*arrays, Factor((ones(labels),), (), labels)]
    if not arrays:
        return Factor(tuple(above), (), ()) if not labels else Factor(tuple(above), (), output)
    if len(arrays) == 1 and arrays[0].labels == labels:
        (only,) = arrays
        found = Factor((*above, *only.above), only.below, output)
    elif [factor.labels for factor in arrays] == [(label,) for label in labels[:2]] and (
        len(labels) == 2
    ):
        made = call("outer", *(factor.written for factor in arrays))
        found = Factor((*above, made), (), output)
    else:
        found = Factor((*above, broadcast(arrays, labels, whole)), (), output)
    if not diagonal:
        return found
    return Factor((call("diag", found.written),), (), output)


def _place(factor: Factor, labels: Labels) -> tuple[int, ...]:
    return tuple(sorted(labels.index(label) for label in factor.labels))


def einsum_text(factors: Sequence[Factor], output: Labels) -> Written:
    """The product as an einsum, ones standing in for what an einsum has no label of."""
    known = {label for factor in factors for label in factor.labels}
    missing = [label for label in distinct(output) if label not in known]
    every = [*factors, *(Factor((ones((label,)),), (), (label,)) for label in missing)]
    terms = spelled_labels([*(factor.labels for factor in every), output])
    pattern = f'"{",".join(terms[:-1])}->{terms[-1]}"'
    return call("einsum", pattern, *(factor.written for factor in every))
