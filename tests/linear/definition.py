"""What a derivative of an einsum is, by its definition.

An einsum is linear in each operand, so its derivative by an entry is the einsum with an array in
the operand's place that is 1 at that entry and 0 elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests import definition
from tests.strategies import Case

Array = NDArray[Any]


def derivative(case: Case, wrt: Sequence[tuple[int, ...]], operands: Sequence[Array]) -> Array:
    """The derivative by one variable for each entry of `wrt`, at the positions that it names."""
    variables = [operands[places[0]] for places in wrt]
    shape = sum((variable.shape for variable in variables), case.result_shape)
    total = np.zeros(shape, np.result_type(*operands, np.int64))
    indices = [list(np.ndindex(variable.shape)) for variable in variables]
    for places in itertools.product(*wrt):
        if len(set(places)) == len(places):
            for chosen in itertools.product(*indices):
                moved = list(operands)
                for place, index in zip(places, chosen, strict=True):
                    moved[place] = _one_hot(operands[place], index)
                entry = (*(slice(None) for _ in case.result_shape), *itertools.chain(*chosen))
                total[entry] += definition.forward(case, moved)
    return total


def _one_hot(like: Array, index: tuple[int, ...]) -> Array:
    made = np.zeros_like(like)
    made[index] = 1
    return made
