"""`compile`: from a pattern to its compiled function, through the cache."""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.functions.function import Function
from einsum_grad.kernels import buffer_pool
from einsum_grad.plan import (
    AUTO,
    Operands,
    Shape,
    Sublists,
    read_order,
    read_shapes,
    read_sizes,
    read_terms,
    read_wrt,
)
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.cache import Cache, CacheInfo
from einsum_grad.runtime.generated.modules import MODULES
from einsum_grad.runtime.generated.scales import SCALES
from einsum_grad.syntax import Equation, check_length

FUNCTIONS: Cache[Function] = Cache(maxsize=1024)
"""The compiled functions by the arguments of `compile`."""


class Caches(NamedTuple):
    """The counts of the cache of functions, and of the cache of generated modules."""

    hits: int
    misses: int
    maxsize: int
    currsize: int
    modules: CacheInfo


def compile(
    pattern: str | Equation | Sublists,
    wrt: Operands | None = None,
    notation: str = "letters",
    sizes: Mapping[str, int] | None = None,
    target: str = "numpy",
    shapes: Sequence[Shape] | None = None,
    optimize: Any = AUTO,
    task_bytes: int | None = None,
) -> Function:
    """Compile a pattern to a function of its operands.

    `pattern` is a string, or for labels of any kind a pair: the labels of each operand, and those
    of the output, such as `([(0, 60), (60, 2)], (0, 2))`; `None` is the implicit output.

    `wrt` are the operands whose gradients are wanted, by position or by name (X and W of two; A, B,
    … of more), by default all.
    `notation` is "letters" or "named". `sizes` gives the sizes of output-only labels,
    and may give others, which choose the order of contraction of `source`. `target` is how the
    code is written, "numpy" or "einops". `shapes` are the operands' shapes: `plan` and `source` are
    then for exactly these, broadcasting included. Calls never need them.

    `optimize` is the order in which more than two operands are contracted, which forward and
    gradients share: "auto" or True for our own search, by the sizes of each call; the name of a
    search of opt_einsum, such as "greedy" or, for at most 13 operands, "optimal"; a path, with or
    without np.einsum's "einsum_path" before it; a callable that takes the terms, the output and the
    sizes, such as opt_einsum's and cotengra's optimizers; a tree of cotengra's; or False, to
    contract all operands at once. Contractions are never sliced: a sliced tree is refused.

    `task_bytes` is what a task should hold at most in calls with Dask arrays, and no block that is
    made has more; by default Dask's `array.chunk-size`.

    Raises `PatternError` for an invalid pattern, `ArgumentError` and `ArgumentTypeError` for
    the other arguments.

    >>> f = compile("bij,jk->ik")
    >>> f.plan.gradients[0].reduced, f.plan.gradients[0].repeat_axes
    ('ik,jk->ij', ('b',))
    >>> chain = compile("ab,bc,cd->ad", optimize=[(1, 2), (0, 1)])
    >>> "t1 = b @ c" in chain.source
    True
    """
    check_length(pattern)
    pattern, sizes = read_terms(pattern, sizes)
    return compiled(
        Arguments(
            pattern,
            read_wrt(wrt),
            notation,
            read_sizes(sizes),
            target,
            read_shapes(shapes),
            read_order(optimize),
            _read_bytes(task_bytes),
        )
    )


def _read_bytes(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ArgumentTypeError(f"task_bytes is a number of bytes, and not {value!r:.80}")
    if value < 1:
        raise ArgumentError(f"task_bytes must be at least 1, and is {value}")
    return value


def compiled(arguments: Arguments) -> Function:
    """The function of arguments that were already read."""
    try:
        hash(arguments)
    except TypeError:
        return Function(arguments)
    return FUNCTIONS.get(arguments, lambda: Function(arguments))


def _reduced(function: Function) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    return compiled, (function._arguments,)


copyreg.pickle(Function, _reduced)  # so that `Function` doesn't import `compile`


def cache_info() -> Caches:
    """The use of the caches of compiled functions, and of the modules generated for them.

    >>> cache_info().currsize <= cache_info().maxsize
    True
    """
    return Caches(*FUNCTIONS.info(), modules=MODULES.info())


def cache_clear() -> None:
    """Forget every compiled function that nobody holds, and free the memory pooled for results.

    >>> cache_clear()
    >>> cache_info().currsize
    0
    """
    FUNCTIONS.clear()
    MODULES.clear()
    SCALES.clear()
    buffer_pool.clear()
