"""Compiled functions of another library's arrays, whose results are that library's."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.cache import Cache
from einsum_grad.runtime.kinds import Kind, mixed, register_kind
from einsum_grad.runtime.libraries.library import LIBRARIES, Library
from einsum_grad.runtime.libraries.specialization import (
    Along,
    Fitted,
    Specialization,
    along,
    specialization,
)

_SPECIALIZATIONS: Cache[Specialization] = Cache(maxsize=1024)
_ALONG: Cache[Along] = Cache(maxsize=1024)


@dataclass(frozen=True, slots=True)
class LibraryCalls:
    """Calls of one pattern with arrays of `library`, in code of its target."""

    library: Library
    arguments: Arguments
    conj: bool

    def forward(self, operands: Sequence[Any]) -> Any:
        """The output; torch and JAX differentiate it themselves."""
        made, arrays = self._made(operands)
        return made.loaded.output(*arrays, *made.saved(arrays))

    def vjp(self, operands: Sequence[Any]) -> tuple[Any, Any]:
        """The output, and what the pullback reuses."""
        made, arrays = self._made(operands)
        saved = made.saved(arrays)
        return made.loaded.output(*arrays, *saved), (made, arrays, saved)

    def pullback(self, cotangent: Any, operands: Sequence[Any], saved: Any) -> tuple[Any, ...]:
        """The gradients, from what `vjp` saved."""
        made, arrays, own = saved
        made.check_gradients()
        given = self._cotangent(cotangent, made, arrays)
        return tuple(made.loaded.pullback(given, *arrays, *own))

    def together(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        """The output and the gradients."""
        self._arrays(operands, cotangent)
        output, saved = self.vjp(operands)
        return output, self.pullback(cotangent, operands, saved)

    def backward(self, cotangent: Any, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The gradients; what they share with the forward is recomputed."""
        self._arrays(operands, cotangent)
        made, arrays = self._made(operands)
        return self.pullback(cotangent, arrays, (made, arrays, made.saved(arrays)))

    def jvp(self, operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output and its tangent."""
        arrays = self._arrays(operands, *tangents)
        moving = self._moving(arrays, tangents)
        made = self._along("jvp", arrays, tuple(moving))
        output, *tangent = made.run(*arrays, *moving.values())
        return output, tangent[0] if tangent else self.library.zeros(output.shape, output)

    def hvp(
        self, operands: Sequence[Any], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The gradients, and their derivatives along the tangents."""
        arrays = self._arrays(operands, *tangents, cotangent)
        moving = self._moving(arrays, tangents)
        made = self._along("hvp", arrays, tuple(moving))
        made.check_gradients()
        given = self._cotangent(cotangent, made, arrays)
        results = iter(made.run(given, *arrays, *moving.values()))
        gradients = self._like((next(results) for _ in made.wrt), arrays, made.wrt)
        products = (
            next(results) if moves else self.library.zeros(gradient.shape, gradient)
            for gradient, moves in zip(gradients, made.moves, strict=True)
        )
        return gradients, self._like(products, arrays, made.wrt)

    def _arrays(self, operands: Sequence[Any], *others: Any) -> tuple[Any, ...]:
        """The operands, numbers among them as arrays; `others` have to be of the library too."""
        values = (*operands, *others)
        like = next(value for value in values if self.library.has(type(value)))
        for value in values:
            if not (self.library.has(type(value)) or isinstance(value, _NUMBERS)):
                raise mixed([self.library.arrays, _named(value)])
        return tuple(
            self.library.number(operand, like) if isinstance(operand, _NUMBERS) else operand
            for operand in operands
        )

    def _made(self, operands: Sequence[Any]) -> tuple[Specialization, Sequence[Any]]:
        """The functions for `operands`, and these as arrays."""
        build = functools.partial(self._build, operands)
        try:
            key = (self.arguments, self.conj, *map(_signature, operands))
            return _SPECIALIZATIONS.get(key, build), operands
        except AttributeError:  # there are numbers among the operands
            return self._made(self._arrays(operands))
        except TypeError:  # a search that is given as a function need not be hashable
            return build(), operands

    def _build(self, operands: Sequence[Any]) -> Specialization:
        arrays = self._arrays(operands)
        return specialization(self.arguments, self.library, self.conj, arrays)

    def _along(self, form: str, arrays: Sequence[Any], active: tuple[int, ...]) -> Along:
        key = (form, active, self.library.target, self.arguments, self.conj)
        build = functools.partial(
            along, form, self.arguments, self.library, self.conj, arrays, active
        )
        try:
            return _ALONG.get((*key, *map(_signature, arrays)), build)
        except TypeError:
            return build()

    def _cotangent(self, cotangent: Any, made: Fitted, arrays: Sequence[Any]) -> Any:
        """The cotangent as an array of the output's dtype; raises an error if it doesn't fit."""
        library = self.library
        if isinstance(cotangent, _NUMBERS):
            cotangent = library.number(cotangent, arrays[0])
        elif not library.has(type(cotangent)):
            raise mixed([library.arrays, _named(cotangent)])
        shape = tuple(cotangent.shape)
        if shape != made.shape:
            raise OperandError(f"the cotangent has shape {shape}, and the output {made.shape}")
        if cotangent.dtype == made.dtype:
            return cotangent
        if library.kind(cotangent) == "c" and not made.is_complex:
            raise DTypeError(f"the cotangent has dtype {cotangent.dtype}, and the output is real")
        return cotangent if made.dtype is None else library.cast(cotangent, arrays[0])

    def _moving(self, arrays: Sequence[Any], tangents: Sequence[Any]) -> dict[int, Any]:
        """The tangents that are not None, in their operands' dtypes."""
        moving = {n: tangent for n, tangent in enumerate(tangents) if tangent is not None}
        for n, tangent in moving.items():
            operand = arrays[n]
            given = tangent if self.library.has(type(tangent)) else None
            given = self.library.number(tangent, operand) if given is None else given
            if tuple(given.shape) != tuple(operand.shape):
                raise OperandError(
                    f"tangent {n} has shape {tuple(given.shape)}, and its operand "
                    f"{tuple(operand.shape)}"
                )
            if self.library.kind(given) == "c" and self.library.kind(operand) != "c":
                raise DTypeError(f"tangent {n} is {given.dtype}, and its operand {operand.dtype}")
            moving[n] = given if given.dtype == operand.dtype else self.library.cast(given, operand)
        return moving

    def _like(
        self, found: Iterable[Any], arrays: Sequence[Any], wrt: Sequence[int]
    ) -> tuple[Any, ...]:
        """Gradients in the dtypes of their operands."""
        return tuple(
            gradient
            if gradient.dtype == arrays[operand].dtype
            else self.library.cast(gradient.real, arrays[operand])
            for gradient, operand in zip(found, wrt, strict=True)
        )


_NUMBERS = (bool, int, float, complex, type(None))


_signature = operator.attrgetter("__class__", "shape", "dtype")


def _named(value: Any) -> str:
    root = type(value).__module__.partition(".")[0]
    return "NumPy arrays" if root == "numpy" else f"{type(value).__name__}s"


def _kind(library: Library) -> Kind:
    make = functools.partial(LibraryCalls, library)
    return Kind(library.arrays, library.has, make, beside_arrays=False)


for _each in LIBRARIES:
    register_kind(_kind(_each))
