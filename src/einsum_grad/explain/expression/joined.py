"""A product of entries with labels to matrix products, sums and broadcasts, as people write it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from einsum_grad.calculus.graph.graph import is_unit
from einsum_grad.explain.expression.factors import Factor, assembled, broadcast, moved
from einsum_grad.explain.expression.subscripts import axes_text
from einsum_grad.explain.expression.written import call, matmul, multiplied, transposed
from einsum_grad.plan import Labels, distinct


def joined(factors: Iterable[Factor], output: Labels, whole: bool) -> Factor | None:
    """One factor with the labels `output`: the product of all, summed over what it lacks.

    It broadcasts to the output's axes; if `whole`, it has them. None where only an einsum says it.
    Factors without labels are to be left out.
    """
    kept = set(output)
    found = _stretched([_without_diagonal(factor) for factor in factors], output, whole)
    if any(len(set(factor.labels)) < len(factor.labels) for factor in found):
        return None
    while True:
        found = _merged(found, kept)
        step = _dot(found, kept) or _summed(found, kept) or _product(found, kept)
        step = step or _scaled(found, kept)
        if step is None:
            break
        found = step
    if any(label not in kept for factor in found for label in factor.labels):
        return None
    return assembled(found, output, whole)


def _stretched(factors: list[Factor], output: Labels, whole: bool) -> list[Factor]:
    """Factors whose axes of size 1 broadcast against another's, or against the output's."""
    found = list[Factor]()
    for factor in factors:
        others = [each for each in factors if each is not factor]
        targets = [*(each.labels for each in others), *([] if whole else [output])]
        fits = (x for x in targets if _broadcasts(factor.labels, x, others, output))
        found.append(Factor(factor.above, factor.below, next(fits, factor.labels)))
    return found


def _broadcasts(own: Labels, target: Labels, others: Sequence[Factor], output: Labels) -> bool:
    """Whether labels are those of the target, but for units that stand nowhere else."""
    if own == target or len(own) != len(target) or len(set(target)) < len(target):
        return False
    known = {*output, *(label for factor in others for label in factor.labels)}
    pairs = zip(own, target, strict=True)
    return all(x == y or (is_unit(x) and x not in known) for x, y in pairs)


def _without_diagonal(factor: Factor) -> Factor:
    one, *others = factor.labels or ("",)
    if others != [one]:
        return factor
    return Factor((call("diag", factor.written),), (), (one,))


def _merged(factors: Sequence[Factor], kept: set[str]) -> list[Factor]:
    """Factors with the same labels as one; a matrix is transposed for it."""
    found: dict[frozenset[str], Factor] = {}
    for factor in factors:
        key = frozenset(factor.labels)
        known = found.get(key)
        if known is None:
            found[key] = factor
        elif factor.labels == known.labels:
            above, below = (*known.above, *factor.above), (*known.below, *factor.below)
            found[key] = Factor(above, below, known.labels)
        elif len(factor.labels) == 2:
            alone = all(label not in kept and len(_holders(factors, label)) == 2 for label in key)
            found[key] = _transposed_product(known, factor, alone)
        else:
            above = (*known.above, moved(factor, known.labels))
            found[key] = Factor(above, known.below, known.labels)
    return list(found.values())


def _transposed_product(known: Factor, factor: Factor, alone: bool) -> Factor:
    """A matrix times the transpose of another, summed if they are alone with their labels."""
    if alone and not known.below and not factor.below:
        whole = matmul(known.written, factor.written)
        return Factor((call("trace", whole),), (), ())
    turned = transposed(factor.written)
    return Factor((*known.above, turned), known.below, known.labels)


def _holders(factors: Sequence[Factor], label: str) -> list[Factor]:
    return [factor for factor in factors if label in factor.labels]


def _inner(factors: Sequence[Factor], kept: set[str]) -> list[str]:
    labels = distinct(label for factor in factors for label in factor.labels)
    return [label for label in labels if label not in kept]


def _dot(factors: Sequence[Factor], kept: set[str]) -> list[Factor] | None:
    """The scalar product of vectors that nothing else has a label of."""
    for label in _inner(factors, kept):
        holders = _holders(factors, label)
        if len(holders) == 1 and holders[0].labels == (label,):
            (vector,) = holders
            if len(vector.above) > 1 and not vector.below:
                first, *others = sorted(vector.above, key=lambda piece: len(piece.chain))
                whole = matmul(first, multiplied(others))
                return [*_others(factors, holders), Factor((whole,), (), ())]
    return None


def _summed(factors: Sequence[Factor], kept: set[str]) -> list[Factor] | None:
    """A sum over axes that nothing but one factor has."""
    for factor in factors:
        alone = [
            axis
            for axis, label in enumerate(factor.labels)
            if label not in kept and len(_holders(factors, label)) == 1
        ]
        if alone:
            labels = tuple(x for axis, x in enumerate(factor.labels) if axis not in alone)
            options = [f"axis={axes_text(alone)}"] if labels else []
            made = call("sum", factor.written, *options)
            return [*_others(factors, [factor]), Factor((made,), (), labels)]
    return None


def _product(factors: Sequence[Factor], kept: set[str]) -> list[Factor] | None:
    """A matrix product over a label that two factors have; those with the smallest result first."""
    best: tuple[int, list[Factor], str] | None = None
    for label in _inner(factors, kept):
        holders = _holders(factors, label)
        if len(holders) != 2 or any(len(factor.labels) > 2 for factor in holders):
            continue
        rank = sum(len(factor.labels) for factor in holders)
        if best is None or rank < best[0]:
            best = rank, holders, label
    if best is None:
        return None
    _, (one, other), label = best
    return [*_others(factors, [one, other]), _multiplied(one, other, label)]


def _multiplied(one: Factor, other: Factor, label: str) -> Factor:
    """The matrix product of two factors, a matrix before a vector."""
    if len(one.labels) < len(other.labels):
        one, other = other, one
    left = one.written if one.labels[-1] == label else transposed(one.written)
    right = other.written
    if len(other.labels) == 2 and other.labels[0] != label:
        right = transposed(right)
    labels = tuple(x for x in (*one.labels, *other.labels) if x != label)
    return Factor((matmul(left, right),), (), labels)


def _scaled(factors: Sequence[Factor], kept: set[str]) -> list[Factor] | None:
    """A vector times the last matrix with its label, where other matrices have it too."""
    for label in _inner(factors, kept):
        holders = _holders(factors, label)
        vectors = [factor for factor in holders if factor.labels == (label,)]
        matrices = [factor for factor in holders if len(factor.labels) == 2]
        if vectors and matrices:
            matrix = matrices[-1]
            made = broadcast((vectors[0], matrix), matrix.labels)
            return [*_others(factors, [vectors[0], matrix]), Factor((made,), (), matrix.labels)]
    return None


def _others(factors: Sequence[Factor], gone: Sequence[Factor]) -> list[Factor]:
    return [factor for factor in factors if not any(factor is each for each in gone)]
