"""The same sentences run by Tensors, and by NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import einsum_grad as eg
from einsum_grad.syntax import read_declarations
from tests.calculus.cases import SIZES, Case


def derivatives(case: Case, arrays: Mapping[str, Any]) -> tuple[Any, Any]:
    """The value and the gradient of a case: of shape V + W, as one backward pass for each entry."""
    function = function_of(case)
    value = np.asarray(function(arrays[case.wrt], arrays).data)
    rows = []
    for place in np.ndindex(value.shape):
        variable = eg.Tensor(np.array(arrays[case.wrt]), requires_grad=True)
        out = function(variable, arrays)
        if isinstance(out, eg.Tensor) and out.requires_grad:
            cotangent = np.zeros(value.shape)
            cotangent[place] = 1
            out.backward(cotangent)
        rows.append(np.zeros(variable.shape) if variable.grad is None else variable.grad)
    return value, np.reshape(np.array(rows), value.shape + np.shape(arrays[case.wrt]))


def function_of(case: Case, sizes: Mapping[str, int] = SIZES) -> Callable[..., Any]:
    """The sentence as a function of its variable and all arrays."""
    declared = {each.name: each.structure for each in read_declarations(case.given)}
    functions = {**_FUNCTIONS, "pi": np.pi, **sizes}
    *lines, last = (line.strip() for line in re.split("[;\n]", case.text))

    def run(variable: Any, arrays: Mapping[str, Any]) -> Any:
        names = {**functions, **arrays, case.wrt: variable}
        for name, structure in declared.items():
            names[name] = _STRUCTURES[structure](names[name])
        shadowed = {name: functions[name] for name in declared if name in functions}
        for line in lines:
            name, _, value = line.partition("=")
            names[name.strip()] = _evaluated(value, names, shadowed)
        out = _evaluated(last, names, shadowed)
        return out if isinstance(out, eg.Tensor) else eg.Tensor(np.asarray(out, float))

    return run


def _evaluated(text: str, names: Mapping[str, Any], shadowed: Mapping[str, Any]) -> Any:
    """The value of a text; a name that is called is a function, even if an array has it too."""
    for name in shadowed:
        text = re.sub(rf"\b{name}\b(?=\s*\()", f"_{name}", text)
    own = {**names, **{f"_{name}": function for name, function in shadowed.items()}}
    return eval(text, {"__builtins__": {}}, own)


def _logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return eg.logsumexp(x, axis=axis, keepdims=keepdims)


def _log_softmax(x: Any, axis: Any = -1) -> Any:
    return x - eg.logsumexp(x, axis=axis, keepdims=True)


def _norm(x: Any, axis: Any = None) -> Any:
    return np.sqrt(np.sum(x**2, axis=axis))


def _diag(x: Any) -> Any:
    return x[:, None] * np.eye(x.shape[0]) if x.ndim == 1 else eg.einsum("ii->i", x)


def _transposed(x: Any) -> Any:
    return np.swapaxes(np.linalg.inv(x), -1, -2)


def _inverse(a: Any) -> Any:
    return np.linalg.inv(a)


def _determinant(a: Any) -> Any:
    return np.linalg.det(a)


def _log_determinant(a: Any) -> Any:
    return np.linalg.slogdet(a)[1]


_inv = eg.primitive(_inverse, a=lambda g, a: -_transposed(a) @ g @ _transposed(a))
_det = eg.primitive(_determinant, a=lambda g, a, out: (g * out)[..., None, None] * _transposed(a))
_logdet = eg.primitive(_log_determinant, a=lambda g, a: g[..., None, None] * _transposed(a))

_STRUCTURES: dict[str, Callable[[Any], Any]] = {
    "": lambda x: x,
    "symmetric": lambda x: (x + x.T) / 2,
    "diagonal": lambda x: x * np.eye(x.shape[0]),
}

_NUMPY = (
    *("sum", "mean", "exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tanh", "abs"),
    *("maximum", "minimum", "where", "trace", "outer", "dot", "square", "eye", "ones"),
    *("zeros", "einsum", "max", "min", "logaddexp"),
)

_FUNCTIONS: dict[str, Any] = {
    **{name: getattr(np, name) for name in _NUMPY},
    "inv": _inv,
    "det": _det,
    "diag": _diag,
    "np": np,
    "einsum": eg.einsum,
    "norm": _norm,
    "logdet": _logdet,
    "logsumexp": _logsumexp,
    "softmax": eg.softmax,
    "log_softmax": _log_softmax,
    "sigmoid": eg.sigmoid,
    "relu": eg.relu,
    "softplus": eg.softplus,
}
