"""Spellings of expressions: operators with Python's precedence, functions, and helpers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from einsum_grad.emit.targets.numpy import NUMPY
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import (
    NO_BREAK,
    Parts,
    Speller,
    Spelling,
    attribute,
    function,
    method,
)
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Call, Expression

_RANKS: Mapping[str, int] = {
    **dict.fromkeys(("less", "less_equal", "equal", "not_equal", "greater", "greater_equal"), 0),
    **dict.fromkeys(("add", "signed"), 1),
    **dict.fromkeys(("multiply", "divide", "matmul"), 2),
    "negative": 3,
    "power": 4,
}
"""How tightly operators bind."""

_TIGHTEST = 5


def _rank(value: Expression) -> int:
    if isinstance(value, Call):
        return _RANKS.get(value.operation, _TIGHTEST)
    return _RANKS["negative"] if str(value).startswith("-") else _TIGHTEST


def _operand(value: Expression, least: int, speller: Speller) -> str:
    """The text of an operand, in parentheses where it binds less tightly than `least`."""
    text = speller.text(value)
    return text if _rank(value) >= least else f"({text})"


def _operator(operation: str, sign: str, right: int = 1) -> Spelling:
    """`x + y`; the right operand has to bind more tightly by `right`."""
    rank = _RANKS[operation]

    def spell(call: Call, speller: Speller) -> Parts:
        first, *others = call.args
        text = _operand(first, rank, speller)
        for other in others:
            text += f" {sign}{NO_BREAK}{_operand(other, rank + right, speller)}"
        return "", text, ""

    return spell


def _signed(call: Call, speller: Speller) -> Parts:
    """A sum of terms, each after its sign."""
    first, *others = call.args
    text = _operand(first, _RANKS["signed"], speller)
    for sign, term in zip(others[::2], others[1::2], strict=True):
        least = _RANKS["signed"] + (sign == "-")
        text += f" {sign}{NO_BREAK}{_operand(term, least, speller)}"
    return "", text, ""


def _negative(call: Call, speller: Speller) -> Parts:
    return "", f"-{_operand(call.args[0], _RANKS['power'], speller)}", ""


def _power(call: Call, speller: Speller) -> Parts:
    base, exponent = call.args
    text = (
        f"{_operand(base, _TIGHTEST, speller)}**{_operand(exponent, _RANKS['negative'], speller)}"
    )
    return "", text, ""


def _numpy(name: str) -> Spelling:
    return function(f"np.{name}", "np")


_HELPERS: Mapping[str, Helper] = {
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

_SIGNS: Sequence[tuple[str, str]] = (
    ("less", "<"),
    ("less_equal", "<="),
    ("equal", "=="),
    ("not_equal", "!="),
    ("greater", ">"),
    ("greater_equal", ">="),
)


def _first_of(name: str, place: int) -> Spelling:
    """One of the results of a function: `np.linalg.slogdet(x)[1]`."""

    def spell(call: Call, speller: Speller) -> Parts:
        speller.used.add("np")
        return f"np.{name}(", speller.text(call.args[0]), f")[{place}]"

    return spell


def _relu(call: Call, speller: Speller) -> Parts:
    speller.used.add("np")
    return "np.maximum(", f"{speller.text(call.args[0])}, 0", ")"


def _softplus(call: Call, speller: Speller) -> Parts:
    speller.used.add("np")
    return "np.logaddexp(", f"0, {speller.text(call.args[0])}", ")"


def _pi(call: Call, speller: Speller) -> Parts:
    speller.used.add("np")
    return "np.pi", "", ""


FUNCTIONS: Mapping[str, Spelling] = {
    **{name: _numpy(name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: _numpy(name) for name in ("abs", "sign", "sqrt", "maximum", "minimum", "where")},
    **{name: function(name, name) for name in _HELPERS},
    **{name: _operator(name, sign) for name, sign in _SIGNS},
    "relu": _relu,
    "softplus": _softplus,
    "max": method("max"),
    "min": method("min"),
    "inv": _numpy("linalg.inv"),
    "det": _numpy("linalg.det"),
    "logdet": _first_of("linalg.slogdet", 1),
    "pi": _pi,
    "eye": _numpy("eye"),
    "full": _numpy("full"),
    "add": _operator("add", "+", 0),
    "signed": _signed,
    "multiply": _operator("multiply", "*"),
    "divide": _operator("divide", "/"),
    "matmul": _operator("matmul", "@"),
    "negative": _negative,
    "power": _power,
    "T": attribute("T"),
    "total": method("sum"),
    "float": function("float"),
}
"""The functions of the language and the operators, as NumPy has them."""

NUMPY_EXPRESSIONS: Target = replace(
    NUMPY,
    spellings={**NUMPY.spellings, **FUNCTIONS},
    helpers={**NUMPY.helpers, **_HELPERS},
    frees=False,
    out_argument={},
)
"""The target `numpy` with functions of entries."""
