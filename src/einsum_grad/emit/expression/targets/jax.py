"""The target `jax` with the functions of expressions."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.expression.operators import around, constant, expressions
from einsum_grad.emit.targets import jax
from einsum_grad.emit.text.spelling import Spelling, function, method, rewritten
from einsum_grad.emit.text.tree import call


def _jnp(name: str) -> Spelling:
    return function(f"jnp.{name}", "jnp")


def _nn(name: str) -> Spelling:
    return function(f"jax.nn.{name}", "jax")


FUNCTIONS: Mapping[str, Spelling] = {
    **{name: _jnp(name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: _jnp(name) for name in ("abs", "sign", "sqrt", "maximum", "minimum", "where")},
    **{name: _nn(name) for name in ("relu", "sigmoid", "softplus", "logsumexp")},
    "max": method("max"),
    "min": method("min"),
    "inv": _jnp("linalg.inv"),
    "det": _jnp("linalg.det"),
    "logdet": around("jnp.linalg.slogdet(", ")[1]", "jnp"),
    "pi": constant("jnp.pi", "jnp"),
    "eye": rewritten(lambda size, like: call("identity", size, dtype=call("dtype", like))),
    "identity": _jnp("eye"),
    "full": rewritten(lambda shape, value, like: call("filled", shape, value, call("dtype", like))),
    "filled": _jnp("full"),
    "number": rewritten(lambda value, like: value),
    "array": rewritten(lambda value, like: call("asarray", value, call("dtype", like))),
    "total": method("sum"),
}
"""The functions of the language, as JAX has them."""

TARGET = expressions(jax.TARGET, FUNCTIONS, {})
