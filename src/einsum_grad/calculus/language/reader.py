"""What reads a sentence knows: the graph, the values of names, and where a mistake is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from einsum_grad.calculus.graph.graph import Graph
from einsum_grad.calculus.language.broadcast import MismatchError
from einsum_grad.errors import ExpressionError, PatternError
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import expression as ast
from einsum_grad.syntax import parse, refused
from einsum_grad.visible import visible


@dataclass(slots=True)
class Reader:
    """The state of a reading of `text`."""

    graph: Graph
    text: str
    names: dict[str, int]
    dims: frozenset[str]

    def at(self, start: int, make: Callable[..., int], *args: object) -> int:
        """What `make` returns; what it refuses is said of position `start`."""
        try:
            return make(*args)
        except MismatchError as error:
            raise self.error(str(error), start) from None

    def pattern(self, given: ast.String) -> Pattern:
        """The pattern of subscripts; their mistakes are pointed at in the sentence."""
        try:
            return pattern_of(parse(given.text))
        except PatternError as error:
            message = str(error).partition("\n")[0].partition(";")[0]
            raise self.error(message, given.start + (error.position or 0)) from None

    def error(self, message: str, start: int) -> ExpressionError:
        """The error that points at `start`."""
        return refused(message, self.text, start)

    def unknown(self, kind: str, name: str, known: Iterable[str], start: int) -> ExpressionError:
        """The error for a name that stands for nothing."""
        names = sorted(known)
        near = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(names) or 'none'}"
        return self.error(f"{visible(name)} is no {kind} here: {hint}", start)
