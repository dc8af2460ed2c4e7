"""The variants of one compiled pattern, found by the shapes, dtypes and strides of a call."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from einsum_grad.emit import Target
from einsum_grad.lower import Gaps
from einsum_grad.plan import Pattern, Request, Shape, bind
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import Array, DType, numbers_of
from einsum_grad.runtime.integers import whole_variant
from einsum_grad.runtime.kinds import Calls, calls_of
from einsum_grad.runtime.load import Loaded
from einsum_grad.runtime.memory_layout import MemoryOrder, gap_of, memory_order
from einsum_grad.runtime.modules import load_module
from einsum_grad.runtime.specialization import Variant, as_array

_MOST = 1024

_signature = operator.attrgetter("__class__", "shape", "dtype")
"""An operand's part of the key; only arrays of NumPy's own class are in the dictionary."""


class Variants:
    """The variants of a pattern: at most 1024, then all are forgotten."""

    __slots__ = ("_arguments", "_known", "_request", "_target")

    def __init__(self, request: Request, target: Target, arguments: Arguments) -> None:
        self._request = request
        self._target = target
        self._arguments = arguments
        self._known: dict[Any, Variant] = {}

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Variant]:
        return iter(list(self._known.values()))

    def clear(self) -> None:
        """Forget all of them."""
        self._known.clear()

    def of(self, operands: tuple[Any, ...], conj: bool) -> tuple[Variant | Calls, tuple[Any, ...]]:
        """The variant for `operands`, and these as arrays; one look-up where the variant is known.

        For operands of another kind, the calls of that kind, and the operands unchanged.
        """
        try:
            variant, arrays = self._known[conj, *map(_signature, operands)], operands
        except (KeyError, AttributeError, TypeError):
            calls = calls_of(operands, self._arguments, bool(conj))
            if calls is not None:
                return calls, operands
            variant, arrays = self._found(operands, bool(conj))
        return self._ordered(variant, arrays, bool(conj)) if variant.large else (variant, arrays)

    def _ordered(
        self, variant: Variant, arrays: tuple[Array, ...], conj: bool
    ) -> tuple[Variant, tuple[Array, ...]]:
        """The variant for the memory order of large arrays, and these transposed to it."""
        if all(array.flags.c_contiguous for array in arrays):
            return variant, arrays
        found_orders = tuple(map(memory_order, arrays))
        pairs = zip(arrays, found_orders, strict=True)
        placed = tuple(array.transpose(order) for array, order in pairs)
        found_gaps = enumerate(map(gap_of, placed))
        gaps = frozenset((number, gap) for number, gap in found_gaps if gap is not None)
        in_order = all(order == tuple(sorted(order)) for order in found_orders)
        if in_order and not gaps:
            return variant, arrays
        orders = None if in_order else found_orders
        key = (conj, *map(_signature, arrays), orders, gaps)
        found = self._known.get(key)
        if found is None:
            found = build_variant(self._request, self._target, arrays, conj, orders, gaps)
            self._remember(key, found)
        return found, placed

    def _found(self, operands: Sequence[Any], conj: bool) -> tuple[Variant, tuple[Array, ...]]:
        """The same for whatever converts to arrays, and for first calls."""
        arrays = tuple(as_array(operand, f"operand {n}") for n, operand in enumerate(operands))
        key = (conj, *map(_signature, arrays))
        variant = self._known.get(key)
        if variant is None:
            variant = build_variant(self._request, self._target, arrays, conj)
            self._remember(key, variant)
        return variant, arrays

    def _remember(self, key: Hashable, variant: Variant) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = variant


def build_variant(
    request: Request,
    target: Target,
    arrays: Sequence[Array],
    conjugate: bool,
    orders: tuple[MemoryOrder, ...] | None = None,
    gaps: Gaps = frozenset(),
) -> Variant:
    """Bind the pattern to `arrays`, and find or make the module that runs it.

    With `orders` the module takes each array with its axes in that order. `gaps` are the arrays
    that then have gaps.
    """
    shapes = [array.shape for array in arrays]
    bound = bind(request.equation, request.unbound, shapes, dict(request.given))
    numbers = numbers_of([array.dtype for array in arrays])
    sizes = dict(bound.sizes)
    traits, itemsize = numbers.traits(conjugate), numbers.computed.itemsize
    pattern = bound.pattern if orders is None else _reordered(bound.pattern, orders)
    wrt, order = request.wrt, request.order
    loaded = load_module(pattern, wrt, target, sizes, traits, itemsize, order, gaps, run=True)
    if 0 in sizes.values():
        loaded = _without_terms(loaded, bound.pattern, request.wrt, sizes, shapes, numbers.computed)
    shape = tuple(sizes[label] for label in bound.pattern.output)
    names = tuple(f"the gradient of operand {number}" for number in range(len(arrays)))
    ranks = [arrays[operand].ndim for operand in request.wrt]
    plain = numbers.uniform and numbers.result == numbers.computed and all(ranks)
    large = loaded.source.large
    variant = Variant(loaded, numbers, names, shape, request.wrt, plain, large, orders)
    whole = numbers.result.kind in "iub"
    return whole_variant(variant, bound.pattern, sizes) if whole else variant


def _without_terms(
    loaded: Loaded,
    pattern: Pattern,
    wrt: tuple[int, ...],
    sizes: Mapping[str, int],
    shapes: Sequence[Shape],
    dtype: DType,
) -> Loaded:
    """The functions where a label has size 0: every sum is empty, so all results are zeros.

    np.einsum would write to memory that is not its own: it may set entries of a result that has
    none.
    """
    shape = tuple(sizes[label] for label in pattern.output)
    return replace(
        loaded,
        source=replace(loaded.source, large=False),
        save=None,
        output=lambda *operands: np.zeros(shape, dtype),
        pullback=lambda *operands: tuple(np.zeros(shapes[operand], dtype) for operand in wrt),
        together=None,
    )


def _reordered(pattern: Pattern, orders: Sequence[MemoryOrder]) -> Pattern:
    terms = zip(pattern.inputs, orders, strict=True)
    inputs = tuple(tuple(term[axis] for axis in order) for term, order in terms)
    return Pattern(inputs, pattern.output)
