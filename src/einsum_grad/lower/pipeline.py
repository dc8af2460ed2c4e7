"""A pattern and its sizes to a `Program`: spelled, ordered, scaled, lowered and arranged.

All that emit, run or cost a program go through here, and so get the same one.
"""

from __future__ import annotations

import string
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from einsum_grad.lower.layout.arrange import arrange
from einsum_grad.lower.loops.small import constants
from einsum_grad.lower.lower import lower
from einsum_grad.lower.program import Loops, Program, without_copies
from einsum_grad.lower.scale import Gaps, Scale, scale_of
from einsum_grad.lower.tangent import TANGENTS
from einsum_grad.lower.traits import PLAIN, Traits
from einsum_grad.plan import (
    AUTO,
    Labels,
    Network,
    Order,
    Path,
    Pattern,
    arrays,
    contraction_path,
    in_pairs,
    pairwise,
    single,
    singletons,
    spell,
)

LETTERS = len(string.ascii_letters)
"""The labels that np.einsum has letters for."""

_READABLE_OPERANDS = 8
"""The most operands that a reader takes in at once."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a target asks of its programs."""

    pairwise: bool = True
    """Operands are contracted two at a time, in axes that suit matrix products."""
    blocks: bool = True
    """Large arrays may be worked on block by block."""
    copies: bool = True
    """Arrays may be copied, into another memory order or to be nobody else's."""
    arranged: bool = True
    """Arrays have their axes in the order that suits matrix products; else in no particular one."""
    at_once: bool = True
    """More than two operands may be contracted at once, if the path says so."""
    loops: bool = False
    """Steps become loops over labels, and so do products of small matrices."""


@dataclass(frozen=True, slots=True)
class Lowering:
    """A pattern in labels that may stand in code, and everything that decides its program."""

    pattern: Pattern
    wrt: tuple[int, ...]
    path: Path | None
    """None where the operands are contracted at once."""
    sizes: Mapping[str, int]
    traits: Traits
    form: Form
    singletons: bool
    """Whether an array with axes may have a single entry."""
    scale: Scale | None
    itemsize: int = 8

    @property
    def key(self) -> Hashable:
        """What the program depends on, but for the form and the scale."""
        fixed = tuple(self.fixed.items())
        return self.pattern, self.wrt, self.path, self.traits, fixed, self.singletons

    @property
    def fixed(self) -> Mapping[str, int]:
        """The sizes that stand in code: of labels of the output alone, and of small matrices."""
        given = self.pattern.output_sizes(self.sizes)
        return {**constants(self._network, self.sizes), **given} if self.form.loops else given

    @property
    def _network(self) -> Network:
        return single(self.pattern) if self.path is None else pairwise(self.pattern, self.path)

    @property
    def loops(self) -> Loops:
        """Threads share loops where the arrays are large, and where nobody knows."""
        if not self.form.loops:
            return Loops.NONE
        return Loops.SERIAL if self.sizes and self.scale is None else Loops.PARALLEL

    @property
    def is_pairwise(self) -> bool:
        """Whether at most two operands are contracted at a time."""
        pairs = self.path is not None and all(len(step) <= 2 for step in self.path)
        return pairs and self.form.pairwise

    @property
    def made(self) -> tuple[Labels, ...]:
        """The labels of each array that the forward makes."""
        return arrays(self.pattern, self.path)[len(self.pattern.inputs) :]

    def lowered(self, names: Sequence[str] = (), output: str = "z") -> Program:
        """The program with its axes in no particular order."""
        program = lower(self._network, self.wrt, self.traits, self.fixed, names, output)
        return replace(program, singletons=self.singletons, loops=self.loops)

    def program(self, names: Sequence[str] = (), output: str = "z") -> Program:
        """The program as it is written and run."""
        return self._arranged(self.lowered(names, output))

    def tangents(self, name: str, active: tuple[int, ...]) -> Program:
        """The same of "jvp" or "hvp", along tangents of the operands in `active`."""
        return self._arranged(TANGENTS[name](self.lowered(), active))

    def _arranged(self, program: Program) -> Program:
        arranged = self.form.pairwise and self.form.arranged
        made = arrange(program, self.scale) if arranged else program
        return made if self.form.copies else without_copies(made)


def lowering(
    pattern: Pattern,
    wrt: tuple[int, ...],
    form: Form,
    sizes: Mapping[str, int],
    traits: Traits = PLAIN,
    itemsize: int = 8,
    order: Order = AUTO,
    gaps: Gaps = frozenset(),
    exact: bool = False,
) -> Lowering:
    """Decide how `pattern` is lowered, for numbers of `itemsize` bytes.

    `sizes` are those of its labels, as far as they are known; `order` is how to find the path, or a
    path; `gaps` are the operands with gaps in memory. Only with `exact` sizes, those of one call,
    can an array with a single entry be ruled out: text that is written for some sizes runs with
    others.
    """
    spelled = spell(pattern)
    safe = pattern.rename(spelled)
    own = {spelled[label]: size for label, size in sizes.items() if label in spelled}
    path = path_of(safe, form, own, order)
    single_entries = not exact or singletons(safe, path, own)
    scale = scale_of(arrays(safe, path), own, itemsize, gaps) if form.blocks else None
    return Lowering(safe, wrt, path, own, traits, form, single_entries, scale, itemsize)


def path_of(
    pattern: Pattern, form: Form, sizes: Mapping[str, int], order: Order = AUTO
) -> Path | None:
    """The path along which `pattern` is contracted; None if that is done at once.

    A form that is not pairwise does so, if a reader can follow and `order` asks for nothing else.
    """
    readable = len(pattern.inputs) <= _READABLE_OPERANDS and len(pattern.labels()) <= LETTERS
    if readable and not form.pairwise and order == AUTO:
        return None
    path = contraction_path(pattern, sizes, order)
    return path if form.at_once else in_pairs(path, len(pattern.inputs))
