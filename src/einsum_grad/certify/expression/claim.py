"""What a module of an expression claims to compute, read from its docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from einsum_grad.calculus.derive import Derivation, derivation
from einsum_grad.certify.library import NUMPY, library_of
from einsum_grad.errors import ArgumentError

_TITLE = re.compile(r"An expression, its gradient and its Hessian by (.*)\.\n")
_SIZE = re.compile(r"(\w+) = (\d+)")
_FURTHER = re.compile(r"\n {8,}")


@dataclass(frozen=True, slots=True)
class ExpressionClaim:
    """An expression, and the sizes for which its module was written."""

    derivation: Derivation
    sizes: Mapping[str, int]


def read_expression_claim(text: str) -> ExpressionClaim | None:
    """The claim of a module that `derive` wrote; None for another module.

    Raises `ArgumentError` if it doesn't state its expression or is for another library than NumPy,
    `ExpressionError` if the expression is invalid, and `SyntaxError` if `text` is not Python.
    """
    tree = ast.parse(text)
    doc = ast.get_docstring(tree, clean=False) or ""
    title = _TITLE.match(doc)
    if title is None:
        return None
    if (library := library_of(tree)) != NUMPY:
        raise ArgumentError(
            f"this module is for {library}: certify the one that derive writes for numpy"
        )
    sentence, declared, *others = doc[title.end() :].strip("\n").split("\n\n")
    if others[:1] == []:
        raise ArgumentError("the module does not state its expression in plain letters")
    sizes = {axis: int(size) for axis, size in _SIZE.findall(others[0])}
    found = derivation(_joined(sentence), _joined(declared), tuple(title[1].split(" and ")))
    return ExpressionClaim(found, found.sizes(sizes))


def _joined(block: str) -> str:
    """A block of a docstring, whose lines go on where they are indented by more."""
    return "\n".join(line.strip() for line in _FURTHER.sub(" ", block).splitlines())
