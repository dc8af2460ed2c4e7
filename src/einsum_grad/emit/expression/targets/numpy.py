"""The target `numpy` with the functions of expressions."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.expression.operators import around, constant, expressions
from einsum_grad.emit.targets.numpy import NUMPY
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import Parts, Speller, Spelling, function, method, rewritten
from einsum_grad.emit.text.tree import Call, call


def _numpy(name: str) -> Spelling:
    return function(f"np.{name}", "np")


def _relu(call: Call, speller: Speller) -> Parts:
    speller.used.add("np")
    return "np.maximum(", f"{speller.text(call.args[0])}, 0", ")"


def _softplus(call: Call, speller: Speller) -> Parts:
    speller.used.add("np")
    return "np.logaddexp(", f"0, {speller.text(call.args[0])}", ")"


HELPERS: Mapping[str, Helper] = {
    "sigmoid": Helper(
        '''def sigmoid(x):
    """Return 1 / (1 + exp(-x)), which never overflows."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)''',
        ("np",),
    ),
    "logsumexp": Helper(
        '''def logsumexp(x, axis=None):
    """Return the logarithm of the sum of exponentials, which never overflows."""
    peak = np.max(x, axis=axis, keepdims=True)
    peak = np.where(np.isfinite(peak), peak, 0)
    return np.log(np.exp(x - peak).sum(axis=axis)) + peak.squeeze(axis)''',
        ("np",),
    ),
}

FUNCTIONS: Mapping[str, Spelling] = {
    **{name: _numpy(name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: _numpy(name) for name in ("abs", "sign", "sqrt", "maximum", "minimum", "where")},
    **{name: function(name, name) for name in HELPERS},
    "relu": _relu,
    "softplus": _softplus,
    "max": method("max"),
    "min": method("min"),
    "inv": _numpy("linalg.inv"),
    "det": _numpy("linalg.det"),
    "logdet": around("np.linalg.slogdet(", ")[1]", "np"),
    "pi": constant("np.pi", "np"),
    "eye": rewritten(lambda size, like: call("identity", size)),
    "identity": _numpy("eye"),
    "full": rewritten(lambda shape, value, like: call("filled", shape, value)),
    "filled": _numpy("full"),
    "number": rewritten(lambda value, like: value),
    "array": rewritten(lambda value, like: call("asarray", value)),
    "total": method("sum"),
}
"""The functions of the language, as NumPy has them."""

TARGET = expressions(NUMPY, FUNCTIONS, HELPERS)
