"""The rules of functions: sentences of the language itself. One line adds a function."""

from __future__ import annotations

from collections.abc import Mapping

COMPARISONS: Mapping[str, str] = {
    "less": "<",
    "greater": ">",
    "less_equal": "<=",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}
"""The functions that compare, and the sign of each."""

ARGUMENTS = ("x", "z", "u")
"""What the sentences call the arguments; `y` is the value, and `c` a constant exponent."""

ELEMENTWISE: Mapping[str, tuple[str, ...]] = {
    "exp": ("y",),
    "log": ("1 / x",),
    "log1p": ("1 / (1 + x)",),
    "expm1": ("exp(x)",),
    "sin": ("cos(x)",),
    "cos": ("-sin(x)",),
    "tanh": ("1 - y**2",),
    "sigmoid": ("y * sigmoid(-x)",),
    "softplus": ("sigmoid(x)",),
    "relu": ("where(x > 0, 1, 0)",),
    "abs": ("sign(x)",),
    "sign": ("0",),
    "power": ("c * x**(c - 1)",),
    "pow": ("z * x**(z - 1)", "y * log(where(x == 0, 1, x))"),
    "maximum": (
        "where(x > z, 1, where(x == z, 0.5, 0))",
        "where(x < z, 1, where(x == z, 0.5, 0))",
    ),
    "minimum": (
        "where(x < z, 1, where(x == z, 0.5, 0))",
        "where(x > z, 1, where(x == z, 0.5, 0))",
    ),
    "where": ("0", "where(x, 1, 0)", "where(x, 0, 1)"),
    **dict.fromkeys(COMPARISONS, ("0", "0")),
}
"""The derivative of each function of entries by each of its arguments.

At a kink they say what JAX and torch do: 0 for relu and abs, and half to each at a tie.
"""

PULLBACKS: Mapping[str, str] = {
    "logsumexp": "g * exp(x - y)",
    "max": "g * where(x == y, 1, 0) / ties",
    "min": "g * where(x == y, 1, 0) / ties",
    "inv": "-y.mT @ g @ y.mT",
    "logdet": "g * inv(x).mT",
    "det": "g * y * inv(x).mT",
}
"""The gradient of each other function by x, where `g` is its cotangent.

`g` and `y` are repeated along the axes that are gone; `ties` is how many entries are y.
"""
