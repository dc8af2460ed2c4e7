"""Whether a guess can run on the arrays of a gradient for any sizes, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from einsum_grad.plan import ELLIPSIS, Labels, Pattern
from einsum_grad.plan.derive.reasons import listed


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a guess can't run, in words, and the label to blame, if any."""

    label: str | None
    why: str


def misfit(truth: Pattern, guess: Pattern, names: Sequence[str], result: str) -> Misfit | None:
    """Why `guess` can't run; `names` are those of the arrays, `result` is the operand's.

    >>> def read(inputs, output):
    ...     return Pattern(tuple(map(tuple, inputs)), tuple(output))
    >>> truth = read(["ik", "jk"], "bij")
    >>> misfit(truth, read(["ik", "kj"], "bij"), ["dZ", "W"], "X").why
    'k is axis 1 of dZ, which is k, and axis 0 of W, which is j'
    >>> misfit(truth, read(["ik", "jk"], "ij"), ["dZ", "W"], "X").label
    'b'
    """
    if len(truth.inputs) != len(guess.inputs):
        count = f"{len(guess.inputs)} operand{'s' if len(guess.inputs) != 1 else ''}"
        return Misfit(None, f"it has {count}, but the gradient is made of {listed(names, 'and')}")
    return next(_misfits(truth, guess, names, result), None)


def _misfits(truth: Pattern, guess: Pattern, names: Sequence[str], result: str) -> Iterator[Misfit]:
    yield from _ranks(truth, guess, names)
    places: dict[str, tuple[str, int, str]] = {}
    for name, true, term in zip(names, truth.inputs, guess.inputs, strict=True):
        for axis, (is_label, label) in enumerate(zip(true, term, strict=True)):
            first = places.setdefault(label, (name, axis, is_label))
            if first[2] != is_label:
                yield _clash(label, first, (name, axis, is_label))
    known = truth.labels()
    meant = {label: is_label for label, (_, _, is_label) in places.items()}
    for label in guess.output:
        if label not in meant and label not in known:
            yield Misfit(label, f"neither an operand nor the pattern has {label}: it has no size")
    yield from _output(truth, guess.output, [meant.get(x, x) for x in guess.output], result)


def have_other_ranks(true: Labels, term: Labels) -> bool:
    """Whether two terms belong to arrays of different rank; an ellipsis is any number."""
    return len(true) != len(term) or (ELLIPSIS in true) != (ELLIPSIS in term)


def _ranks(truth: Pattern, guess: Pattern, names: Sequence[str]) -> Iterator[Misfit]:
    for name, true, term in zip(names, truth.inputs, guess.inputs, strict=True):
        if have_other_ranks(true, term):
            label = _surplus(term, true) or _surplus(true, term)
            yield Misfit(label, f"{name} has {_axes(true)}, but the guess gives it {_axes(term)}")


def _output(truth: Pattern, term: Labels, meant: Sequence[str], result: str) -> Iterator[Misfit]:
    """Why the output does not have the axes of the operand `result`."""
    missing, extra = _surplus(truth.output, meant), _surplus(meant, truth.output)
    if missing is not None and len(meant) <= len(truth.output):
        yield Misfit(missing, _lacks(truth, missing, result))
    elif extra is not None:
        label = term[list(meant).index(extra)]
        yield Misfit(label, f"the output has {label}, but {result} has only {_axes(truth.output)}")
    for axis, (is_label, guessed) in enumerate(zip(truth.output, meant, strict=True)):
        if is_label != guessed:
            label = term[axis]
            yield Misfit(label, f"axis {axis} of the output is {label}, and of {result} {is_label}")


def _lacks(truth: Pattern, label: str, result: str) -> str:
    count = truth.output.count(label)
    why = f"{result} has an axis {label}, but the output lacks it"
    if count > 1:
        times = "twice" if count == 2 else f"{count} times"
        why = f"{result} has {label} {times}, and so must the output"
    if label not in truth.input_labels():
        why += f"; no operand has it, so the gradient is repeated along {label}"
    return why


def _clash(label: str, one: tuple[str, int, str], other: tuple[str, int, str]) -> Misfit:
    places = " and ".join(f"axis {axis} of {name}, which is {x}," for name, axis, x in (one, other))
    return Misfit(label, f"{label} is {places}".removesuffix(","))


def _surplus(some: Sequence[str], others: Sequence[str]) -> str | None:
    """The first label that `some` has more often than `others`."""
    return next((x for x in some if list(some).count(x) > list(others).count(x)), None)


def _axes(term: Labels) -> str:
    return (
        f"the {'axis' if len(term) == 1 else 'axes'} {listed(term, 'and')}" if term else "no axes"
    )
