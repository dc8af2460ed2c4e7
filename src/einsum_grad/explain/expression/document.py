"""A `Derivation` as plain data, ready for `json.dumps`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from einsum_grad.calculus.derive import Derivation
from einsum_grad.explain.expression.formulas import formulas


def document(
    derivation: Derivation, order: int = 2, sizes: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The expression, its variables, and every formula in index notation and in NumPy's.

    >>> from einsum_grad.calculus.derive import derivation
    >>> found = document(derivation("a @ x", "a: n, x: n", "x"), order=1)
    >>> found["given"], found["gradients"][0]["numpy"]
    ({'a': 'n', 'x': 'n'}, 'a')
    """
    return {
        "expression": derivation.text,
        "given": {
            each.name: " ".join((*each.axes, *filter(None, [each.structure])))
            for each in derivation.declarations
        },
        "wrt": list(derivation.wrt),
        "sizes": dict(sizes or {}),
        **formulas(derivation, order).to_dict(),
    }
