"""Real and imaginary parts in code under test, which NumPy's object arrays do not have."""

from __future__ import annotations

import ast
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from einsum_grad.certify.residue import entries, filled

_PARTS = frozenset({"angle", "imag", "real", "real_if_close"})
_TAKEN = frozenset({"imag", "real"})
_PART = "part_of_residues"


def with_parts(text: str) -> tuple[str, dict[str, Any]]:
    """The module `text` with calls for each `.real` and `.imag` in its functions.

    The second result holds the names that these calls need in the module.

    >>> with_parts("def f(x):\\n    return x.real")[0]
    "def f(x):\\n    return part_of_residues(x, 'real')"
    """
    tree = ast.parse(text)
    if not any(map(_is_taken, ast.walk(tree))):
        return text, {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            _Calls().visit(node)
    return ast.unparse(ast.fix_missing_locations(tree)), {_PART: part}


def _is_taken(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    return node.attr in _TAKEN and isinstance(node.ctx, ast.Load)


class _Calls(ast.NodeTransformer):
    """Inserts the calls."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if not _is_taken(node):
            return node
        return ast.Call(ast.Name(_PART, ast.Load()), [node.value, ast.Constant(node.attr)], [])


def part(value: Any, name: str) -> Any:
    """`value.real` or `value.imag`; for residues, a read-only copy.

    >>> from einsum_grad.certify.residue import Residue
    >>> part(Residue(2, 3), "imag")
    Residue(3, 0)
    """
    if value is np:
        return lambda array: part(array, name)
    if not isinstance(value, np.ndarray) or value.dtype != object:
        return getattr(value, name)
    taken = filled((getattr(entry, name) for entry in entries(value)), value.shape)
    taken.flags.writeable = False
    return taken


def parts_taken(function: Any) -> frozenset[str]:
    """The parts of complex numbers that `function`, or a function it calls, takes.

    >>> parts_taken(lambda x: x.real)
    frozenset({'real'})
    """
    return _PARTS & frozenset(_names(function, set()))


def _names(function: Any, seen: set[CodeType]) -> set[str]:
    if not isinstance(function, FunctionType) or function.__code__ in seen:
        return set()
    seen.add(function.__code__)
    names = _own(function.__code__)
    called = [function.__globals__.get(name) for name in names - {_PART}]
    return names.union(*(_names(each, seen) for each in called))


def _own(code: CodeType) -> set[str]:
    inner = [_own(const) for const in code.co_consts if isinstance(const, CodeType)]
    return set(code.co_names).union(*inner)
