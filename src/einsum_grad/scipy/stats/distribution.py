"""What all distributions of one variable share: shape parameters, location and scale."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.errors import ArgumentTypeError
from einsum_grad.installed import imported

Function = Callable[..., Any]


class Beside:
    """What SciPy's distribution of the same name has besides: of arrays, as `rvs` and `mean`."""

    __slots__ = ()
    name: str

    def __getattr__(self, method: str) -> Any:
        if method.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute {method!r}")
        return getattr(getattr(imported("scipy.stats"), self.name), method)


@dataclass(frozen=True, slots=True)
class Distribution(Beside):
    """A distribution of one variable: functions of the standardized variable and of its shape."""

    name: str
    parameters: tuple[str, ...]
    """The variable, then the shape."""
    defaults: Mapping[str, Any]
    """Of location and scale."""

    def read(self, args: tuple[Any, ...], given: Mapping[str, Any]) -> list[Any]:
        """The variable, the shape parameters and what has a default; raises `ArgumentTypeError`."""
        names = (*self.parameters, *self.defaults)
        if len(args) > len(names):
            raise ArgumentTypeError(f"{self.name} takes at most {', '.join(names)}")
        values = {**self.defaults, **dict(zip(names, args, strict=False)), **given}
        for name in values.keys() ^ set(names):
            problem = "needs" if name in names else "doesn't take"
            raise ArgumentTypeError(f"{self.name} {problem} {name}")
        return [as_operand(values[name], self.name) for name in names]


def inside(z: Any, low: float, high: float) -> tuple[Any, Any]:
    """Where `z` is in the support, and `z` there; elsewhere a number where densities are finite."""
    within = np.logical_and(np.greater_equal(z, low), np.less_equal(z, high))
    return within, np.where(within, z, low + 0.5)
