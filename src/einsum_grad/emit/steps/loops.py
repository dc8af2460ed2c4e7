"""Kernels, functions with explicit loops over labels, and their calls.

A kernel does a range of its outermost loop, and so threads share it. It writes arrays that its
caller made. Where ranges would add to the same entries, each returns sums of its own, which the
caller adds up in their order.
"""

from __future__ import annotations

from collections.abc import Iterator

from einsum_grad.emit.steps.context import Context
from einsum_grad.emit.steps.entries import Entries
from einsum_grad.emit.steps.kernel import function, one_or_more
from einsum_grad.emit.text.tree import Assign, Call, Do, Expression, Statement, call
from einsum_grad.lower import Kernel, Value
from einsum_grad.plan import diagonals

_MOST_NAMED = 4


def loops(kernel: Kernel, context: Context) -> Iterator[Statement]:
    """The function of a kernel, and the statements of its caller around the call."""
    entries, name = Entries(kernel, context), _name(kernel)
    yield from (Assign(each, _made(entries.kept[each], context)) for each in entries.written)
    yield function(name, entries)
    given = [_number(each, context) if each in entries.numbers else each for each in entries.given]
    if kernel.shared is None:
        yield Do(call("own", name, *given, *entries.written))
        return
    length, steps = context.size(kernel.shared), _steps(kernel, context)
    done = call("in_parallel", name, length, steps, *given, *entries.written)
    if entries.partial:
        yield Assign(one_or_more(entries.partial), call("added", done))
    else:
        yield Do(done)


def _number(name: str, context: Context) -> Call:
    """What has no axes, as a number of its dtype: an operand may be one of Python."""
    operand = any(value.name == name for value in context.program.operands)
    return call("index", call("asarray", name) if operand else name, "()")


def _name(kernel: Kernel) -> str:
    """What a kernel is called: after what it makes."""
    every = [value.name for value in kernel.kept]
    told = every if len(every) <= _MOST_NAMED else [every[0], "to", every[-1]]
    return f"make_{'_'.join(told)}"


def _made(value: Value, context: Context) -> Call:
    """The array that a kernel writes: one of zeros, where it writes no more than a diagonal."""
    large = context.program.scale is not None
    zeros, empty = ("cleared", "empty") if large else ("zeros", "fresh")
    made = zeros if diagonals(value.labels) else empty
    return call(made, context.shape(value.labels), context.dtype())


def _steps(kernel: Kernel, context: Context) -> Expression:
    """How often the innermost statements run: the size of an operand with all labels, if any."""
    operands, every = context.program.operands, sorted(kernel.order)
    sizes = (f"{each.name}.size" for each in operands if sorted(each.labels) == every)
    return next(sizes, context.size_of(kernel.order))
