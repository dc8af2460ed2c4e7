"""`Equation` to `Pattern`: an implicit output is made explicit, an explicit one checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from einsum_grad.errors import PatternError
from einsum_grad.plan.pattern import ELLIPSIS, Labels, Pattern
from einsum_grad.syntax import Equation, Label, refuse


def pattern_of(equation: Equation, output_only: Collection[str] = ()) -> Pattern:
    """Return the pattern of `equation`.

    `output_only` are the labels that no operand needs to have because their sizes are known.
    Raises `PatternError` for any other output label that no operand has.

    >>> from einsum_grad.syntax import parse
    >>> str(pattern_of(parse("kj,ji")))
    'kj,ji->ik'
    """
    inputs = tuple(term.names for term in equation.inputs)
    output = implicit_output(inputs) if equation.output is None else equation.output.names
    known = {label for term in inputs for label in term} | {ELLIPSIS, *output_only}
    for label in equation.output.labels if equation.output else ():
        if label.name not in known:
            raise _unknown(equation, label)
    if not any(ELLIPSIS in term for term in inputs):  # it stands for no axis
        output = tuple(label for label in output if label != ELLIPSIS)
    return Pattern(inputs, output)


def implicit_output(inputs: tuple[Labels, ...]) -> Labels:
    """np.einsum's rule: the ellipsis, then the labels that occur once, sorted."""
    counts = Counter(label for term in inputs for label in term)
    dots = (ELLIPSIS,) if counts.pop(ELLIPSIS, 0) else ()
    return (*dots, *sorted(label for label, count in counts.items() if count == 1))


def check_legal(equation: Equation) -> None:
    """Raise `PatternError` if the output repeats a label, which np.einsum can't do."""
    seen: set[str] = set()
    for label in equation.output.labels if equation.output else ():
        if label.name in seen:
            raise refuse(
                f"the output has {label.name} twice, which np.einsum can't write; "
                "einsum(…, sizes={}) and compile() write a diagonal for it",
                equation.text,
                label.start,
            )
        seen.add(label.name)


def _unknown(equation: Equation, label: Label) -> PatternError:
    return refuse(
        f"the output has {label.name}, which no operand has; to repeat along it, give its "
        f"size: sizes={{'{label.name}': …}}, in a shell --sizes {label.name}=…",
        equation.text,
        label.start,
    )
