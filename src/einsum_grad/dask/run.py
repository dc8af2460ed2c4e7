"""One call on Dask arrays: the pattern bound to them, and the steps of its program as layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dask
import dask.array as da
from dask.utils import parse_bytes

from einsum_grad.dask.arrays import as_operand, axes_of, check_fits, converted, laid_out
from einsum_grad.dask.layers import layer
from einsum_grad.emit import target_of
from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.lower import Program, Value, lowering, steps
from einsum_grad.lower.dependence import needed
from einsum_grad.lower.partition.partition import FORM, Partition, partition
from einsum_grad.plan import bind
from einsum_grad.runtime import Arguments, Numbers, numbers_of
from einsum_grad.runtime.generated.functions import moves

Arrays = Mapping[str, Any]
"""Dask arrays by the names of the program's values."""


@dataclass(frozen=True, slots=True)
class Run:
    """A program on Dask arrays: `operands` as they were given, and `known` with its chunks."""

    partition: Partition
    numbers: Numbers
    operands: Sequence[Any]
    known: Arrays
    active: tuple[int, ...] = ()
    """The operands that move, of a function along tangents."""

    @property
    def program(self) -> Program:
        """What is run."""
        return self.partition.program

    def output(self) -> Any:
        """The output."""
        (output,) = self._made([self.program.output], self.known)
        return converted(output, self.numbers.result)

    def gradients(self, cotangent: Any) -> tuple[Any, ...]:
        """The gradients, each with its operand's chunks and dtype."""
        made = self._made(self.program.gradients, self._with(cotangent))
        return self._given_back(self.program.wrt, made)

    def tangent(self) -> tuple[Any, Any]:
        """The output and its tangent."""
        made = self._made(self.program.gradients, self.known)
        output, *moved = (converted(array, self.numbers.result) for array in made)
        return output, moved[0] if moved else da.zeros_like(output)

    def products(self, cotangent: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The gradients, and their derivatives along the tangents."""
        wrt = self.program.wrt
        made = self._made(self.program.gradients, self._with(cotangent))
        gradients = self._given_back(wrt, made)
        moving = [number for number in wrt if moves(number, self.active)]
        moved = dict(zip(moving, self._given_back(moving, made[len(wrt) :]), strict=True))
        pairs = zip(wrt, gradients, strict=True)
        return gradients, tuple(moved.get(n, da.zeros_like(gradient)) for n, gradient in pairs)

    def _with(self, cotangent: Any) -> Arrays:
        """What is known beside the cotangent, which is checked."""
        self._check_floating()
        value = self.program.cotangent
        given = as_operand(cotangent, "the cotangent")
        computed, axes = self.numbers.computed, self.partition.axes(value)
        check_fits(given, tuple(map(sum, axes)), computed, "the cotangent", "the output")
        return {**self.known, value.name: laid_out(given, axes, computed)}

    def _check_floating(self) -> None:
        for number in self.program.wrt:
            dtype = self.numbers.operands[number]
            if dtype.kind not in "fc":
                raise DTypeError(
                    f"operand {number} has dtype {dtype}, in which a gradient could wrap around: "
                    "convert it to floating point, or leave it out of wrt"
                )

    def _made(self, wanted: Sequence[Value], known: Arrays) -> list[Any]:
        """The `wanted` values, by the steps that they need."""
        found, dtype = dict(known), self.numbers.computed
        todo = (*steps(self.program.forward), *steps(self.program.backward))
        for step in needed(todo, wanted):
            if step.result.name not in found:
                args = [found[arg.name] for arg in step.args]
                found[step.result.name] = layer(step, self.partition, args, dtype)
        return [found[value.name] for value in wanted]

    def _given_back(self, wrt: Iterable[int], made: Iterable[Any]) -> tuple[Any, ...]:
        """Gradients in the dtypes and chunks of their operands."""
        return tuple(
            converted(array, self.numbers.operands[number]).rechunk(
                axes_of(self.operands[number]) or array.chunks
            )
            for number, array in zip(wrt, made, strict=False)
        )


def start(
    arguments: Arguments,
    operands: Sequence[Any],
    conj: bool,
    along: str = "",
    tangents: Sequence[Any] = (),
) -> Run:
    """Bind the pattern to operands, and decide on chunks; `along` is "jvp" or "hvp".

    Raises `OperandError` for operands that don't fit, and for a target of another library.
    """
    _check_target(arguments.target)
    read = [as_operand(value, f"operand {n}") for n, value in enumerate(operands)]
    numbers = numbers_of([array.dtype for array in read])
    moving = _moving(read, tangents)
    request = arguments.request()
    shapes = [array.shape for array in read]
    bound = bind(request.equation, request.unbound, shapes, dict(request.given))
    sizes, traits = dict(bound.sizes), numbers.traits(conj)
    wrt = () if along == "jvp" else request.wrt
    found = lowering(bound.pattern, wrt, FORM, sizes, traits, order=request.order)
    program = found.tangents(along, tuple(moving)) if along else found.program()
    arrays = [*read, *moving.values()]
    budget = arguments.task_bytes or int(parse_bytes(dask.config.get("array.chunk-size")))
    given = [axes_of(array) for array in arrays]
    parted = partition(program, found.sizes, given, numbers.computed.itemsize, budget)
    known = {
        value.name: laid_out(array, parted.axes(value), numbers.computed)
        for value, array in zip(program.operands, arrays, strict=True)
    }
    return Run(parted, numbers, read, known, tuple(moving))


def _check_target(name: str) -> None:
    target = target_of(name)
    if target.arrays:
        raise OperandError(
            f"this function was compiled for the target {name}, which takes {target.arrays} and "
            "no Dask arrays: without target= it takes both"
        )


def _moving(operands: Sequence[Any], tangents: Sequence[Any]) -> dict[int, Any]:
    """The tangents of the operands that move."""
    moving = {}
    for number, tangent in enumerate(tangents):
        if tangent is not None:
            moving[number] = given = as_operand(tangent, f"tangent {number}")
            operand = operands[number]
            check_fits(given, operand.shape, operand.dtype, f"tangent {number}", "its operand")
    return moving
