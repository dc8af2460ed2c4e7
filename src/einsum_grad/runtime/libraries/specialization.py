"""A pattern compiled for arrays of another library, of one tuple of shapes and dtypes.

It has the methods of `runtime.Specialization`; its functions are those of the library's target.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from einsum_grad.emit import Target
from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.lower import Traits, lowering
from einsum_grad.plan import Request, Shape, bind
from einsum_grad.runtime.generated.functions import Functions, Generated, moves
from einsum_grad.runtime.libraries.library import Library


@dataclass(frozen=True, slots=True)
class LibrarySpecialization:
    """The generated functions, and the checks around them for these operands.

    `dtype` is that of all operands, None if they have several; `refusal` says why there is no
    gradient. Arrays on several `devices` are refused where the library would not do so itself.
    """

    library: Library
    functions: Functions
    shape: Shape
    wrt: tuple[int, ...]
    dtype: Any
    is_complex: bool
    refusal: str
    devices: bool
    large: bool = False

    def forward(self, arrays: Sequence[Any]) -> Any:
        """The output; torch and JAX differentiate it themselves."""
        return self.vjp(arrays)[0]

    def vjp(self, arrays: Sequence[Any]) -> tuple[Any, list[Any]]:
        """The output, and what the pullback reuses."""
        if self.devices:
            _check_devices(arrays)
        save = self.functions["save"]
        saved = [save(*arrays)] if save else []
        output = self.functions["output"](*arrays, *saved)
        if self.dtype not in (None, output.dtype):  # a library may widen a sum of integers
            output = self.library.cast(output, arrays[0])
        return output, saved

    def pullback(self, cotangent: Any, arrays: Sequence[Any], saved: Any) -> tuple[Any, ...]:
        """The gradients, from what `vjp` saved."""
        given = self.cotangent(cotangent, arrays[0])
        return tuple(self.functions["pullback"](given, *arrays, *saved))

    def together(self, cotangent: Any, arrays: Sequence[Any]) -> tuple[Any, tuple[Any, ...]]:
        """The output and the gradients."""
        output, saved = self.vjp(arrays)
        return output, self.pullback(cotangent, arrays, saved)

    def backward(self, cotangent: Any, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """The gradients; what they share with the forward is recomputed."""
        if self.devices:
            _check_devices(arrays)
        save = self.functions["save"]
        return self.pullback(cotangent, arrays, [save(*arrays)] if save else [])

    def jvp(self, arrays: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """The output and its tangent."""
        given = self._tangents(arrays, tangents)
        if self.devices:
            _check_devices((*arrays, *given.values()))
        output, *moved = self.functions["jvp", *given](*arrays, *given.values())
        return output, moved[0] if moved else self.library.zeros(output.shape, output)

    def hvp(
        self, arrays: Sequence[Any], tangents: Sequence[Any], cotangent: Any
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """The gradients, and their derivatives along the tangents."""
        given = self._tangents(arrays, tangents)
        weights = self.cotangent(cotangent, arrays[0])
        if self.devices:
            _check_devices((*arrays, *given.values()))
        results = self.functions["hvp", *given](weights, *arrays, *given.values())
        gradients, moved = results[: len(self.wrt)], iter(results[len(self.wrt) :])
        products = (
            next(moved) if moves(operand, given) else self.library.zeros(gradient.shape, gradient)
            for operand, gradient in zip(self.wrt, gradients, strict=True)
        )
        return self._like(gradients, arrays), self._like(products, arrays)

    def cotangent(self, cotangent: Any, like: Any) -> Any:
        """`cotangent` as an array of the output's dtype; raises an error if it doesn't fit."""
        if self.refusal:
            raise DTypeError(self.refusal)
        (given,) = self.library.taken([cotangent], like)
        if self.devices:
            _check_devices((given, like))
        if tuple(given.shape) != self.shape:
            raise OperandError(
                f"the cotangent has shape {tuple(given.shape)}, and the output {self.shape}"
            )
        if given.dtype == self.dtype:
            return given
        if self.library.kind(given) == "c" and not self.is_complex:
            raise DTypeError(f"the cotangent has dtype {given.dtype}, and the output is real")
        return given if self.dtype is None else self.library.cast(given, like)

    def _tangents(self, arrays: Sequence[Any], tangents: Sequence[Any]) -> Mapping[int, Any]:
        """The tangents of the operands that move, in the operands' dtypes."""
        library, moving = self.library, dict[int, Any]()
        for n, (operand, tangent) in enumerate(zip(arrays, tangents, strict=True)):
            if tangent is None:
                continue
            (given,) = library.taken([tangent], operand)
            if tuple(given.shape) != tuple(operand.shape):
                raise OperandError(
                    f"tangent {n} has shape {tuple(given.shape)}, and its operand "
                    f"{tuple(operand.shape)}"
                )
            if library.kind(given) == "c" and library.kind(operand) != "c":
                raise DTypeError(f"tangent {n} is {given.dtype}, and its operand {operand.dtype}")
            moving[n] = given if given.dtype == operand.dtype else library.cast(given, operand)
        return moving

    def _like(self, found: Iterable[Any], arrays: Sequence[Any]) -> tuple[Any, ...]:
        """Gradients in the dtypes of their operands."""
        pairs = ((gradient, arrays[n]) for gradient, n in zip(found, self.wrt, strict=True))
        return tuple(
            gradient if gradient.dtype == operand.dtype else self._cast(gradient, operand)
            for gradient, operand in pairs
        )

    def _cast(self, gradient: Any, operand: Any) -> Any:
        parts = self.library.kind(gradient) == "c" and self.library.kind(operand) != "c"
        return self.library.cast(self.library.real(gradient) if parts else gradient, operand)


def specialize(
    request: Request, library: Library, target: Target, arrays: Sequence[Any], conj: bool
) -> LibrarySpecialization:
    """Bind the pattern to `arrays` of a library, and decide how it is lowered."""
    shapes = [_known_shape(array, number) for number, array in enumerate(arrays)]
    bound = bind(request.equation, request.unbound, shapes, dict(request.given))
    kinds = [library.kind(array) for array in arrays]
    is_complex = "c" in kinds
    traits = Traits(is_complex, conj or not is_complex, whole=not {"f", "c"} & {*kinds})
    sizes, wrt = dict(bound.sizes), request.wrt
    found = lowering(bound.pattern, wrt, target.form, sizes, traits, order=request.order)
    dtypes = {array.dtype for array in arrays}
    whole = [operand for operand in wrt if kinds[operand] not in "fc"]
    return LibrarySpecialization(
        library,
        Generated(found, target),
        tuple(sizes[label] for label in bound.pattern.output),
        wrt,
        dtypes.pop() if len(dtypes) == 1 else None,
        is_complex,
        _WRAPS.format(whole[0], arrays[whole[0]].dtype) if whole else "",
        target.devices,
    )


_WRAPS = (
    "operand {} has dtype {}, in which a gradient could wrap around: convert it to floating point, "
    "or leave it out of wrt"
)


def _check_devices(arrays: Sequence[Any]) -> None:
    """Raise `OperandError` for arrays on more than one device."""
    first = arrays[0].device
    for array in arrays:
        if array.device != first:
            raise OperandError(
                f"an array on {first} beside one on {array.device}: move them to one device first"
            )


def _known_shape(array: Any, number: int) -> Shape:
    shape = tuple(array.shape)
    if not all(isinstance(size, int) for size in shape):
        raise OperandError(f"operand {number} has the shape {shape}, of which sizes aren't known")
    return shape
