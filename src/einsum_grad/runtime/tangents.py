"""`jvp` and `hvp` of a compiled pattern: the forward or the gradients, and their tangents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from einsum_grad.emit import TARGETS, write_tangents
from einsum_grad.errors import ArgumentError, ArgumentTypeError, DTypeError, OperandError
from einsum_grad.lower import TangentProgram, arranged, hvp, jvp, lowering
from einsum_grad.plan import AUTO, Request, Shape, bind
from einsum_grad.runtime.allocation import check_allocatable, unallocated
from einsum_grad.runtime.cache import Cache
from einsum_grad.runtime.dtypes import Array, DType, Numbers, convert, numbers_of
from einsum_grad.runtime.integers import Bounds
from einsum_grad.runtime.load import execute
from einsum_grad.runtime.scales import like, remember
from einsum_grad.runtime.specialization import as_array, convert_cotangent

Run = Callable[..., Sequence[Any]]

MODULES: Cache[tuple[TangentProgram, Run]] = Cache(maxsize=1024)
"""The generated functions by what they depend on, each with its program."""

_TARGET = TARGETS["numpy"]
"""It contracts pairs, whatever the function's own target: all operands at once cost more."""

_PROGRAMS = {"jvp": jvp, "hvp": hvp}
_MOST_VARIANTS = 1024


@dataclass(frozen=True, slots=True)
class Variant:
    """A generated function, and the conversions around it for these shapes and dtypes."""

    run: Run
    numbers: Numbers
    shape: Shape
    moves: tuple[bool, ...]
    """Which of the values have a derivative that is not zero."""
    bounds: Bounds | None
    """For integers, which could wrap around."""


class Tangents:
    """The JVP and HVP functions of one pattern, made on demand."""

    __slots__ = ("_request", "_variants")

    def __init__(self, request: Request) -> None:
        self._request = request
        self._variants: dict[Any, Variant] = {}

    def jvp(self, operands: Any, tangents: Any) -> tuple[Any, Any]:
        """The output and its tangent."""
        arrays, moving = paired(operands, tangents)
        variant = self._variant("jvp", arrays, moving, True)
        computed, result = variant.numbers.computed, variant.numbers.result
        try:
            given = {n: convert(v, computed, f"tangent {n}") for n, v in moving.items()}
            if variant.bounds:
                variant.bounds.check_tangent(arrays, given)
            out, *tangent = variant.run(*_cast(arrays, computed), *given.values())
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        moved = np.asarray(tangent[0]) if tangent else np.zeros(variant.shape, result)
        narrow = convert(moved, result, "the tangent") if variant.bounds else moved
        return _scalar(out, result), _scalar(narrow, result)

    def hvp(
        self, operands: Any, tangents: Any, cotangent: Any, conj: bool
    ) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
        """The gradients, and their derivatives along the tangents."""
        arrays, moving = paired(operands, tangents)
        variant = self._variant("hvp", arrays, moving, bool(conj))
        computed = variant.numbers.computed
        try:
            given = {n: convert(v, computed, f"tangent {n}") for n, v in moving.items()}
            weights = _cotangent(cotangent, variant)
            if variant.bounds:
                for operand in self._request.wrt:
                    variant.bounds.check_gradient(operand, weights, arrays)
                    variant.bounds.check_product(operand, weights, arrays, given)
            results = iter(variant.run(weights, *_cast(arrays, computed), *given.values()))
        except MemoryError as error:
            raise unallocated(error, len(arrays)) from error
        dtypes = [variant.numbers.operands[n] for n in self._request.wrt]
        names = [f"the gradient of operand {n}" for n in self._request.wrt]
        gradients = tuple(
            convert(np.asarray(next(results)), dtype, name)
            for dtype, name in zip(dtypes, names, strict=True)
        )
        products = tuple(
            convert(np.asarray(next(results)), gradient.dtype, f"the product beside {name}")
            if moves
            else np.zeros(gradient.shape, gradient.dtype)
            for gradient, moves, name in zip(gradients, variant.moves, names, strict=True)
        )
        return gradients, products

    def _variant(
        self, name: str, arrays: Sequence[Array], active: Iterable[int], conj: bool
    ) -> Variant:
        key = (name, conj, *active, *((array.shape, array.dtype) for array in arrays))
        found = self._variants.get(key)
        if found is None:
            if len(self._variants) >= _MOST_VARIANTS:
                self._variants.clear()
            found = _build(name, self._request, arrays, tuple(active), conj)
            self._variants[key] = found
        return found


def _build(
    name: str, request: Request, arrays: Sequence[Array], active: tuple[int, ...], conj: bool
) -> Variant:
    """Bind the pattern to `arrays`, and find or make the function."""
    shapes = [array.shape for array in arrays]
    bound = bind(request.equation, request.unbound, shapes, dict(request.given))
    found = numbers_of([array.dtype for array in arrays])
    numbers = replace(found, computed=found.exact)
    wrt = request.wrt if name == "hvp" else ()
    # All operands at once would cost n times the forward; then the search decides.
    order, itemsize = request.order or AUTO, numbers.computed.itemsize
    sizes, traits = dict(bound.sizes), numbers.traits(conj)
    asked = lowering(bound.pattern, wrt, _TARGET.form, sizes, traits, itemsize, order, exact=True)
    check_allocatable(asked.made, asked.sizes, itemsize, len(arrays))
    key = (name, active, asked.key)
    scale = like(key, asked.scale)

    def build() -> tuple[TangentProgram, Run]:
        program = _PROGRAMS[name](asked.lowered(), active)
        text = write_tangents(arranged(program, scale), _TARGET, name)
        run: Run = getattr(execute(text, f"{name} of {asked.pattern}", (name,)), name)
        remember(key, scale)
        return program, run

    program, run = MODULES.get((key, scale), build)
    if 0 in sizes.values():
        run = _without_terms(program, asked.sizes, numbers.computed)
    known = dict(bound.sizes)
    shape = tuple(known[label] for label in bound.pattern.output)
    moves = tuple(derivative is not None for derivative in program.derivatives)
    whole = numbers.result.kind in "iub"
    bounds = Bounds(bound.pattern, known, numbers.computed) if whole else None
    return Variant(run, numbers, shape, moves, bounds)


def _without_terms(program: TangentProgram, sizes: Mapping[str, int], dtype: DType) -> Run:
    """The function where a label has size 0: all that it returns are zeros."""
    made = [value for value in (*program.values, *program.derivatives) if value is not None]
    shapes = [tuple(sizes.get(label, 1) for label in value.labels) for value in made]
    return lambda *operands: tuple(np.zeros(shape, dtype) for shape in shapes)


def check_tuples(operands: Any, tangents: Any) -> None:
    """Raise `ArgumentTypeError` or `ArgumentError` unless both are tuples of one length."""
    for name, given in (("operands", operands), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise ArgumentTypeError(f"{name} is a tuple, not a {type(given).__name__}")
    if len(tangents) != len(operands):
        raise ArgumentError(
            f"{len(operands)} operands and {len(tangents)} tangents; None stands for no tangent"
        )


def paired(
    operands: Sequence[Any], tangents: Sequence[Any]
) -> tuple[tuple[Array, ...], dict[int, Array]]:
    """The operands as arrays, and the tangents of those that have one; all of them are checked."""
    arrays = tuple(as_array(operand, f"operand {n}") for n, operand in enumerate(operands))
    moving = {n: as_array(v, f"tangent {n}") for n, v in enumerate(tangents) if v is not None}
    for n, tangent in moving.items():
        if tangent.shape != arrays[n].shape:
            raise OperandError(
                f"tangent {n} has shape {tangent.shape}, and its operand {arrays[n].shape}"
            )
        kind = tangent.dtype.kind
        if kind not in "biufc" or (kind == "c" and arrays[n].dtype.kind != "c"):
            raise DTypeError(f"tangent {n} is {tangent.dtype}, and its operand {arrays[n].dtype}")
    return arrays, moving


def _cotangent(cotangent: Any, variant: Variant) -> Array:
    given = as_array(cotangent, "the cotangent")
    if given.shape != variant.shape:
        raise OperandError(f"the cotangent has shape {given.shape}, and the output {variant.shape}")
    return convert_cotangent(given, variant.numbers.computed)


def _cast(arrays: Sequence[Array], dtype: Any) -> list[Array]:
    return [array.astype(dtype, copy=False) for array in arrays]


def _scalar(value: Any, dtype: Any) -> Any:
    """The result in its dtype; without axes a scalar, as a call of the function returns it."""
    array = np.asarray(value).astype(dtype, copy=False)
    return array if array.ndim else array[()]
