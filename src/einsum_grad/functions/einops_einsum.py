"""`einops_einsum`: einops' call, arrays first and the pattern last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from einsum_grad.errors import ArgumentTypeError, OperandError
from einsum_grad.functions.np_einsum import einsum
from einsum_grad.syntax import check_length, refuse

_CALL = 'einops_einsum(x, w, "b i, i j -> b j")'


def einops_einsum(
    *operands_and_pattern: Any, sizes: Mapping[str, int] | None = None, optimize: Any = "auto"
) -> Any:
    """Evaluate an einsum called as einops.einsum is: the operands, then the pattern.

    It is `einsum(pattern, *operands, notation="named")`: labels are names divided by spaces, and
    Tensors are recorded. What einops refuses and this language has is taken: a name twice in the
    output, a name that only the output has and whose size is in `sizes`, an ellipsis that the
    output lacks, any number of names. `optimize` is that of `einsum`.

    Raises `PatternError` for a pattern that is invalid or has no output, `OperandError` for
    operands that don't fit it, or without a pattern after them, and `ArgumentTypeError` for a
    pattern that is no str or comes first.

    >>> einops_einsum([[1, 2], [3, 4]], [10, 1], "row col, col -> row")
    array([12, 34])
    >>> einops_einsum([1, 2], "x -> x copy", sizes={"copy": 3})
    array([[1, 1, 1],
           [2, 2, 2]])
    """
    if len(operands_and_pattern) < 2:
        raise OperandError(f"one operand or more and a pattern are wanted, as in {_CALL}")
    *operands, pattern = operands_and_pattern
    if not isinstance(pattern, str):
        first = isinstance(operands[0], str)
        raise ArgumentTypeError(
            f"the pattern comes last{', and not first' if first else ''}, as in {_CALL}; "
            f"the last argument is of type {type(pattern).__name__}"
        )
    check_length(pattern)
    if "->" not in pattern:
        raise refuse("the output is missing: end the pattern with -> names", pattern, len(pattern))
    return einsum(pattern, *operands, notation="named", sizes=sizes, optimize=optimize)
