"""The public call: arguments to `Explanation`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from einsum_grad.errors import ArgumentError
from einsum_grad.explain.costs import costs
from einsum_grad.explain.explanation import Explanation
from einsum_grad.plan import AUTO, Operands, Shape, Sublists, request

MOST_GRADIENTS = 25
"""Of more operands than this, only the first two and the last are explained, unless `wrt` is set:
a gradient's pattern is as long as the whole, so the text would grow quadratically."""


def explain(
    pattern: str | Sublists,
    sizes: Mapping[str, int] | None = None,
    wrt: Operands | None = None,
    notation: str = "letters",
    shapes: Sequence[Shape] | None = None,
    itemsize: int = 8,
    optimize: Any = AUTO,
    names: str | Iterable[str] | None = None,
) -> Explanation:
    """Explain the gradients of a pattern.

    `sizes` maps labels to sizes, `shapes` are those of all operands; `wrt` are the operands whose
    gradients to explain, by position or name, by default all. `names` says what operands and output
    are called, as "Q,K->S". If all sizes are known, costs are given
    in flops and in bytes, for numbers of `itemsize` bytes and the contraction path that `optimize`
    chooses, as in `compile`. Raises `PatternError` for an invalid pattern, `OperandError` for
    shapes that do not fit, and `ArgumentError` or `ArgumentTypeError` for other invalid arguments.

    >>> print(explain("ab,cd->ab", wrt=1))
    Z[a,b] = Σ_c Σ_d  X[a,b] · W[c,d]
        cost      c·d + a·b flops
    <BLANKLINE>
    dZ is ∂L/∂Z, the derivative of a loss L
    <BLANKLINE>
    dW[c,d] = Σ_a Σ_b  X[a,b] · dZ[a,b]      put dZ in the place of W:  ab,ab->cd
        no operand on the left has c or d: every c and d gets the same gradient
        reduced   ab,ab->    sums a and b
        repeat    c d        -> c d
        cost      2·a·b flops
    >>> explain("bij,jk->ik").to_dict()["gradients"][0]["repeat_axes"]
    ['b']
    """
    asked = request(pattern, wrt, notation, sizes, shapes, optimize, names)
    if not isinstance(itemsize, int) or itemsize < 1:
        raise ArgumentError(f"itemsize is a number of bytes, and not {itemsize!r:.80}")
    count = len(asked.pattern.inputs)
    if wrt is None and count > MOST_GRADIENTS:
        asked = dataclasses.replace(asked, wrt=(0, 1, count - 1))
    planned, known = asked.plan, dict(asked.sizes)
    return Explanation(
        plan=planned,
        forward=planned.forward,
        gradients=planned.gradients,
        notation=notation,
        sizes=known,
        left_out=count - len(asked.wrt) if wrt is None else 0,
        costs=costs(asked.pattern, asked.wrt, known, itemsize, asked.order),
        names=asked.names,
        order=asked.order,
    )
