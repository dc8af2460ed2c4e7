"""`Pattern` to `Network`: an einsum of many operands as a sequence of small ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from einsum_grad.errors import OrderError
from einsum_grad.plan.normal import drop_units, normal_form
from einsum_grad.plan.path.axis_order import for_readers
from einsum_grad.plan.path.node import Node
from einsum_grad.plan.pattern import Labels, Pattern, distinct

Path = tuple[tuple[int, ...], ...]
"""A contraction path: positions in the list of remaining terms; each result is appended to it."""

_MOST_LABELS, _MOST_TERMS = 52, 63
"""The limits of np.einsum, which contracts steps of more than two terms."""


@dataclass(frozen=True, slots=True)
class Network:
    """Einsums computed one after the other; the result of the last one is the output."""

    operands: tuple[Labels, ...]
    nodes: tuple[Node, ...]


def single(pattern: Pattern) -> Network:
    """The network of one node: `pattern` itself."""
    return Network(pattern.inputs, (Node(pattern, tuple(range(len(pattern.inputs)))),))


@lru_cache(maxsize=64)
def pairwise(pattern: Pattern, path: Path) -> Network:
    """The network that reduces each operand alone and then contracts them along `path`.

    A step of `path` is a pair, or several terms at once; a step of one term moves it to the end of
    the list. Raises `OrderError` for a step of more terms or labels than np.einsum takes.

    >>> chain = Pattern((("b", "i", "j"), ("j", "k"), ("k", "l")), ("i", "l"))
    >>> for node in pairwise(chain, ((0, 1), (0, 1))).nodes:
    ...     print(node.pattern, node.args)
    bij->ij (0,)
    ij,jk->ik (3, 1)
    kl,ik->il (2, 4)
    """
    if len(pattern.inputs) == 1:
        return single(pattern)
    builder = _Builder(pattern)
    for number, term in enumerate(pattern.inputs):
        builder.prepare(number, term)
    for positions in path:
        builder.contract(positions)
    builder.finish(pattern.output)
    return Network(pattern.inputs, for_readers(builder.nodes, len(pattern.inputs)))


def in_pairs(path: Path, count: int) -> Path:
    """`path`, which contracts `count` terms, with a pair after the other for more terms at once.

    >>> in_pairs(((0, 2, 3), (0, 1)), 4)
    ((0, 2), (1, 2), (0, 1))
    """
    found = list[tuple[int, ...]]()
    for step in path:
        left = step
        while len(left) > 2:
            pair, others = left[:2], left[2:]
            found.append(pair)
            count -= 1
            left = (*(place - sum(each < place for each in pair) for place in others), count - 1)
        found.append(left)
        count -= len(left) - 1
    return tuple(found)


def arrays(pattern: Pattern, path: Path | None) -> tuple[Labels, ...]:
    """The labels of every array along `path`: the operands, the intermediates and the output.

    >>> chain = Pattern((("i", "j"), ("j", "k"), ("k", "l")), ("i", "l"))
    >>> arrays(chain, ((0, 1), (0, 1)))[3:]
    (('i', 'k'), ('i', 'l'))
    """
    if path is None or len(path) < 2:
        return (*pattern.inputs, pattern.output)
    made = (node.pattern.output for node in pairwise(pattern, path).nodes)
    return (*pattern.inputs, *made)


def singletons(pattern: Pattern, path: Path | None, sizes: Mapping[str, int]) -> bool:
    """Whether an array along `path` may have axes but one entry; a missing size may be 1.

    >>> product = Pattern((("i", "j"), ("j", "k")), ("i", "k"))
    >>> every = {"i": 1, "j": 2, "k": 1}
    >>> [singletons(product, ((0, 1),), sizes) for sizes in ({}, every, {**every, "k": 2})]
    [True, True, False]
    """
    network = single(pattern) if path is None else pairwise(pattern, path)
    patterns = (node.pattern for node in network.nodes)
    terms = {term for pattern in patterns for term in (*pattern.inputs, pattern.output)}
    return any(
        own and all(sizes.get(label, 1) == 1 for label in own) for own in map(drop_units, terms)
    )


class _Builder:
    """The state of `pairwise`: the remaining terms, and how often each label remains."""

    def __init__(self, pattern: Pattern) -> None:
        self.output = normal_form(pattern).reduced.output
        self.nodes: list[Node] = []
        self.left: list[tuple[int, Labels]] = []
        self.operands = len(pattern.inputs)
        self.uses = Counter(label for term in pattern.inputs for label in set(term))
        self.uses.update(set(self.output))

    def prepare(self, number: int, term: Labels) -> None:
        """First take diagonals, drop units and sum the labels that only this operand has."""
        kept = tuple(label for label in distinct(drop_units(term)) if self.uses[label] > 1)
        self.left.append((number if kept == term else self._add((term,), kept, (number,)), kept))

    def contract(self, positions: tuple[int, ...]) -> None:
        """Contract the terms at `positions`; the first is the left factor."""
        args = [self.left[position] for position in positions]
        _check_size([term for _, term in args])
        for position in sorted(positions, reverse=True):
            del self.left[position]
        if len(args) == 1:
            self.left += args
            return
        self.uses.subtract(label for _, term in args for label in term)
        result = self._output(*(term for _, term in args)) if self.left else self.output
        self.uses.update(result)
        number = self._add(tuple(term for _, term in args), result, tuple(arg for arg, _ in args))
        self.left.append((number, result))

    def finish(self, output: Labels) -> None:
        """Repeat and write diagonals last, so that a gradient reads and sums them first."""
        ((number, term),) = self.left
        if term != output:
            self._add((term,), output, (number,))

    def _output(self, *terms: Labels) -> Labels:
        """The labels used later: shared ones first, then each term's own.

        If all of them are in the output, they take its order: then the last products, which have
        the most entries, need no transposition.
        """
        everything = distinct(label for term in terms for label in term)
        shared = {label for label in everything if all(label in term for term in terms)}
        kept = [label for label in everything if self.uses[label] > 0]
        if set(kept) <= set(self.output):
            return tuple(label for label in self.output if label in kept)
        return tuple(sorted(kept, key=lambda label: label not in shared))

    def _add(self, inputs: tuple[Labels, ...], output: Labels, args: tuple[int, ...]) -> int:
        self.nodes.append(Node(Pattern(inputs, output), args))
        return self.operands + len(self.nodes) - 1


def _check_size(terms: list[Labels]) -> None:
    labels = len({label for term in terms for label in term})
    if len(terms) > 2 and (labels > _MOST_LABELS or len(terms) > _MOST_TERMS):
        raise OrderError(
            f"a step of the path takes {len(terms)} terms with {labels} labels at once, but "
            f"np.einsum takes at most {_MOST_TERMS} and {_MOST_LABELS}: contract two at a time"
        )
