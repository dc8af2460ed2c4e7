"""scipy.integrate for Tensors: differential equations, differentiated by their adjoint equation.

L. Pontryagin et al., "The mathematical theory of optimal processes" (1962); as a pullback:
F. Fröhlich et al., "Scalable inference of ordinary differential equation models of biochemical
processes" (2017), section 2.4.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.autograd.primitives.registration import define
from einsum_grad.autograd.tape.refusals import as_operand
from einsum_grad.autograd.transforms.grad import grad
from einsum_grad.errors import ArgumentError
from einsum_grad.installed import imported
from einsum_grad.scipy.beside import beside

scipy = imported("scipy.integrate")

__getattr__ = beside("scipy.integrate")

REFUSED = ("full_output", "Dfun", "col_deriv", "ml", "mu")


def odeint(
    func: Callable[..., Any],
    y0: Any,
    t: Any,
    args: Sequence[Any] = (),
    *,
    tfirst: bool = False,
    **options: Any,
) -> Any:
    """Solve dy/dt = func(y, t, *args) from y0 at t[0]; the rows of the result are y at each t.

    There are gradients by `y0`, by `t`, and by each of `args`, which are arrays or numbers. `func`
    uses NumPy's functions of y and args, and no other Tensors. Its value has the shape of y, a
    vector. Options of the solver, such as `rtol`, also hold for the adjoint equation.

    Raises `ArgumentError` for an option that changes what is returned.

    >>> odeint(lambda y, t, rate: -rate * y, [1.0], [0.0, 1.0], (2.0,)).round(3)
    array([[1.   ],
           [0.135]])
    """
    for name in REFUSED:
        if options.pop(name, None):
            raise ArgumentError(f"odeint here has no {name}: use SciPy's with plain arrays")
    function = (lambda y, s, *rest: func(s, y, *rest)) if tfirst else func
    parts = [as_operand(part, "odeint") for part in (y0, t, *args)]
    layout = tuple(map(np.shape, parts))
    packed = np.concatenate([np.ravel(part) for part in parts])
    return _ODEINT(packed, function, layout, options)


def _solution(packed: Any, func: Any, layout: Any, options: Mapping[str, Any]) -> Any:
    y0, t, *args = _unpacked(packed, layout)
    return scipy.odeint(func, y0, t, tuple(args), **options)


def _adjoint_rule(g: Any, packed: Any, out: Any, func: Any, layout: Any, options: Any) -> Any:
    """Go back from each time to the one before, and add the cotangent that arrives there."""
    _, t, *args = _unpacked(packed, layout)
    size, count = out.shape[1], sum(map(math.prod, layout[2:]))
    adjoint, of_args, of_times = g[-1], np.zeros(count, g.dtype), []
    for n in range(len(t) - 1, 0, -1):
        of_times.append(np.sum(g[n] * _value(func, out[n], t[n], args)))
        start = np.concatenate([out[n], adjoint, of_args])
        interval = np.stack([t[n], t[n - 1]])
        end = odeint(_augmented(func, size), start, interval, args, **options)[1]
        adjoint, of_args = end[size : 2 * size], end[2 * size :]
        if n == 1:
            of_times.append(-np.sum(adjoint * _value(func, out[0], t[0], args)))
        adjoint = adjoint + g[n - 1]
    return np.concatenate([adjoint, np.stack(of_times[::-1]), of_args])


_ODEINT = define(_solution, {"packed": _adjoint_rule})


def _augmented(func: Any, size: int) -> Callable[..., Any]:
    """The equation of the state, its adjoint, and the cotangents of the arguments, together."""

    def derivative(state: Any, t: Any, *args: Any) -> Any:
        y, adjoint = state[:size], state[size : 2 * size]

        def paired(y: Any, *args: Any) -> Any:
            return -np.sum(adjoint * _value(func, y, t, args))

        parts = grad(paired, tuple(range(1 + len(args))))(y, *args)
        return np.concatenate([_value(func, y, t, args), *map(np.ravel, parts)])

    return derivative


def _value(func: Any, y: Any, t: Any, args: Sequence[Any]) -> Any:
    value = func(y, t, *args)
    return np.stack(value) if isinstance(value, (list, tuple)) else value


def _unpacked(packed: Any, layout: Sequence[tuple[int, ...]]) -> list[Any]:
    parts, start = [], 0
    for shape in layout:
        end = start + math.prod(shape)
        parts.append(np.reshape(packed[start:end], shape))
        start = end
    return parts
