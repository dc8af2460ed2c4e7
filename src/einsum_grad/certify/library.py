"""The library on whose arrays a module computes, read from its text."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from einsum_grad.errors import ArgumentError
from einsum_grad.plan.derive.reasons import listed

NUMPY = "numpy"
STANDARD = "array_api"
_NAMED = {"torch": "PyTorch", "jax": "JAX"}
"""The libraries with arrays of their own, and what docstrings call them."""

_OF_THE_STANDARD = frozenset({"__array_namespace__", "array_api_compat"})
_ON_NUMPY = ("einops", "numba")
_KNOWN = frozenset({NUMPY, "array_api_compat", *_ON_NUMPY, *_NAMED, *sys.stdlib_module_names})


def library_of(tree: ast.Module) -> str:
    """The library that a module imports, or that its docstrings name if it imports none.

    It is "torch", "jax", "array_api" for any library of the array API standard, or "numpy". What
    `main` imports doesn't count. Raises `ArgumentError` for other libraries, by name.

    >>> library_of(ast.parse("import jax.numpy as jnp"))
    'jax'
    """
    imported = set(_imported(tree))
    if others := sorted(imported - _KNOWN):
        raise ArgumentError(
            f"this module imports {listed(others, 'and')}, for which certify has no exact numbers: "
            "it certifies modules of NumPy, einops, numba, PyTorch, JAX and the array API"
        )
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    if imported.isdisjoint(_NAMED) and _OF_THE_STANDARD & (attributes | imported):
        return STANDARD
    told = "" if imported & {NUMPY, *_ON_NUMPY} else " ".join(_docstrings(tree))
    names = (name for name, spelled in _NAMED.items() if name in imported or spelled in told)
    return next(names, NUMPY)


def _imported(tree: ast.Module) -> Iterator[str]:
    """The packages that anything but `main` imports."""
    for part in tree.body:
        if isinstance(part, ast.FunctionDef) and part.name == "main":
            continue
        for node in ast.walk(part):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def _docstrings(tree: ast.Module) -> Iterator[str]:
    for node in (tree, *tree.body):
        if isinstance(node, (ast.Module, ast.FunctionDef)):
            yield ast.get_docstring(node) or ""
