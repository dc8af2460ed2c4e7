"""Patterns that nobody chose: one to three operands of up to four axes, at sizes that take time."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from benchmarks.case import Case

FAMILY = "random/"
_SIZES = (4, 8, 16, 20, 32, 50, 64, 100, 128, 200, 256, 400, 512, 1000)
_OPERANDS = (1, 2, 2, 2, 2, 3)
_SMALLEST, _LARGEST = 1 << 17, 3 << 20
"""The numbers that the largest operand, and any array, may have."""
_MOST = 1 << 28
"""The combinations of all labels, at most."""


def random_cases(count: int, seed: int) -> Iterator[Case]:
    """Draw `count` cases; the same seed gives the same ones."""
    draw, names = random.Random(seed), set[str]()
    while len(names) < count:
        pattern = _pattern(draw)
        case = random_case(FAMILY + pattern)
        if case is not None and case.name not in names:
            names.add(case.name)
            yield case


def random_case(name: str) -> Case | None:
    """The case of that name, which decides the sizes; None if they are too small or too large."""
    pattern, draw = name.removeprefix(FAMILY), random.Random(name)
    inputs, _, output = pattern.partition("->")
    terms = inputs.split(",")
    sizes = {label: draw.choice(_SIZES) for label in sorted(set("".join(terms)))}
    volumes = [math.prod(sizes[label] for label in term) for term in (*terms, output)]
    fits = max(volumes[:-1]) >= _SMALLEST and max(volumes) <= _LARGEST
    if not fits or math.prod(sizes.values()) > _MOST:
        return None
    return Case(name, pattern, tuple(tuple(sizes[label] for label in term) for term in terms))


def _pattern(draw: random.Random) -> str:
    labels = "abcdef"[: draw.randrange(2, 6)]
    longest = min(4, len(labels))
    terms = [
        "".join(draw.sample(labels, draw.randrange(1, longest + 1)))
        for _ in range(draw.choice(_OPERANDS))
    ]
    used = sorted(set("".join(terms)))
    output = "".join(draw.sample(used, draw.randrange(len(used) + 1)))
    return f"{','.join(terms)}->{output}"
