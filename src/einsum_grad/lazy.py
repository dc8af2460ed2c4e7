"""Packages that import their names on first use (PEP 562)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any


def lazily(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The `__getattr__`, `__dir__` and `__all__` of a package, from its stub.

    `__init__.pyi` beside its `__init__.py` is what type checkers read; there a line imports each
    name. A folder named like a public function must be such a package: importing it binds the
    folder in its parent, over the function, so it is imported up front, which has to be cheap.

    >>> get, names, public = lazily("einsum_grad.linear")
    >>> get("LinearMap"), public
    (<class 'einsum_grad.linear.map.LinearMap'>, ['LinearMap', 'LinearPattern', 'linear_pattern'])
    """
    known = vars(sys.modules[package])
    stub = known["__spec__"].loader.get_data(f"{known['__path__'][0]}/__init__.pyi").decode()
    lines = (line.split() for line in stub.splitlines() if line.startswith("from "))
    home = {name: module for _, module, _, name, *_ in lines}
    for name, module in home.items():
        if module == f"{package}.{name}":
            import_module(module)
            known.pop(name, None)

    def get(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = f"{package}.{name}" if home[name] == package else home[name]
        found = import_module(module)
        known[name] = value = found if home[name] == package else getattr(found, name)
        return value

    return get, lambda: sorted({*known, *home}), sorted(home)
