"""A derivation and a guess of its gradient to a verdict."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from einsum_grad.calculus.derive import Derivation, sentence_node
from einsum_grad.calculus.graph.graph import Dims
from einsum_grad.calculus.graph.sums import einsum
from einsum_grad.calculus.stable import stable
from einsum_grad.certify.expression.equal import are_equal
from einsum_grad.errors import ArgumentError
from einsum_grad.explain.expression.formulas import Formulas, formulas
from einsum_grad.functions.gradient_guess.search import comparison
from einsum_grad.functions.gradient_guess.verdict import GradientVerdict, Kind
from einsum_grad.syntax import parse_expression


def judge_gradient(found: Derivation, guess: str) -> GradientVerdict:
    """Judge `guess`, a sentence for the gradient by the one variable of `found`.

    It may use the arrays, and the names that `derive` prints. Raises `ExpressionError`, which
    points at a mistake in it, and `ArgumentError` if there are several variables.

    >>> from einsum_grad.calculus.derive import derivation
    >>> found = derivation("sum((A @ x - b)**2)", "A: m n, x: n, b: m", "x")
    >>> print(judge_gradient(found, "2 * A.T @ (A @ x - b)"))
    df/dx: 2 * A.T @ (A @ x - b) is right
    >>> verdict = judge_gradient(found, "A.T @ r")
    >>> print(verdict.kind, verdict.right, *verdict.where)
    wrong 2 * A.T @ r ('r', 'A @ x - b')
    >>> verdict.counterexample.expected, verdict.counterexample.got
    (2.0, 1.0)
    """
    if len(found.wrt) != 1:
        raise ArgumentError("a guess is for one gradient: name one variable")
    found = replace(found, graph=found.graph.copy())
    told = formulas(found)
    read = sentence_node(found.graph, guess, found.declarations, _names(found, told))
    return _Judge(found, told, guess, stable(found.graph, read)).verdict()


def _names(found: Derivation, told: Formulas) -> dict[str, int]:
    """The nodes of the names that stand in formulas; a definition uses those before it."""
    known = dict[str, int]()
    for each in told.definitions:
        known[each.name] = sentence_node(found.graph, each.numpy, found.declarations, known)
    return known


@dataclass(frozen=True, slots=True)
class _Judge:
    """A guess as a node of the graph of `found`, and the formulas that are right."""

    found: Derivation
    told: Formulas
    guess: str
    node: int

    def verdict(self) -> GradientVerdict:
        """The verdict."""
        axes, own = self.found.graph.dims(self.truth), self.found.graph.dims(self.node)
        orders = [
            order
            for order in itertools.permutations(range(len(own)))
            if tuple(own[axis] for axis in order) == axes
        ]
        nodes = [self._transposed(order) for order in orders[:_MOST_ORDERS]]
        proved = are_equal(self.found.graph, self.found.declarations, self.truth, nodes)
        for order, node, known in zip(orders, nodes, proved, strict=False):
            if node == self.truth or comparison(self.found, self.truth, node).agrees(known):
                return self._right(order, bool(known))
        if own != axes:
            return self._told(Kind.AXES, why=_unlike(self.name, axes, own))
        example = comparison(self.found, self.truth, self.node).smallest(self.name)
        why = self._structured() if example else "it is no number where the gradient is one"
        return self._told(Kind.WRONG, why=why, counterexample=example)

    def _right(self, order: Sequence[int], proved: bool) -> GradientVerdict:
        doubt = None if proved else "it agrees at every point tried, but is not proved"
        if list(order) == sorted(order):
            return self._told(Kind.RIGHT, proved=proved, why=doubt)
        dims = self.found.graph.dims(self.truth), self.found.graph.dims(self.node)
        if dims[0] != dims[1]:
            return self._told(Kind.TRANSPOSED, proved=proved, why=_unlike(self.name, *dims))
        example = comparison(self.found, self.truth, self.node).smallest(self.name)
        return self._told(Kind.TRANSPOSED, proved=proved, counterexample=example)

    def _transposed(self, order: Sequence[int]) -> int:
        graph = self.found.graph
        labels = graph.fresh(graph.dims(self.node))
        return einsum(graph, [(self.node, labels)], tuple(labels[axis] for axis in order))

    def _structured(self) -> str | None:
        """What a guess lacks that would be right if all entries of its variable were free."""
        (name,) = self.found.wrt
        structure = next(x.structure for x in self.found.declarations if x.name == name)
        if not structure:
            return None
        written, why = _STRUCTURES[structure]
        node = sentence_node(self.found.graph, written, (), {"G": self.node})
        right = comparison(self.found, self.truth, node).agrees(None)
        return f"{name} is {structure}, so {why}" if right else None

    def _told(self, kind: Kind, **others: Any) -> GradientVerdict:
        (formula,) = self.told.gradients
        right = formula.numpy, self._where(kind)
        return GradientVerdict(kind, self.name, self.guess, *right, **others)

    def _where(self, kind: Kind) -> tuple[tuple[str, str], ...]:
        """What printed names stand for: those in the guess, and in what is right if it is not."""
        lines = parse_expression(self.guess).lines
        needed = _words(self.guess) - {line.name for line in lines}
        if kind is not Kind.RIGHT:
            needed |= {*self.told.gradients[0].needs}
        for each in reversed(self.told.definitions):
            if each.name in needed:
                needed |= _words(each.numpy)
        return tuple((x.name, x.numpy) for x in self.told.definitions if x.name in needed)

    @property
    def truth(self) -> int:
        """The node of the gradient."""
        return self.found.gradients[0]

    @property
    def name(self) -> str:
        """What the gradient is called."""
        return f"df/d{self.found.wrt[0]}"


def _words(text: str) -> set[str]:
    return {*re.findall(r"[^\W\d]\w*", text)}


_MOST_ORDERS = 24

_STRUCTURES = {
    "symmetric": ("(G + G.mT) / 2", "its gradient is (G + G.T) / 2 of this G"),
    "diagonal": ('einsum("...ii->...ii", G)', "its gradient is zero off the diagonal"),
}


def _unlike(name: str, axes: Dims, own: Dims) -> str:
    return f"{name} has {_listed(axes)}, and the guess {_listed(own)}"


def _listed(axes: Dims) -> str:
    return f"the {'axis' if len(axes) == 1 else 'axes'} {' '.join(axes)}" if axes else "no axes"
