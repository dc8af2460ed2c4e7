"""`einsum`: np.einsum's call, recorded where an operand is a Tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.tape.nodes import Array, Traced
from einsum_grad.errors import AutogradError
from einsum_grad.functions import einsum as run_einsum
from einsum_grad.runtime.operands.typed import Number, Operand, Recorded


class _Options(TypedDict, total=False):
    order: Any
    casting: Any
    optimize: Any
    notation: str
    sizes: Mapping[Any, int] | None


class _Keywords(_Options, total=False):
    out: Any
    dtype: Any


@overload
def einsum(
    subscripts: str, /, *operands: NDArray[Number], **options: Unpack[_Options]
) -> NDArray[Number]: ...
@overload
def einsum(  # type: ignore[overload-overlap]  # no array has `requires_grad`
    subscripts: str, /, *operands: Operand, **keywords: Unpack[_Keywords]
) -> Array: ...
@overload
def einsum(
    subscripts: str, /, *operands: Recorded | Operand, **keywords: Unpack[_Keywords]
) -> Recorded: ...
@overload
def einsum(  # type: ignore[overload-overlap]  # no array has `requires_grad`
    operand: Array, /, *others: Operand, **keywords: Unpack[_Keywords]
) -> Array: ...
@overload
def einsum(
    operand: Recorded | Array, /, *others: Recorded | Operand, **keywords: Unpack[_Keywords]
) -> Recorded: ...
@overload
def einsum(*operands: object, **keywords: Unpack[_Keywords]) -> Any: ...
@implements(np.einsum)
def einsum(
    *operands: Any,
    out: Any = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = None,
    optimize: Any = "auto",
    notation: str = "letters",
    sizes: Mapping[Any, int] | None = None,
) -> Any:
    """Evaluate an einsum, as np.einsum does; with a Tensor among the operands it is recorded.

    The call is np.einsum's, in both forms: `einsum("ij,jk->ik", x, w)` or
    `einsum(x, [0, 1], w, [1, 2], [0, 2])`, with `out`, `dtype`, `order`, `casting` and `optimize`.
    Labels are those of opt_einsum: letters and symbols of any script, and in the second form any
    integers, strings and other hashables. With `optimize=False` integers end at 51. An ellipsis
    that the output lacks is summed over if an `optimize` other than False is given, and else
    refused. For Tensors the result is a Tensor; `dtype` casts the operands as `casting` allows, the
    gradients follow the tree that `optimize` chooses, `order` changes nothing, and `out` is
    refused.

    With `notation="named"` or with `sizes` the language is that of `compile`: labels may be names
    divided by spaces, the output may have a label twice, or one that no operand has and whose size
    is in `sizes`, and an ellipsis that it lacks is summed over. `sizes={}` asks for that language
    alone. A size that is given for an operand's label must be the operand's.

    Raises `PatternError` or `OperandError`, which are ValueErrors, for a pattern that is invalid
    and operands that don't fit it, `ArgumentError` for `sizes` that don't, and `AutogradError` for
    `out`.

    >>> import einsum_grad as eg
    >>> x = eg.Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> eg.einsum("ij,ij->", x, x).backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])
    >>> eg.einsum("ij->ji", [[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]])
    >>> eg.einsum("row col -> col row copy", [[1, 2]], notation="named", sizes={"copy": 3})
    array([[[1, 1, 1]],
    <BLANKLINE>
           [[2, 2, 2]]])
    >>> eg.einsum("i->ii", [1, 2], sizes={})
    array([[1, 0],
           [0, 2]])
    """
    if any(isinstance(operand, Traced) for operand in (*operands, out)):
        if out is not None:
            raise AutogradError(
                "an einsum of Tensors can't write into out=: it would not be recorded"
            )
        if dtype is not None:
            operands = _cast(operands, dtype, "safe" if casting is None else casting)
        return run_einsum(*operands, optimize=optimize, notation=notation, sizes=sizes)
    return run_einsum(
        *operands,
        out=out,
        dtype=dtype,
        order=order,
        casting=casting,
        optimize=optimize,
        notation=notation,
        sizes=sizes,
    )


def _cast(args: Sequence[Any], dtype: Any, casting: str) -> tuple[Any, ...]:
    """The arguments of an einsum, the operands among them in another dtype."""
    text = isinstance(args[0], (str, bytes))
    places = range(1, len(args)) if text else range(0, len(args) // 2 * 2, 2)
    return tuple(
        cast("einsum", operand, dtype, casting) if n in places else operand
        for n, operand in enumerate(args)
    )
