"""`einsum`: np.einsum's call, recorded where an operand is a Tensor."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.contract import contract
from einsum_grad.autograd.dispatch import implements
from einsum_grad.autograd.linear import is_inexact
from einsum_grad.autograd.ownership import look
from einsum_grad.autograd.refusals import as_operand, run
from einsum_grad.autograd.tape import Traced
from einsum_grad.autograd.tensor import Tensor
from einsum_grad.errors import ArgumentTypeError, AutogradError
from einsum_grad.functions import einsum as run_einsum
from einsum_grad.functions import order_of
from einsum_grad.plan import check_legal
from einsum_grad.syntax import parse, read_call


@implements(np.einsum)
def einsum(
    *operands: Any,
    out: Any = None,
    dtype: Any = None,
    order: Any = "K",
    casting: Any = None,
    optimize: Any = "auto",
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

    Raises `PatternError` or `OperandError`, which are ValueErrors, for a pattern that is invalid
    and operands that don't fit it, and `AutogradError` for `out`.

    >>> import einsum_grad as eg
    >>> x = eg.Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    >>> eg.einsum("ij,ij->", x, x).backward()
    >>> x.grad
    array([[2., 4.],
           [6., 8.]])
    >>> eg.einsum("ij->ji", [[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]])
    """
    if not any(isinstance(operand, Traced) for operand in (*operands, out)):
        return run_einsum(
            *operands, out=out, dtype=dtype, order=order, casting=casting, optimize=optimize
        )
    if out is not None:
        raise AutogradError("an einsum of Tensors can't write into out=: it would not be recorded")
    pattern, given = _read(operands, limited=optimize is False)
    chosen = order_of(optimize, pattern, [look(operand) for operand in given])
    if not any(map(is_inexact, given)):
        plain = run_einsum(
            pattern, *map(look, given), dtype=dtype, casting=casting, optimize=optimize
        )
        return Tensor._of(np.array(plain), None)
    cast = [_cast(operand, dtype, "safe" if casting is None else casting) for operand in given]
    return contract(pattern, cast, optimize=chosen)


def _read(args: Sequence[Any], limited: bool) -> tuple[str, Sequence[Any]]:
    """The subscripts, which must be legal for np.einsum, and the operands."""
    if args and isinstance(args[0], str):
        return _legal(args[0]), args[1:]
    equation, operands = read_call(args, limited)
    return _legal(equation.text), operands


@functools.lru_cache(maxsize=1024)
def _legal(text: str) -> str:
    check_legal(parse(text))
    return text


def _cast(operand: Any, dtype: Any, casting: str) -> Any:
    operand = as_operand(operand, "einsum")
    if dtype is None:
        return operand
    values: Any = operand if isinstance(operand, Traced) else np.asarray(operand)
    if not run("einsum", np.can_cast, (values.dtype, dtype, casting)):
        raise ArgumentTypeError(
            f"einsum: an operand of dtype {values.dtype} can't become {np.dtype(dtype)} "
            f"with casting={casting!r}"
        )
    return values.astype(dtype)
