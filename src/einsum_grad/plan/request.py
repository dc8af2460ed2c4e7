"""The user's request, read and checked in one place for compile, emit and explain."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.plan.bind import Shape, bind
from einsum_grad.plan.gradient import GradientPlan, Stretch, plan
from einsum_grad.plan.names import Names, read_names
from einsum_grad.plan.path.optimize import AUTO, Order, check_path, check_search, read_order
from einsum_grad.plan.pattern import ELLIPSIS, UNIT, Pattern
from einsum_grad.plan.read import pattern_of
from einsum_grad.plan.wrt import Operands, check_wrt, index, read_wrt
from einsum_grad.syntax import MAX_AXES, Equation, bounded, equation_of, misplaced_space, parse
from einsum_grad.visible import visible

_LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Request:
    """A pattern, the operands whose gradients are requested, and the known sizes.

    `pattern` is bound to the operands' shapes if those were given, else it equals `unbound`.
    `sizes` are all known sizes, `given` those that the user gave. `order` is how more than two
    operands are contracted.
    """

    equation: Equation
    unbound: Pattern
    pattern: Pattern
    wrt: tuple[int, ...]
    names: Names
    given: tuple[tuple[str, int], ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    stretched: tuple[Stretch, ...] = ()
    order: Order = AUTO

    @property
    def plan(self) -> GradientPlan:
        """The plan of the requested gradients."""
        return plan(self.pattern, self.wrt, self.stretched)


Sublists = tuple[Iterable[Any], Any]
"""A pattern without text: each operand's sublist of labels, and the output's."""


def request(
    pattern: str | Equation | Sublists,
    wrt: Operands | None = None,
    notation: str = "letters",
    sizes: Mapping[str, int] | None = None,
    shapes: Sequence[Shape] | None = None,
    optimize: Any = AUTO,
    names: str | Iterable[str] | None = None,
) -> Request:
    """Read and check a user's request.

    Raises `PatternError`, `ArgumentError` or `ArgumentTypeError` for invalid arguments, and
    `OperandError` for shapes that don't fit.

    >>> request("i->ib", sizes={"b": 4}).plan.gradients[0].pattern
    'ib->i'
    """
    pattern, sizes = read_terms(pattern, sizes)
    equation = pattern if isinstance(pattern, Equation) else written(pattern, notation)
    given = read_sizes(sizes) or ()
    known = dict(given)
    read = pattern_of(equation, known)
    called = read_names(names, len(equation.inputs))
    positions = check_wrt(read_wrt(wrt), len(equation.inputs), called)
    check_labels(known, read)
    order = read_order(optimize)
    if isinstance(order, tuple):
        check_path(order, len(equation.inputs))
    check_search(order, len(equation.inputs))
    if shapes is None:
        return Request(equation, read, read, positions, called, given, given, order=order)
    bound = bind(equation, read, read_shapes(shapes) or (), known)
    for label, size in bound.sizes:
        if known.get(label, size) != size:
            raise ArgumentError(
                f"{label} is {known[label]} in sizes, and {size} in the operands' shapes"
            )
    return Request(
        equation, read, bound.pattern, positions, called, given, bound.sizes, bound.stretched, order
    )


def written(pattern: str, notation: str) -> Equation:
    """The equation of a text, as `parse`; `PatternError` too where spaces say that it isn't meant.

    >>> written("i j, j k -> i k", "letters").output.names
    ('i', 'k')
    """
    equation = parse(pattern, notation)
    if error := misplaced_space(equation):
        raise error
    return equation


def read_terms(
    pattern: str | Equation | Sublists, sizes: Mapping[Any, int] | None
) -> tuple[str | Equation, Mapping[str, int] | None]:
    """`pattern`, as an equation if it is a pair of sublists, and `sizes` by its letters.

    >>> equation, sizes = read_terms(([(0, 60), (60, 2)], (0, 2)), {60: 5})
    >>> equation.text, sizes
    ('AC,CB->AB', {'C': 5})
    """
    if not isinstance(pattern, (tuple, list)):
        return pattern, sizes
    if len(pattern) != 2 or isinstance(pattern[0], str):
        raise ArgumentTypeError(
            "a pattern is a str, or a pair of the operands' labels and the output's, such as "
            "([(0, 1), (1, 2)], (0, 2))"
        )
    equation, letters = equation_of(*pattern)
    return equation, by_letter(sizes, letters)


def by_letter(sizes: Any, letters: Mapping[Any, str]) -> Any:
    """`sizes`, whose keys are labels of sublists, by the labels' letters.

    >>> by_letter({60: 5}, {0: "A", 60: "B"})
    {'B': 5}
    """
    if not isinstance(sizes, Mapping):
        return sizes
    for label in sizes:
        if label not in letters:
            raise _no_label(label, letters)
    return {letters[label]: size for label, size in sizes.items()}


def read_sizes(sizes: Mapping[str, int] | None) -> tuple[tuple[str, int], ...] | None:
    """`sizes` as pairs of label and int."""
    if sizes is None:
        return None
    if not isinstance(sizes, Mapping):
        raise ArgumentTypeError(f"sizes is a dict from labels to sizes, and not {sizes!r:.80}")
    return tuple((str(label), _size(label, size)) for label, size in sizes.items())


def read_shapes(shapes: Sequence[Shape] | None) -> tuple[Shape, ...] | None:
    """`shapes` as tuples of ints."""
    if shapes is None:
        return None
    try:
        return tuple(
            tuple(_size("an axis", size) for size in bounded(shape, "axes in a shape", MAX_AXES))
            for shape in bounded(shapes, "shapes")
        )
    except TypeError as error:
        if isinstance(error, ArgumentTypeError):
            raise
        raise ArgumentTypeError(
            f"shapes is a tuple of sizes for each operand, and not {shapes!r:.80}"
        ) from None


def _size(label: object, size: Any) -> int:
    try:
        number = index(size)
    except TypeError:
        raise ArgumentTypeError(f"{_size_of(label)} must be an int, and not {size!r:.80}") from None
    if number < 0:
        raise ArgumentError(f"{_size_of(label)} must not be negative, and is {number}")
    return number


def _size_of(label: object) -> str:
    return f"the size of {visible(str(label)[:_LONGEST_LABEL])}"


def check_labels(sizes: Mapping[str, int], pattern: Pattern) -> None:
    """Raise `ArgumentError` if `sizes` has a key that is no label of `pattern`."""
    known = [label for label in pattern.labels() if label not in (UNIT, ELLIPSIS)]
    for label in sizes:
        if label not in known:
            raise _no_label(label, known)


def _no_label(label: Any, known: Collection[Any]) -> ArgumentError:
    some = ", ".join(f"{name!s:.40}" for name in itertools.islice(known, 20))
    return ArgumentError(
        f"sizes has {label!r:.40}, which is no label of the pattern; "
        f"the labels are {some}{', …' if len(known) > 20 else ''}"
    )
