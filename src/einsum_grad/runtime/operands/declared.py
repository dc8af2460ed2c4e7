"""The arrays of a call, as they are declared: converted, and their sizes checked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.calculus.derive import Derivation
from einsum_grad.errors import ArgumentError, DTypeError, OperandError
from einsum_grad.plan import UNIT, Shape
from einsum_grad.runtime.dtypes import Array, DType
from einsum_grad.runtime.operands.arrays import as_array


class Declared:
    """The arrays of a call, as they are declared: converted, and their sizes checked."""

    __slots__ = ("arrays", "dtype", "shapes", "sizes")

    def __init__(
        self, found: Derivation, operands: Sequence[Any], arrays: Mapping[str, Any]
    ) -> None:
        given = _named(found, operands, arrays)
        self.dtype = _dtype(given)
        self.arrays = [array.astype(self.dtype, copy=False) for array in given.values()]
        self.shapes = {name: array.shape for name, array in given.items()}
        self.sizes = _sizes(found, self.shapes)

    def like(self, name: str, vector: Any) -> Array:
        """A vector of the shape of a variable, or a flat one of its size."""
        array, shape = as_array(vector, "the vector"), self.shapes[name]
        _check_real("the vector", array)
        if array.shape != shape and array.shape != (math.prod(shape),):
            raise OperandError(f"the vector has shape {array.shape}, and {name} {shape}")
        return array.astype(self.dtype, copy=False).reshape(shape)

    def result(self, value: Any) -> Any:
        """What a function returned, as own arrays of the call's dtype."""
        if isinstance(value, tuple):
            return tuple(map(self.result, value))
        array = np.asarray(value, self.dtype)
        lent = not array.flags.writeable or any(np.may_share_memory(array, x) for x in self.arrays)
        return (array.copy() if lent else array)[()]


def _named(
    found: Derivation, operands: Sequence[Any], arrays: Mapping[str, Any]
) -> dict[str, Array]:
    """The arrays in the order of their declaration."""
    names = [each.name for each in found.declarations]
    if len(operands) > len(names):
        raise ArgumentError(f"there are {len(names)} arrays, and not {len(operands)}")
    given = dict(zip(names, operands, strict=False))
    for name in arrays:
        if name in given or name not in names:
            why = "is given twice" if name in given else f"is none of {', '.join(names)}"
            raise ArgumentError(f"the array {name} {why}")
    given |= arrays
    missing = [name for name in names if name not in given]
    if missing:
        raise ArgumentError(f"the array {missing[0]} is missing")
    return {name: as_array(given[name], name) for name in names}


def _dtype(arrays: Mapping[str, Array]) -> DType:
    for name, array in arrays.items():
        _check_real(name, array)
    kinds = [array.dtype for array in arrays.values()]
    whole = all(dtype.kind != "f" for dtype in kinds)
    return np.dtype(float) if whole else np.result_type(np.float32, *kinds)


def _check_real(name: str, array: Array) -> None:
    if array.dtype.kind not in "biuf":
        raise DTypeError(f"{name} has dtype {array.dtype}, and derive() is for real numbers")


def _sizes(found: Derivation, shapes: Mapping[str, Shape]) -> dict[str, int]:
    """The size of each dimension; raises `OperandError` where shapes don't fit."""
    sizes = {UNIT: 1}
    told: dict[str, str] = {UNIT: "its declaration"}
    for each in found.declarations:
        shape = shapes[each.name]
        if len(shape) != len(each.axes):
            axes = " ".join(each.axes) or "no axes"
            raise OperandError(f"{each.name} has shape {shape}, and is declared with {axes}")
        for axis, size in zip(each.axes, shape, strict=True):
            if sizes.setdefault(axis, size) != size:
                raise OperandError(
                    f"the axis {axis} has size {size} in {each.name} "
                    f"and {sizes[axis]} in {told[axis]}"
                )
            told.setdefault(axis, each.name)
    return sizes
