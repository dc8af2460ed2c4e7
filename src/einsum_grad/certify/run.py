"""A function of the module on exact numbers: what it returns, or why it returns nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.certify.case import Case
from einsum_grad.certify.residue import Array
from einsum_grad.plan import Shape
from einsum_grad.plan.derive.reasons import listed
from einsum_grad.visible import visible

_LONGEST_ERROR = 160


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a function has no result that can be judged."""

    message: str


def run(case: Case, name: str, *arrays: Array) -> Any:
    """What the function `name` of the module returns, or why it has no result."""
    function, numbers = getattr(case.module, name), case.arithmetic
    if parts := numbers.unmodelled(function) if case.traits.complex else ():
        return Failure(f"{name} uses {listed(sorted(parts), 'and')}, which residues can't model")
    try:
        with numbers.arrays.context():
            given = [numbers.arrays.given(array) for array in arrays]
            got = function(*given)
            kept = map(_is_kept, map(numbers.arrays.back, given), arrays)
            return got if all(kept) else Failure(f"{name} writes to its operands")
    except (Exception, SystemExit) as error:  # noqa: BLE001  # arbitrary code may raise anything
        return Failure(f"{name} raises {error_text(error)}")


def _is_kept(now: Array, before: Array) -> bool:
    return now is before or np.array_equal(now, before)


def result(case: Case, shape: Shape, name: str, *arrays: Array) -> Array | str:
    """The array that the function `name` returns, or why it is no array of this shape."""
    got = run(case, name, *arrays)
    return got.message if isinstance(got, Failure) else case.arithmetic.read(got, shape)


def error_text(error: BaseException) -> str:
    """An error in one line.

    >>> error_text(ValueError("no"))
    'ValueError: no'
    """
    error = error.__cause__ or error  # NumPy's message hides the residue's
    first = str(error).partition("\n")[0]
    return visible(f"{type(error).__name__}: {first[:_LONGEST_ERROR]}").removesuffix(": ")
