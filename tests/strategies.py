"""Hypothesis strategies: patterns with shapes that fit them, and operands to run them on.

A `Case` is built label by label, so that everything einsum can do to shapes turns up: repeated
labels, labels that one operand alone has, sizes 0 to 3, size 1 against n, an ellipsis of another
rank in each operand, no axes at all, and outputs that np.einsum can't write.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[Any]
Labels = tuple[str, ...]

DOTS = "..."
LETTERS = "abcijAZβ軸×"
NAMES = ("batch", "i", "j2", "_", "__import__", "class", "os", "β", "x", "軸", "größe")
HIDDEN = ("<0>", "<1>")
"""Labels for the axes that an ellipsis stands for; they are in no text."""

MOST_INDICES = 500
"""How many combinations of indices a case has at most; every one of them is looked at."""


@dataclass(frozen=True, slots=True)
class Case:
    """A pattern, and shapes of operands that fit it.

    `inputs` and `output` are what the text says, without an output where it is implicit; `terms`
    and `result` have a label for each axis that there is, ellipses written out. `sizes` are those
    of all labels after broadcasting, `given` those that the output alone has.
    """

    inputs: tuple[Labels, ...]
    output: Labels | None
    terms: tuple[Labels, ...]
    result: Labels
    shapes: tuple[tuple[int, ...], ...]
    sizes: dict[str, int]
    given: dict[str, int]

    @property
    def letters(self) -> str:
        """The pattern in np.einsum's notation."""
        return _text(self.inputs, self.output, "", ",", "->")

    @property
    def named(self) -> str:
        """The same pattern in einops' notation, the labels having names."""
        inputs = [tuple(map(_name, term)) for term in self.inputs]
        output = None if self.output is None else tuple(map(_name, self.output))
        return _text(inputs, output, " ", ", ", " -> ")

    @property
    def named_given(self) -> dict[str, int]:
        """The sizes that belong to `named`."""
        return {_name(label): size for label, size in self.given.items()}

    @property
    def result_shape(self) -> tuple[int, ...]:
        """The shape of the output."""
        return tuple(self.sizes[label] for label in self.result)

    @property
    def sums_ellipsis(self) -> bool:
        """Whether there are axes of an ellipsis that the output lacks."""
        return any(x in HIDDEN and x not in self.result for term in self.terms for x in term)

    @property
    def broadcasts(self) -> bool:
        """Whether an axis of size 1 stands against another size, or an ellipsis has fewer axes."""
        ranks = {
            len(term) - len(said)
            for term, said in zip(self.terms, self.inputs, strict=True)
            if DOTS in said
        }
        return len(ranks) > 1 or any(
            size != self.sizes[label]
            for term, shape in zip(self.terms, self.shapes, strict=True)
            for label, size in zip(term, shape, strict=True)
        )


def _text(
    inputs: Sequence[Labels], output: Labels | None, space: str, comma: str, arrow: str
) -> str:
    told = comma.join(space.join(term) for term in inputs)
    return told if output is None else f"{told}{arrow}{space.join(output)}"


def _name(label: str) -> str:
    return label if label == DOTS else NAMES[LETTERS.index(label)]


@st.composite
def cases(
    draw: st.DrawFn,
    most_operands: int = 5,
    generalised: bool = True,
    broadcasting: bool = True,
    ellipsis: bool = True,
    letters: str = LETTERS,
) -> Case:
    """Draw a `Case`.

    `generalised` allows outputs that np.einsum can't write, `broadcasting` size 1 against n and
    ellipses of different ranks, `ellipsis` an ellipsis at all.
    """
    count = 1 + draw(st.integers(0, 10**6)) % most_operands
    pool = draw(st.permutations(letters))[: draw(st.sampled_from((4, 5, 3, 2, 1)))]
    rank = draw(st.sampled_from((1, 0, 2))) if ellipsis else 0
    inputs, terms = [], []
    for _ in range(count):
        length = draw(st.sampled_from((2, 1, 3, 2, 0) if count > 3 else (2, 3, 1, 4, 0)))
        term = tuple(draw(st.sampled_from(pool)) for _ in range(length))
        hidden: Labels = ()
        if ellipsis and draw(st.sampled_from((False, True, False))):
            at = draw(st.integers(0, len(term)))
            own = rank - (draw(st.integers(0, rank)) if broadcasting else 0)
            hidden = HIDDEN[rank - own : rank]
            inputs.append((*term[:at], DOTS, *term[at:]))
            terms.append((*term[:at], *hidden, *term[at:]))
        else:
            inputs.append(term)
            terms.append(term)
    known = tuple(dict.fromkeys(label for term in terms for label in term))
    sizes = {label: draw(st.sampled_from((2, 3, 3, 2, 1, 0))) for label in known}
    while math.prod(sizes.values()) > MOST_INDICES:
        sizes[max(sizes, key=sizes.__getitem__)] = 1
    shapes = [_shape(draw, term, sizes, broadcasting) for term in terms]
    sizes = _broadcast(terms, shapes)
    output, given = _output(draw, inputs, terms, generalised)
    written = implicit(inputs) if output is None else output
    dots = tuple(label for label in HIDDEN if label in known)
    result = tuple(label for name in written for label in (dots if name == DOTS else (name,)))
    return Case(
        tuple(inputs), output, tuple(terms), result, tuple(shapes), {**sizes, **given}, given
    )


def _shape(
    draw: st.DrawFn, term: Labels, sizes: dict[str, int], broadcasting: bool
) -> tuple[int, ...]:
    """The sizes of an operand's axes; a label may shrink to 1, everywhere in the operand."""
    own = dict.fromkeys(term)
    one = {label for label in own if broadcasting and draw(st.sampled_from((False,) * 5 + (True,)))}
    return tuple(1 if label in one else sizes[label] for label in term)


def _broadcast(terms: Sequence[Labels], shapes: Sequence[tuple[int, ...]]) -> dict[str, int]:
    """The size of each label: the one that is not 1, if there is one."""
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        for label, size in zip(term, shape, strict=True):
            if sizes.get(label, 1) == 1:
                sizes[label] = size
    return sizes


def _output(
    draw: st.DrawFn, inputs: Sequence[Labels], terms: Sequence[Labels], generalised: bool
) -> tuple[Labels | None, dict[str, int]]:
    """An output for the operands, and the sizes of the labels that it alone has."""
    if draw(st.sampled_from((False, False, True))):
        return None, {}
    known = tuple(dict.fromkeys(label for term in inputs for label in term if label != DOTS))
    kept = [label for label in draw(st.permutations(known)) if draw(st.sampled_from((0, 1)))]
    given: dict[str, int] = {}
    if generalised and draw(st.sampled_from((False, True))):
        new = [label for label in LETTERS if label not in known][:2]
        more = draw(st.lists(st.sampled_from([*new, *known]), min_size=1, max_size=2))
        given = {
            label: draw(st.sampled_from((2, 3, 1, 0)))
            for label in dict.fromkeys(more)
            if label in new
        }
        kept = draw(st.permutations([*kept[:3], *more]))
    axes = any(label in HIDDEN for term in terms for label in term)
    dots = (True, True, False) if axes else (True, False)
    if any(DOTS in term for term in inputs) and draw(st.sampled_from(dots)):
        kept.insert(draw(st.integers(0, len(kept))), DOTS)
    return tuple(kept), given


def implicit(inputs: Sequence[Labels]) -> Labels:
    """np.einsum's output where none is written: the ellipsis, then what stands once, sorted."""
    everything = [label for term in inputs for label in term]
    once = sorted(
        label for label in set(everything) if everything.count(label) == 1 and label != DOTS
    )
    return ((DOTS,) if DOTS in everything else ()) + tuple(once)


def whole(shape: tuple[int, ...], dtype: Any, seed: int) -> Array:
    """Small whole numbers, on which every product and sum here is exact in `dtype`."""
    kind, random = np.dtype(dtype), np.random.default_rng(seed)
    if kind.kind == "b":
        return np.asarray(random.integers(0, 2, shape), kind)
    most = 1 if kind.itemsize <= 2 else 3
    drawn = random.integers(0 if kind.kind == "u" else -most, most + 1, shape)
    if kind.kind == "c":
        return np.asarray(drawn + 1j * random.integers(-most, most + 1, shape), kind)
    return np.asarray(drawn, kind)


def fractions(shape: tuple[int, ...], dtype: Any, seed: int) -> Array:
    """Numbers between -1 and 1."""
    kind, random = np.dtype(dtype), np.random.default_rng(seed)
    drawn = random.uniform(-1, 1, shape)
    if kind.kind == "c":
        return np.asarray(drawn + 1j * random.uniform(-1, 1, shape), kind)
    return np.asarray(drawn, kind)


@st.composite
def laid_out(draw: st.DrawFn, array: Array) -> Array:
    """The same numbers in another order of memory: strides reversed, permuted, with gaps, fixed."""
    how = draw(st.sampled_from(("C", "F", "negative", "gaps", "read-only")))
    if how == "negative":
        back = tuple(slice(None, None, -1) for _ in range(array.ndim))
        return np.asarray(np.asarray(array[back]).copy()[back])
    if how == "gaps":
        wide = np.zeros(tuple(2 * size for size in array.shape), array.dtype)
        wide[tuple(slice(None, None, 2) for _ in range(array.ndim))] = array
        return np.asarray(wide[tuple(slice(None, None, 2) for _ in range(array.ndim))])
    if how == "read-only":
        array = array.copy()
        array.flags.writeable = False
        return array
    return np.asarray(array, order="F" if how == "F" else "C")


seeds = st.integers(0, 2**32 - 1)
