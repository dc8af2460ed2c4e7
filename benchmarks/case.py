"""A case of the benchmark: a pattern, its shapes, and how its operands lie in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from opt_einsum.parser import parse_einsum_input  # type: ignore[import-untyped]  # it has none

from benchmarks.layouts import LAYOUTS, PLAIN

_SMALL = 8

Array = NDArray[Any]
Shape = tuple[int, ...]


class Limit(Enum):
    """What a case can't be faster than, if that can be said."""

    NONE = "none"
    MATMUL = "matmul"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Case:
    """A row of the table in `cases.py`; `name` is family/case."""

    name: str
    pattern: str
    shapes: tuple[Shape, ...]
    limit: Limit = Limit.NONE
    layouts: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]

    @property
    def explicit(self) -> Explicit:
        """The subscripts with the ellipsis and the output written out."""
        inputs, output, _ = parse_einsum_input((self.pattern, *self.shapes), shapes=True)
        return Explicit(tuple(inputs.split(",")), output, self.shapes)


@dataclass(frozen=True, slots=True)
class Explicit:
    """The subscripts of a case, with the sizes of its labels."""

    inputs: tuple[str, ...]
    output: str
    shapes: tuple[Shape, ...]

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each label; 1 only where no operand has more."""
        sizes: dict[str, int] = {}
        for term, shape in zip(self.inputs, self.shapes, strict=True):
            for label, size in zip(term, shape, strict=True):
                sizes[label] = max(size, sizes.get(label, 1))
        return sizes

    @property
    def output_shape(self) -> Shape:
        """The shape of the output."""
        return tuple(self.sizes[label] for label in self.output)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a peer is given: a case with its arrays drawn."""

    case: Case
    operands: tuple[Array, ...]
    cotangent: Array

    @property
    def pattern(self) -> str:
        """The pattern of the case."""
        return self.case.pattern


def sized(
    name: str,
    pattern: str,
    sizes: Mapping[str, int],
    limit: Limit = Limit.NONE,
    layouts: Sequence[str] = (),
) -> Case:
    """Return the case of a pattern by the sizes of labels: `{"bc": 4}` gives b and c four."""
    size = {label: number for labels, number in sizes.items() for label in labels}
    terms = pattern.partition("->")[0].split(",")
    shapes = tuple(tuple(size[label] for label in term) for term in terms)
    return Case(name, pattern, shapes, limit, tuple(layouts))


def shrunk(case: Case) -> Case:
    """Return a case with axes of eight at most, where it has longer ones."""
    shapes = tuple(tuple(min(size, _SMALL) for size in shape) for shape in case.shapes)
    return Case(f"{case.name}/small", case.pattern, shapes)


def draw(case: Case, dtype: str) -> Problem:
    """Draw the operands and the cotangent of a case, the same ones in every process."""
    random = np.random.default_rng(0)
    layouts = case.layouts or (PLAIN,) * len(case.shapes)

    def array(shape: Shape) -> Array:
        return np.asarray(random.standard_normal(shape), dtype)

    operands = tuple(
        LAYOUTS[layout](array, shape) for layout, shape in zip(layouts, case.shapes, strict=True)
    )
    return Problem(case, operands, array(case.explicit.output_shape))
