"""Arrays made of numbers that have gradients: filled with one, or evenly between two."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.autograd.dispatch.casting import cast
from einsum_grad.autograd.dispatch.table import implements
from einsum_grad.autograd.rules.composite import composite
from einsum_grad.autograd.tape.nodes import Traced
from einsum_grad.autograd.tape.ownership import look


@implements(np.full_like)
def _full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """Of a number that is no Tensor it is a plain array, as those of zeros and ones are."""
    if not isinstance(fill_value, Traced):
        given = {"dtype": dtype, "order": order, "shape": shape, "device": device}
        return np.full_like(look(a), fill_value, **given)
    kind = np.result_type(a) if dtype is None else dtype
    value = cast("full_like", fill_value, kind, "unsafe")
    return np.broadcast_to(value, np.shape(a) if shape is None else shape)


@composite(np.linspace)
def _linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    way, steps = stop - start, num - 1 if endpoint else num
    parts = np.arange(num, dtype=np.result_type(start, stop, 1.0))
    step = way / steps if steps > 0 else way * np.nan
    out = start + way * parts.reshape(-1, *(1,) * np.ndim(way)) / max(steps, 1)
    out = np.moveaxis(cast("linspace", out, dtype, "unsafe"), 0, axis)
    return (out, step) if retstep else out


@composite(np.logspace)
def _logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    exponents = np.linspace(start, stop, num, endpoint, axis=axis)
    return cast("logspace", np.power(base, exponents), dtype, "unsafe")


@composite(np.geomspace)
def _geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """In doubles at least, as NumPy's."""
    wide = np.result_type(start, stop, np.float64)
    start, stop = (cast("geomspace", x, wide, "unsafe") for x in (start, stop))
    whole = np.log(stop / start)
    growth = np.linspace(np.zeros_like(whole), whole, num, endpoint, axis=axis)
    first = np.expand_dims(start + np.zeros_like(whole), axis)
    return cast("geomspace", first * np.exp(growth), dtype, "unsafe")
