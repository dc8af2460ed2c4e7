"""Shapes: how they are printed, and small defaults."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from einsum_grad.cli.arguments import SCALAR
from einsum_grad.plan import ELLIPSIS, UNIT, Labels, Pattern, Shape

_MOST_ENTRIES = 4096
_MOST_KINDS = 8
_ELLIPSIS_SHAPE = (2, 3)
_SHOWN = 12


def written(shapes: Sequence[Shape]) -> str:
    """The shapes as `--shapes` takes them; of very many, the last are left out.

    >>> written([(2, 3), ()])
    '2x3,scalar'
    """
    shown = ["x".join(map(str, shape)) or SCALAR for shape in shapes[:_SHOWN]]
    return ",".join([*shown, *(["…"] if len(shapes) > _SHOWN else [])])


def default_shapes(pattern: Pattern, known: Mapping[str, int]) -> tuple[Shape, ...]:
    """Small shapes of the operands, with a different size for each label if that stays small.

    >>> default_shapes(Pattern((("b", "i", "j"), ("j", "k")), ("i", "k")), {"k": 9})
    ((2, 3, 4), (4, 9))
    """
    labels = [x for x in pattern.labels() if x not in known and x not in (UNIT, ELLIPSIS)]
    terms = (*pattern.inputs, pattern.output)
    for kinds in (min(len(labels), _MOST_KINDS), 3, 2, 1):
        sizes = {label: 2 + number % max(kinds, 1) for number, label in enumerate(labels)}
        shapes = [_shape(term, {**sizes, **known}) for term in terms]
        if all(math.prod(shape) <= _MOST_ENTRIES for shape in shapes):
            break
    else:  # so many axes that even size 2 each is too much
        sizes = {label: 2 if number < 8 else 1 for number, label in enumerate(labels)}
        shapes = [_shape(term, {**sizes, **known}) for term in terms]
    return tuple(shapes[:-1])


def _shape(term: Labels, sizes: Mapping[str, int]) -> Shape:
    known = {UNIT: (1,), ELLIPSIS: _ELLIPSIS_SHAPE}
    return tuple(n for label in term for n in known.get(label) or (sizes[label],))
