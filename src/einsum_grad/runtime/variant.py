"""A pattern compiled for one tuple of shapes and dtypes: what a call looks up and runs."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from einsum_grad.emit import Target, path_of, program_of, write
from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.lower import PLAIN, Gap, Gaps, Traits, scale_of
from einsum_grad.plan import AUTO, Order, Pattern, Request, Shape, arrays, bind, spell
from einsum_grad.runtime.cache import Cache
from einsum_grad.runtime.dtypes import Array, DType, Numbers, convert, numbers_of
from einsum_grad.runtime.helpers import copied
from einsum_grad.runtime.load import Loaded, load

MODULES: Cache[Loaded] = Cache(maxsize=1024)
"""The generated modules by what they were made of; many shapes share one."""

MemoryOrder = tuple[int, ...]
"""The axes of an array by their strides, the longest first: the order in which they lie."""

Saved = list[Sequence[Array]]
"""What `save` returned, as the last argument of a call; nothing where there is no `save`.

A list of arrays is for one pullback, which uses it up, a tuple for all that come.
"""


@dataclass(frozen=True, slots=True)
class Variant:
    """The generated functions, and what is around them for these operands.

    `plain` says that nothing is around them: all dtypes are the one that is computed in, and no
    gradient is without axes, which NumPy would return as a scalar. Of `large` operands whose axes
    lie otherwise in memory the variant is another one, which has them in that order: `orders`.
    """

    loaded: Loaded
    numbers: Numbers
    names: tuple[str, ...]
    shape: tuple[int, ...]
    wrt: tuple[int, ...]
    plain: bool
    large: bool
    orders: tuple[MemoryOrder, ...] | None = None

    def forward(self, arrays: Sequence[Array]) -> Any:
        """The output."""
        return self.vjp(arrays)[0]

    def vjp(self, arrays: Sequence[Array]) -> tuple[Any, Saved]:
        """The output, and what the pullback uses again."""
        loaded = self.loaded
        operands = arrays if self.plain else self._computed(arrays)
        saved = [loaded.save(*operands)] if loaded.save else []
        output = loaded.output(*operands, *saved)
        if not self.plain:
            return self._returned(output), saved
        return output if self.shape else output[()], saved

    def pullback(self, cotangent: Any, arrays: Sequence[Array], saved: Saved) -> tuple[Array, ...]:
        """The gradients, from what `vjp` kept; the first call uses that up."""
        if (
            self.plain
            and type(cotangent) is np.ndarray
            and cotangent.shape == self.shape
            and cotangent.dtype == self.numbers.computed
            and (cotangent.flags.c_contiguous or not self.large)
        ):
            own = self._taken(arrays, saved) if self.loaded.save else ()
            gradients: tuple[Array, ...] = self.loaded.pullback(cotangent, *arrays, *own)
            return gradients if self.orders is None else self._in_place(gradients)
        given, operands = self._cotangent(cotangent), self._computed(arrays)
        own = self._taken(operands, saved) if self.loaded.save else ()
        found = self._given_back(self.loaded.pullback(given, *operands, *own))
        return found if self.orders is None else self._in_place(found)

    def together(self, cotangent: Any, arrays: Sequence[Array]) -> tuple[Any, tuple[Array, ...]]:
        """The output and the gradients, in one pass where the module has one."""
        if self.loaded.together is None:
            output, saved = self.vjp(arrays)
            return output, self.pullback(cotangent, arrays, saved)
        given = self._cotangent(cotangent)
        output, gradients = self.loaded.together(given, *self._computed(arrays))
        found = gradients if self.plain else self._given_back(gradients)
        return self._returned(output), found if self.orders is None else self._in_place(found)

    def backward(self, cotangent: Any, arrays: Sequence[Array]) -> tuple[Array, ...]:
        """The gradients, with what they share with the forward computed anew."""
        save, given = self.loaded.save, self._cotangent(cotangent)
        saved = [save(*self._computed(arrays))] if save else []
        return self.pullback(given, arrays, saved)

    def _taken(self, operands: Sequence[Array], saved: Saved) -> Saved:
        """What a pullback may use up; who calls it again has it computed again, and then it stays.

        To pop is atomic: of two threads only one has what was saved.
        """
        assert self.loaded.save is not None
        try:
            found = saved.pop()
        except IndexError:
            found = tuple(self.loaded.save(*operands))
        if type(found) is tuple:
            saved.append(found)
            found = list(found)
        return [found]

    def _computed(self, arrays: Sequence[Array]) -> Sequence[Array]:
        if self.numbers.uniform:
            return arrays
        return [array.astype(self.numbers.computed, copy=False) for array in arrays]

    def _in_place(self, gradients: Sequence[Array]) -> tuple[Array, ...]:
        """The gradients with their axes where the operands have them."""
        assert self.orders is not None
        return tuple(
            gradient.transpose(np.argsort(self.orders[operand]))
            for operand, gradient in zip(self.wrt, gradients, strict=True)
        )

    def _returned(self, output: Any) -> Any:
        if output.dtype != self.numbers.result:
            output = output.astype(self.numbers.result)
        return output if self.shape else output[()]

    def _cotangent(self, cotangent: Any) -> Array:
        given = as_array(cotangent, "the cotangent")
        if given.shape != self.shape:
            raise OperandError(
                f"the cotangent has shape {given.shape}, and the output {self.shape}"
            )
        converted = convert_cotangent(given, self.numbers.computed)
        return _in_rows(converted) if self.large and len(self.names) > 1 else converted

    def _given_back(self, gradients: Sequence[Any]) -> tuple[Array, ...]:
        return tuple(
            convert(np.asarray(gradient), self.numbers.operands[operand], self.names[operand])
            for operand, gradient in zip(self.wrt, gradients, strict=True)
        )


def as_array(value: Any, name: str) -> Array:
    """`value` as an array; `OperandError` if it is none, such as a ragged list.

    RuntimeError is what a torch tensor raises that requires a gradient.
    """
    if type(value) is np.ndarray:
        return value
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise OperandError(f"{name} can't be made an array: {error}") from error


def _in_rows(cotangent: Array) -> Array:
    """`cotangent`, or a copy if its axes lie otherwise or with gaps; one that repeats may do so."""
    if cotangent.flags.c_contiguous or 0 in cotangent.strides:
        return cotangent
    return copied(cotangent)


def convert_cotangent(given: Array, dtype: DType) -> Array:
    """`given` in the dtype that is computed in; a complex one for a real output is refused."""
    if given.dtype == dtype:
        return given
    if given.dtype.kind not in "biufc" or (given.dtype.kind == "c" and dtype.kind != "c"):
        raise DTypeError(f"the cotangent has dtype {given.dtype}, and the output is {dtype}")
    return convert(given, dtype, "the cotangent")


def memory_order(array: Array) -> MemoryOrder:
    """The axes of `array` as they lie in memory; one along which it only repeats is put first.

    >>> memory_order(np.empty((2, 3))), memory_order(np.empty((2, 3), order="F"))
    ((0, 1), (1, 0))
    """
    strides = [abs(stride) or sys.maxsize for stride in array.strides]
    # Windows that overlap have axes of one stride: the long one of two is the better last.
    return tuple(sorted(range(array.ndim), key=lambda axis: (-strides[axis], array.shape[axis])))


def gap_of(array: Array) -> Gap | None:
    """Where the gaps are of `array`, whose axes lie as `memory_order` says; None without.

    >>> gap_of(np.empty((2, 3))), gap_of(np.empty((4, 3))[::2]), gap_of(np.empty((2, 6))[:, ::2])
    (None, <Gap.ROWS: 'rows'>, <Gap.NUMBERS: 'numbers'>)
    """
    axes = [
        (size, stride) for size, stride in zip(array.shape, array.strides, strict=True) if size != 1
    ]
    if axes and (axes[-1][1] != array.itemsize or any(stride <= 0 for _, stride in axes)):
        return Gap.NUMBERS
    torn = any(stride != size * inner for (_, stride), (size, inner) in itertools.pairwise(axes))
    return Gap.ROWS if torn else None


def build_variant(
    request: Request,
    target: Target,
    arrays: Sequence[Array],
    conjugate: bool,
    orders: tuple[MemoryOrder, ...] | None = None,
    gaps: Gaps = frozenset(),
) -> Variant:
    """Bind the pattern to `arrays`, and find or make the module that runs it.

    With `orders` the module takes each array with its axes in another order. `gaps` are those that
    have gaps then.
    """
    shapes = [array.shape for array in arrays]
    bound = bind(request.equation, request.unbound, shapes, dict(request.given))
    numbers = numbers_of([array.dtype for array in arrays])
    sizes = dict(bound.sizes)
    traits, itemsize = numbers.traits(conjugate), numbers.computed.itemsize
    pattern = bound.pattern if orders is None else _reordered(bound.pattern, orders)
    loaded = load_module(pattern, request.wrt, target, sizes, traits, itemsize, request.order, gaps)
    if 0 in sizes.values():
        loaded = _without_terms(loaded, bound.pattern, request.wrt, sizes, shapes, numbers.computed)
    shape = tuple(sizes[label] for label in bound.pattern.output)
    if math.prod(shape) * numbers.computed.itemsize > sys.maxsize:
        raise OperandError(f"the output would have shape {shape}, which no memory holds")
    names = tuple(f"the gradient of operand {number}" for number in range(len(arrays)))
    ranks = [arrays[operand].ndim for operand in request.wrt]
    plain = numbers.uniform and numbers.result == numbers.computed and all(ranks)
    large = loaded.source.large
    return Variant(loaded, numbers, names, shape, request.wrt, plain, large, orders)


def _without_terms(
    loaded: Loaded,
    pattern: Pattern,
    wrt: tuple[int, ...],
    sizes: Mapping[str, int],
    shapes: Sequence[Shape],
    dtype: DType,
) -> Loaded:
    """The functions where a label has size 0: no sum has a term, and so all there is are zeros.

    np.einsum would write to memory that is not its own: where its result has no entries, it may
    set some all the same.
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


def load_module(
    pattern: Pattern,
    wrt: tuple[int, ...],
    target: Target,
    sizes: dict[str, int],
    traits: Traits = PLAIN,
    itemsize: int = 8,
    order: Order = AUTO,
    gaps: Gaps = frozenset(),
) -> Loaded:
    """The module of `pattern`, written and executed once.

    The sizes of labels that the output alone has are part of it. The others choose the path, and
    those that choose the same path share the module.
    """
    spelled = spell(pattern)
    safe = pattern.rename(spelled)
    own = {spelled[label]: size for label, size in sizes.items() if label in spelled}
    fixed = tuple(safe.output_sizes(own).items())
    path = path_of(safe, target, own, order)
    scale = scale_of(arrays(safe, path), own, itemsize, gaps) if target.fast else None

    def build() -> Loaded:
        known = order if path is None else path
        program = program_of(safe, wrt, target, own, traits, itemsize, known, gaps)
        return load(write(program, target), str(safe))

    return MODULES.get((safe, wrt, target.name, traits, fixed, scale, path), build)
