"""Every keyword of NumPy's functions: value and gradient are right, or the error names it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd import supported
from einsum_grad.autograd.dispatch.table import RECORDED, full_name
from tests.autograd.rules.table import np, numbers, tensor
from tests.tries import sample

A = numbers(3, 3, low=0.2, high=0.9)[[1, 0, 2]] ** np.array([1, 2, 0.5])
V = numbers(4, low=0.2, high=0.9)

ARGUMENTS: tuple[tuple[Any, ...], ...] = (
    (A,),
    (A, A.T + 0.05),
    (V,),
    (V, V[::-1] + 0.05),
    (A, 1),
    (A + 1,),
)
"""What functions are called with: the first that one takes."""

VALUES: dict[str, tuple[Any, ...]] = {
    "axis": (0, -1, (0,), None),
    "keepdims": (True,),
    "dtype": (np.float32, np.float64),
    "where": (np.array([True, False, True]),),
    "initial": (0.5,),
    "ddof": (1,),
    "correction": (1,),
    "casting": ("same_kind", "unsafe"),
    "order": ("C", "F", "K", "A"),
    "subok": (True, False),
    "out": (np.zeros((3, 3)),),
    "method": ("lower", "hazen", "weibull", "inverted_cdf", "closest_observation"),
    "weights": (np.array([0.2, 0.3, 0.5]),),
    "overwrite_input": (True, False),
    "returned": (True,),
    "prepend": (0.3,),
    "append": (0.4,),
    "copy": (True, False),
    "nan": (0.1,),
    "decimals": (1,),
    "a_min": (0.4,),
    "max": (0.6,),
    "offset": (1,),
    "k": (1,),
    "N": (3,),
    "increasing": (True,),
    "edge_order": (2,),
    "norm": ("ortho", "forward", "backward"),
    "rowvar": (False,),
    "bias": (True,),
    "ord": (1, 2, np.inf, "fro", "nuc", -2),
    "kind": ("stable",),
    "stable": (True,),
    "indexing": ("ij",),
    "sparse": (True,),
    "include_initial": (True,),
    "axes": (None, (1, 0)),
    "mode": ("wrap", "same", "reflect", "raw"),
    "device": ("cpu",),
}
OF_UFUNCS = ("where", "dtype", "casting", "order", "subok", "out")


def _keywords(function: Callable[..., Any]) -> Iterator[str]:
    if isinstance(function, np.ufunc):
        yield from OF_UFUNCS
        return
    try:
        yield from inspect.signature(function).parameters
    except (TypeError, ValueError):
        yield from (*OF_UFUNCS, "axis", "keepdims", "initial")


def _arguments(function: Callable[..., Any]) -> tuple[Any, ...]:
    for arguments in ARGUMENTS:
        if isinstance(function, np.ufunc) and len(arguments) != function.nin:
            continue
        try:
            with np.errstate(all="ignore"):
                out = function(*arguments)
        except Exception:  # noqa: BLE001 - whatever a function says of arguments that it is not for
            continue
        if not any(np.isnan(part).any() for part in _parts(out) if np.size(part)):
            return arguments
    return ()


def _numpys() -> dict[str, Callable[..., Any]]:
    supported.load_everything()
    names = {full_name(f): f for f in RECORDED if f is not np.ndarray.astype}
    return {name: f for name, f in names.items() if name.startswith("np.")}


FUNCTIONS = _numpys()
CALLS = {
    f"{name}, {keyword}={value!r:.30}": (function, keyword, value)
    for name, function in FUNCTIONS.items()
    for keyword in _keywords(function)
    for value in VALUES.get(keyword, ())
}


REFUSED_OTHERWISE = ("no gradient for shift", "ufunc 'ldexp' not supported")
"""An operand that has no gradient by any keyword, and one that no dtype for all operands fits."""


@pytest.mark.parametrize("call", sample(CALLS))
@pytest.mark.filterwarnings("ignore")
def test_a_keyword_does_what_numpys_does_or_is_named(call: str) -> None:
    function, keyword, value = CALLS[call]
    arguments = _arguments(function)
    given = [tensor(x) if isinstance(x, np.ndarray) else x for x in arguments]
    try:
        expected = function(*arguments, **{keyword: copy(value)})
    except Exception:  # noqa: BLE001 - NumPy itself has no such call
        pytest.skip("NumPy has no such call")
    told, made = _called(function, given, {keyword: value})
    if told:
        assert keyword in told or any(other in told for other in REFUSED_OTHERWISE)
        return
    for ours, theirs in zip(_parts(made), _parts(expected), strict=True):
        np.testing.assert_allclose(getattr(ours, "data", ours), theirs, rtol=1e-6, atol=1e-6)
    smooth = [x for x in _parts(made) if isinstance(x, eg.Tensor) and x.requires_grad]
    if smooth and all(x.dtype == np.float64 for x in smooth):
        variables = [x for x in arguments if isinstance(x, np.ndarray)]

        def tensors(*xs: Any) -> list[Any]:
            parts = _parts(function(*xs, *given[len(xs) :], **{keyword: value}))
            return [part for part in parts if isinstance(part, eg.Tensor)]

        eg.check_gradients(tensors, *variables, rtol=1e-4, atol=1e-6)


def _called(function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[str, Any]:
    """What our error says, or else the result."""
    try:
        return "", function(*args, **kwargs)
    except eg.EinsumGradError as refusal:
        return str(refusal), None


def _parts(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [part for each in value for part in _parts(each)]
    return [value]
