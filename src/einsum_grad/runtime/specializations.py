"""The specializations of one compiled pattern, by the shapes, dtypes and strides of a call."""

from __future__ import annotations

import operator
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from einsum_grad.emit import TARGETS, Target, target_of
from einsum_grad.errors import OperandError
from einsum_grad.lower import Gaps, lowering, machine
from einsum_grad.plan import Pattern, Request, bind, with_units
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import Array, Numbers, numbers_of
from einsum_grad.runtime.generated.allocation import check_allocatable
from einsum_grad.runtime.generated.functions import Generated
from einsum_grad.runtime.generated.zeros import Zeros
from einsum_grad.runtime.integer_specialization import IntegerSpecialization
from einsum_grad.runtime.integers import Bounds
from einsum_grad.runtime.libraries.library import Library, of_library
from einsum_grad.runtime.libraries.specialization import LibrarySpecialization
from einsum_grad.runtime.libraries.specialization import specialize as library_specialization
from einsum_grad.runtime.operands.arrays import as_arrays
from einsum_grad.runtime.operands.kinds import Calls, calls_of
from einsum_grad.runtime.operands.memory_layout import MemoryOrder, gap_of, in_order, memory_order
from einsum_grad.runtime.specialization import Specialization

_MOST = 1024

_UNCOMPILED = "gG"
"""The dtypes that no compiler of loops has, `longdouble` and `clongdouble`: NumPy runs these."""

_signature = operator.attrgetter("__class__", "shape", "dtype")
"""An operand's part of the key; only arrays of NumPy's own class are in the dictionary."""

Special: TypeAlias = Specialization | IntegerSpecialization | LibrarySpecialization


class Specializations:
    """The specializations of a pattern: at most 1024, then all are forgotten."""

    __slots__ = ("_arguments", "_known", "request", "target")

    def __init__(self, arguments: Arguments) -> None:
        self._arguments = arguments
        self._known: dict[Any, Special] = {}
        self.request = arguments.request()
        self.target = target_of(arguments.target)

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Special]:
        return iter(list(self._known.values()))

    def clear(self) -> None:
        """Forget all of them."""
        self._known.clear()

    def of(self, operands: tuple[Any, ...], conj: bool) -> tuple[Special | Calls, tuple[Any, ...]]:
        """The specialization for `operands`, and these as arrays; one look-up where it is known.

        For operands of another kind, the calls of that kind, and the operands unchanged.
        """
        try:
            found, arrays = self._known[conj, *map(_signature, operands)], operands
        except (KeyError, AttributeError, TypeError):
            calls = calls_of(operands, self._arguments, bool(conj))
            if calls is not None:
                return calls, operands
            found, arrays = self._read(operands, bool(conj))
        return self._ordered(found, arrays, bool(conj)) if found.ordered else (found, arrays)

    def find(self, operands: Sequence[Any], conj: bool) -> tuple[Special, tuple[Array, ...]]:
        """The same in any memory order, for operands that are of no other kind."""
        try:
            return self._known[conj, *map(_signature, operands)], tuple(operands)
        except (KeyError, AttributeError, TypeError):
            return self._read(operands, conj)

    def _read(self, operands: Sequence[Any], conj: bool) -> tuple[Special, tuple[Array, ...]]:
        """The same for first calls, and for whatever converts to arrays."""
        library, arrays = of_library(operands) or (None, as_arrays(operands))
        key = (conj, *map(_signature, arrays))
        found = self._known.get(key)
        if found is None:
            found = self._remember(key, self._made(library, arrays, conj))
        return found, arrays

    def _made(self, library: Library | None, arrays: Sequence[Any], conj: bool) -> Special:
        """The specialization for arrays of `library`, in the code of its target."""
        target = self.target
        told = "NumPy arrays" if library is None else library.arrays
        if target.arrays not in ("", told):
            raise OperandError(
                f"this function was compiled for the target {target.name}, which takes "
                f"{target.arrays} and no {told}: without target= it takes both"
            )
        if library is None:
            return specialize(self.request, target, arrays, conj)
        chosen = target if target.any_library else TARGETS[library.target]
        return library_specialization(self.request, library, chosen, arrays, conj)

    def _ordered(
        self, found: Special, arrays: tuple[Array, ...], conj: bool
    ) -> tuple[Special, tuple[Array, ...]]:
        """The specialization for the memory order of the arrays, and these transposed to it."""
        if all(array.flags.c_contiguous for array in arrays):
            return found, arrays
        found_orders = tuple(map(memory_order, arrays))
        pairs = zip(arrays, found_orders, strict=True)
        placed = tuple(array.transpose(order) for array, order in pairs)
        found_gaps = enumerate(map(gap_of, placed))
        gaps = frozenset((number, gap) for number, gap in found_gaps if gap is not None)
        orders = None if all(map(in_order, arrays)) else found_orders
        if orders is None and not gaps:
            return found, arrays
        key = (conj, *map(_signature, arrays), orders, gaps)
        other = self._known.get(key)
        if other is None:
            made = specialize(self.request, self.target, arrays, conj, orders, gaps)
            other = self._remember(key, made)
        return other, placed

    def _remember(self, key: Hashable, made: Special) -> Special:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = made
        return made


def specialize(
    request: Request,
    target: Target,
    arrays: Sequence[Array],
    conj: bool,
    orders: tuple[MemoryOrder, ...] | None = None,
    gaps: Gaps = frozenset(),
) -> Special:
    """Bind the pattern to `arrays`, and decide how it is lowered.

    With `orders` the functions take each array with its axes in that order. `gaps` are the arrays
    that then have gaps.
    """
    shapes = [array.shape for array in arrays]
    bound = bind(request.equation, request.unbound, shapes, dict(request.given))
    numbers = numbers_of([array.dtype for array in arrays])
    sizes, wrt, order = dict(bound.sizes), request.wrt, request.order
    if target.loops and numbers.computed.char in _UNCOMPILED:
        target = TARGETS["numpy"]
    traits, itemsize = numbers.traits(conj), numbers.computed.itemsize
    pattern = bound.pattern if orders is None else _reordered(bound.pattern, orders)
    count = sum(array.size for array in arrays)
    lowered = with_units(pattern, sizes) if count >= machine.UNITS else pattern
    found = lowering(lowered, wrt, target.form, sizes, traits, itemsize, order, gaps, exact=True)
    check_allocatable(found)
    empty = 0 in sizes.values()
    functions = Zeros(found, numbers.computed) if empty else Generated(found, target)
    shape = tuple(sizes[label] for label in pattern.output)
    gradients = all(arrays[operand].ndim for operand in wrt)
    plain = numbers.uniform and numbers.result == numbers.computed and gradients
    loops = target.form.loops
    ordered = loops or found.scale is not None
    native = Specialization(functions, numbers, shape, wrt, plain, ordered, orders, loops=loops)
    if numbers.result.kind not in "iub":
        return native
    more = Numbers(numbers.operands, numbers.exact, numbers.result)
    bounds = Bounds(pattern, sizes, numbers.exact)
    exact = replace(native, numbers=more, plain=False, bounds=bounds)
    return IntegerSpecialization(native, exact, ordered)


def _reordered(pattern: Pattern, orders: Sequence[MemoryOrder]) -> Pattern:
    terms = zip(pattern.inputs, orders, strict=True)
    inputs = tuple(tuple(term[axis] for axis in order) for term, order in terms)
    return Pattern(inputs, pattern.output)
