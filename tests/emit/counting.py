"""Arrays that count what is done with them, and the modules that run on them."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from einsum_grad.plan import pattern_of
from einsum_grad.syntax import parse


class Counted(np.ndarray[Any, Any]):
    """An array whose class counts the flops of NumPy's calls, and the numbers that are copied."""

    flops = 0
    copied = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        plain = [as_plain(array) for array in inputs]
        out = options.pop("out", ())
        if out:
            options["out"] = tuple(map(as_plain, out))
        result = getattr(ufunc, method)(*plain, **options)
        Counted.flops += _FLOPS[ufunc.__name__, method](result, *plain)
        return as_counted(result)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        plain = [as_plain(array) for array in args]
        options = {name: as_plain(value) for name, value in kwargs.items()}
        if function is np.einsum:
            Counted.flops += _einsum(*plain)
        elif function is np.vdot:
            Counted.flops += 2 * np.size(plain[0])
        elif function not in _FREE:
            raise NotImplementedError(function)
        return as_counted(function(*plain, **options))

    def dot(self, other: Any) -> Any:  # type: ignore[override]  # as generated code calls it
        left, right = as_plain(self), as_plain(other)
        result = left.dot(right)
        # An axis that None inserts has no stride: then this is an outer product, and sums nothing.
        Counted.flops += np.size(result) * (2 * left.shape[-1] if left.strides[-1] else 1)
        return as_counted(result)

    def sum(self, axis: Any = None, **options: Any) -> Any:  # type: ignore[override]  # the same
        Counted.flops += self.size
        return as_counted(as_plain(self).sum(axis=axis, **options))

    def copy(self, order: Any = "C") -> Any:
        Counted.copied += self.size
        return as_counted(as_plain(self).copy(order))


_FREE = (np.empty, np.zeros, np.broadcast_to, np.shape, np.ndim, np.lib.stride_tricks.as_strided)
"""What does no arithmetic."""


def as_plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, Counted) else value


def as_counted(value: Any) -> Any:
    return np.asarray(value).view(Counted)


def _einsum(subscripts: str, *operands: Any) -> int:
    pattern = pattern_of(parse(subscripts))
    sizes: dict[str, int] = {}
    for term, operand in zip(pattern.inputs, operands, strict=True):
        sizes.update(zip(term, operand.shape, strict=True))
    count = len(operands) - (not pattern.contracted())
    return count * math.prod(sizes.values())


_FLOPS: dict[tuple[str, str], Any] = {
    ("matmul", "__call__"): lambda z, x, w: 2 * np.size(z) * x.shape[-1],
    ("vecdot", "__call__"): lambda z, x, w: 2 * np.size(z) * x.shape[-1],
    ("matvec", "__call__"): lambda z, x, w: 2 * np.size(z) * x.shape[-1],
    ("multiply", "__call__"): lambda z, x, w: np.size(z),
    ("add", "reduce"): lambda z, x: np.size(x),
    ("add", "__call__"): lambda z, x, w: np.size(z),
}


class _NumPy(SimpleNamespace):
    """NumPy, whose new arrays count."""

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def empty(self, *args: Any) -> Any:
        return as_counted(np.empty(*args))

    def zeros(self, *args: Any) -> Any:
        return as_counted(np.zeros(*args))


def count(text: str, function: str, *args: Any) -> tuple[int, int, Any]:
    """Run a function of a module: its flops, the numbers that it copies, what it returns."""
    defined: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), defined)
    defined["np"] = _NumPy()
    Counted.flops = Counted.copied = 0
    result = defined[function](*args)
    return Counted.flops, Counted.copied, result
