"""The target `array_api` with the functions of expressions, but for those of the extensions.

So it has no inverses and no determinants.
"""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.expression.operators import constant, expressions
from einsum_grad.emit.targets import array_api
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.printer import LOCAL
from einsum_grad.emit.text.spelling import Spelling, function, rewritten
from einsum_grad.emit.text.tree import call


def _xp(name: str) -> Spelling:
    return function(f"xp.{name}", LOCAL, "namespace")


HELPERS: Mapping[str, Helper] = {
    "sigmoid": Helper(
        '''def sigmoid(x):
    """Return 1 / (1 + exp(-x)), which never overflows."""
    xp = namespace(x)
    small = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, xp.ones_like(x), small) / (1 + small)''',
        ("namespace",),
    ),
    "softplus": Helper(
        '''def softplus(x):
    """Return log(1 + exp(x)), which never overflows."""
    xp = namespace(x)
    return xp.maximum(x, xp.zeros_like(x)) + xp.log1p(xp.exp(-xp.abs(x)))''',
        ("namespace",),
    ),
    "relu": Helper(
        '''def relu(x):
    """Return x where it is positive, else 0."""
    xp = namespace(x)
    return xp.maximum(x, xp.zeros_like(x))''',
        ("namespace",),
    ),
    "logsumexp": Helper(
        '''def logsumexp(x, axis=None):
    """Return the logarithm of the sum of exponentials, which never overflows."""
    xp, axis = namespace(x), tuple(range(x.ndim)) if axis is None else axis
    peak = xp.max(x, axis=axis, keepdims=True)
    peak = xp.where(xp.isfinite(peak), peak, xp.zeros_like(peak))
    total = xp.sum(xp.exp(x - peak), axis=axis, keepdims=True)
    return xp.squeeze(xp.log(total) + peak, axis=axis)''',
        ("namespace",),
    ),
}

FUNCTIONS: Mapping[str, Spelling] = {
    **{name: _xp(name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: _xp(name) for name in ("abs", "sign", "sqrt", "maximum", "minimum", "where")},
    **{name: function(name, name) for name in HELPERS},
    **{name: _xp(name) for name in ("max", "min", "sum", "matmul")},
    "total": _xp("sum"),
    "dot": _xp("matmul"),
    "pi": constant("xp.pi", LOCAL, "namespace"),
    "eye": rewritten(lambda size, like: call("identity", size, dtype=call("dtype", like))),
    "identity": _xp("eye"),
    "full": rewritten(
        lambda shape, value, like: call("filled", shape, value, dtype=call("dtype", like))
    ),
    "filled": _xp("full"),
    **dict.fromkeys(
        ("number", "array"),
        rewritten(lambda value, like: call("asarray", value, dtype=call("dtype", like))),
    ),
    "asarray": _xp("asarray"),
}
"""The functions of the language, as the standard has them."""

TARGET = expressions(array_api.TARGET, FUNCTIONS, HELPERS)
