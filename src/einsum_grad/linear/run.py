"""Running derived patterns, as calls of compiled ones run."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from einsum_grad.plan import Pattern, Shape
from einsum_grad.runtime import Arguments, Specializations
from einsum_grad.runtime.dtypes import Array, DType, convert
from einsum_grad.runtime.integers import bound, check_holds, largest


def run(pattern: Pattern, arrays: Sequence[Array], sizes: Mapping[str, int]) -> Array:
    """The output of `pattern`; `sizes` are those of its labels. It may be a view of an array.

    Raises `DTypeError` for integers that would wrap around.
    """
    dtype = np.result_type(*arrays)
    if dtype.kind in "iub":
        check_holds([bound(pattern, arrays, sizes)], dtype, "the product")
    only = tuple((label, sizes[label]) for label in _output_only(pattern))
    found, given = _specializations(pattern, only).of(tuple(arrays), True)
    return np.asarray(found.forward(given))


@functools.lru_cache(maxsize=1024)
def _output_only(pattern: Pattern) -> tuple[str, ...]:
    """The labels whose sizes the operands don't determine."""
    return tuple(pattern.output_sizes(dict.fromkeys(pattern.output, 0)))


@functools.lru_cache(maxsize=1024)
def _specializations(pattern: Pattern, sizes: tuple[tuple[str, int], ...]) -> Specializations:
    names = {label: f"L{number}" for number, label in enumerate(pattern.labels())}
    renamed = tuple((names[label], size) for label, size in sizes)
    return Specializations(Arguments(str(pattern.rename(names)), (), "named", renamed))


def added(parts: Sequence[Array]) -> Array:
    """The sum of arrays; raises `DTypeError` for integers that would wrap around."""
    dtype = np.result_type(*parts)
    if dtype.kind in "iub":
        check_holds(map(largest, parts), dtype, "the sum")
    return np.asarray(functools.reduce(np.add, parts))


def scaled(array: Array, coefficient: Fraction) -> Array:
    """The array times a number, exactly where the number is whole."""
    if coefficient == 1:
        return array
    whole = coefficient.denominator == 1
    return np.asarray(array * (int(coefficient) if whole else float(coefficient)))


def total(parts: Sequence[Array], lenders: Sequence[Array], shape: Shape, dtype: DType) -> Array:
    """The sum of arrays, zeros if there are none; it shares no memory with the `lenders`."""
    if not parts:
        return np.zeros(shape, dtype)
    only = added(parts)
    if only.dtype != dtype:
        whole = dtype.kind in "iub"
        return convert(only, dtype, "the result") if whole else only.astype(dtype)
    lent = not only.flags.writeable or any(np.may_share_memory(only, one) for one in lenders)
    return only.copy() if lent else only
