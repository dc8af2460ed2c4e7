"""The same sentences run by JAX in float64."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from einsum_grad.syntax import read_declarations
from tests.calculus.cases import SIZES, Case


def derivatives(case: Case, arrays: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """The value, the gradient and the Hessian of a case, as NumPy's arrays."""
    import jax

    with jax.enable_x64(True):
        function, variable = function_of(case), arrays[case.wrt]
        gradient = jax.jacrev(function)
        found = (
            function(variable, arrays),
            gradient(variable, arrays),
            jax.jacfwd(gradient)(variable, arrays),
        )
    value, first, second = map(np.asarray, found)
    return value, first, second


def function_of(case: Case, sizes: Mapping[str, int] = SIZES) -> Callable[..., Any]:
    """The sentence as a function of its variable and all arrays, which JAX differentiates."""
    import jax.numpy as jnp
    from jax import nn
    from jax.scipy.special import logsumexp

    declared = {each.name: each for each in read_declarations(case.given)}
    names = {name: getattr(jnp, name) for name in _NUMPY}
    names |= {"jnp": jnp, "np": jnp, "logsumexp": logsumexp, "pi": jnp.pi}
    names |= {name: getattr(nn, name) for name in _NN}
    names |= {name: getattr(jnp.linalg, name) for name in ("inv", "det", "norm")}
    names["norm"] = lambda x, axis=None: jnp.sqrt(jnp.sum(x**2, axis=axis))
    names["logdet"] = lambda x: jnp.linalg.slogdet(x)[1]
    names |= sizes

    def structured(name: str, array: Any) -> Any:
        if declared[name].structure == "symmetric":
            return (array + array.T) / 2
        if declared[name].structure == "diagonal":
            return jnp.diag(jnp.diag(array))
        return array

    *lines, last = [line.strip() for line in case.text.replace("\n", ";").split(";")]

    def run(variable: Any, arrays: Mapping[str, Any]) -> Any:
        own = {**names, **arrays, case.wrt: variable}
        own = {k: structured(k, v) if k in declared else v for k, v in own.items()}
        functions = {name: names.get(name) for name in declared}
        for line in lines:
            name, _, value = line.partition("=")
            own[name.strip()] = _evaluated(value, own, functions)
        return jnp.asarray(_evaluated(last, own, functions), float)

    return run


def _evaluated(text: str, names: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
    """The value of a text; a name that is called is a function, even if an array has it too."""
    shadowed = {name for name, function in functions.items() if function is not None}
    for name in shadowed:
        text = re.sub(rf"\b{name}\b(?=\s*\()", f"_{name}", text)
    own = {**names, **{f"_{name}": functions[name] for name in shadowed}}
    return eval(text, {"__builtins__": {}}, own)


_NUMPY = (
    *("sum", "mean", "exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tanh", "abs"),
    *("maximum", "minimum", "where", "trace", "diag", "outer", "dot", "square", "eye", "ones"),
    *("zeros", "einsum", "max", "min", "logaddexp", "sign"),
)
_NN = ("sigmoid", "relu", "softplus", "softmax", "log_softmax")
