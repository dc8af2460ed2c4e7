"""A pattern as an indexed equation."""

from __future__ import annotations

from collections.abc import Sequence

from einsum_grad.plan.pattern import UNIT, Labels, Pattern


def indexed(name: str, labels: Labels) -> str:
    """An array with its indices; the index of a broadcasting axis of size 1 is 0.

    >>> indexed("X", ("i", "j")), indexed("Z", ()), indexed("W", ("1", "j"))
    ('X[i,j]', 'Z', 'W[0,j]')
    """
    indices = ("0" if label == UNIT else label for label in labels)
    return f"{name}[{','.join(indices)}]" if labels else name


def equation_text(pattern: Pattern, names: Sequence[str], result: str) -> str:
    """The equation of `pattern`, whose operands are called `names`.

    >>> equation_text(Pattern((("i", "j"), ("j", "k")), ("i", "k")), ("X", "W"), "Z")
    'Z[i,k] = Σ_j  X[i,j] · W[j,k]'
    """
    sums = "".join(f"Σ_{label} " for label in pattern.contracted())
    factors = " · ".join(map(indexed, names, pattern.inputs))
    return f"{indexed(result, pattern.output)} = {sums}{' ' if sums else ''}{factors}"
