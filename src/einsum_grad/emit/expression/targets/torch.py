"""The target `torch` with the functions of expressions."""

from __future__ import annotations

from collections.abc import Mapping

from einsum_grad.emit.expression.operators import around, constant, expressions
from einsum_grad.emit.targets import torch
from einsum_grad.emit.text.helpers import Helper
from einsum_grad.emit.text.spelling import Spelling, function, method, renamed, rewritten
from einsum_grad.emit.text.tree import Call, Expression, call


def _torch(name: str) -> Spelling:
    return function(f"torch.{name}", "torch")


def _eye(size: Expression, like: Expression) -> Expression:
    device = f"{like}.device"
    return call("identity", size, dtype=call("dtype", like), device=device)


def _logsumexp(array: Expression, *axes: Expression) -> Expression:
    """Over all axes unless there are some: torch's function needs to be told."""
    return call("log of sum", *((array, *axes) if axes else (call("flatten", array), 0)))


HELPERS: Mapping[str, Helper] = {
    "softplus": Helper(
        '''def softplus(x):
    """Return log(1 + exp(x)); that of torch.nn gives x from 20 on."""
    return torch.logaddexp(x, torch.zeros_like(x))''',
        ("torch",),
    ),
}

FUNCTIONS: Mapping[str, Spelling] = {
    **{name: _torch(name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: _torch(name) for name in ("abs", "sign", "sqrt", "maximum", "minimum", "where")},
    **{name: _torch(name) for name in ("relu", "sigmoid")},
    "softplus": function("softplus", "softplus"),
    "logsumexp": rewritten(_logsumexp),
    "log of sum": _torch("logsumexp"),
    "max": renamed(_torch("amax"), {"axis": "dim"}),
    "min": renamed(_torch("amin"), {"axis": "dim"}),
    "inv": _torch("linalg.inv"),
    "det": _torch("linalg.det"),
    "logdet": around("torch.linalg.slogdet(", ")[1]", "torch"),
    "pi": constant("torch.pi", "torch"),
    "eye": rewritten(_eye),
    "identity": _torch("eye"),
    "full": rewritten(lambda shape, value, like: Call("new_full", (like, shape, value))),
    "new_full": method("new_full"),
    **dict.fromkeys(
        ("number", "array"), rewritten(lambda value, like: Call("new_tensor", (like, value)))
    ),
    "new_tensor": method("new_tensor"),
    "total": method("sum"),
}
"""The functions of the language, as PyTorch has them."""

TARGET = expressions(torch.TARGET, FUNCTIONS, HELPERS)
