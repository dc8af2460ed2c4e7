"""The passes of a derivation, one after the other: what each makes of the nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from einsum_grad.calculus.derive import Derivation
from einsum_grad.calculus.graph.graph import (
    Along,
    Apply,
    Einsum,
    Graph,
    Kind,
    Leaf,
    Node,
    Sum,
    dim_of,
    reached,
)
from einsum_grad.plan import Labels, LinearTerm


def steps(found: Derivation, order: int = 2) -> Iterator[str]:
    """The lines of every pass: the nodes that it makes, and for terms their factors.

    >>> from einsum_grad.calculus.derive import derivation
    >>> print("\\n".join(steps(derivation("log(sum(exp(x)))", "x: n", "x"), order=1)))
    elaborate
      v0[n] = x
      v1[n] = exp v0
      v2 = einsum n-> v1
      v3 = log v2
    stable forms
      v4 = logsumexp along 0 v0
    cotangents, in reverse
      v5 = einsum ->
      of v4: v5
      v14[n] = einsum ->n v4
      v15[n] = v0 - v14
      v16[n] = exp v15
      of v0: v16
    gradient by x
      v16
    """
    graph, shown = found.graph, set[int]()
    yield "elaborate"
    yield from _nodes(graph, [found.trace.elaborated], shown)
    yield "stable forms"
    yield from _nodes(graph, [found.value], shown) or ["  nothing to do"]
    yield "cotangents, in reverse"
    for number, bar in found.trace.cotangents.items():
        yield from _nodes(graph, [bar], shown)
        yield f"  of v{number}: v{bar}"
    for name, gradient in zip(found.wrt, found.gradients, strict=True):
        yield f"gradient by {name}"
        yield from _nodes(graph, [gradient], shown)
        yield f"  v{gradient}"
    if order > 1:
        yield from _second(found, shown)


def _second(found: Derivation, shown: set[int]) -> Iterator[str]:
    graph = found.graph
    for name, every in zip(found.wrt, found.trace.jacobians, strict=True):
        yield f"Jacobians by {name}"
        for number, terms in every.items():
            yield from _nodes(graph, [n for term in terms for n, _ in term.factors], shown)
            yield from (f"  of v{number}: {_term(term)}" for term in terms)
    for one, row in zip(found.wrt, found.hessians, strict=True):
        for other, terms in zip(found.wrt, row, strict=True):
            yield f"Hessian by {one} and {other}: the sum of J.T · (cotangent · D²) · J"
            yield from _nodes(graph, [n for term in terms for n, _ in term.factors], shown)
            yield from (f"  {_term(term)}" for term in terms)


def _nodes(graph: Graph, roots: Sequence[int], shown: set[int]) -> list[str]:
    """A line for each node that was not shown before."""
    new = [number for number in reached(graph, *roots) if number not in shown]
    shown.update(new)
    return [f"  {_line(graph, number)}" for number in new]


def _line(graph: Graph, number: int) -> str:
    node = graph[number]
    dims = f"[{','.join(node.dims)}]" if node.dims else ""
    return f"v{number}{dims} = {_made(node)}"


def _made(node: Node) -> str:
    args = " ".join(f"v{arg}" for arg in node.args)
    match node:
        case Leaf():
            return node.name if node.kind is not Kind.SIZE else f"the size of {node.name}"
        case Einsum():
            return f"einsum {_pattern(node.pattern.inputs, node.pattern.output)} {args}".rstrip()
        case Sum():
            return _sum(node) or "0"
        case Apply(function="power"):
            return f"power {node.exponent} {args}"
        case Along():
            return f"{node.function} along {','.join(map(str, node.axes))} {args}"
    return f"{node.function} {args}"


def _sum(node: Sum) -> str:
    text = ""
    for coefficient, arg in zip(node.coefficients, node.args, strict=True):
        sign = ("-" if coefficient < 0 else "") if not text else " - " if coefficient < 0 else " + "
        text += f"{sign}v{arg}" if abs(coefficient) == 1 else f"{sign}{abs(coefficient)} v{arg}"
    return text


def _pattern(inputs: Iterable[Labels], output: Labels) -> str:
    """A pattern, in which a label is its dimension, with primes for a second one."""
    names: dict[str, str] = {}
    for label in (*(label for term in inputs for label in term), *output):
        if label not in names:
            name = dim_of(label)
            while name in names.values():
                name += "'"
            names[label] = name
    terms = [" ".join(names[label] for label in term) for term in (*inputs, output)]
    return f"{','.join(terms[:-1])}->{terms[-1]}"


def _term(term: LinearTerm) -> str:
    """A term as the pattern of its dense array, and its factors."""
    args = "".join(f" v{number}" for number, _ in term.factors)
    scale = "" if term.coefficient == Fraction(1) else f"{term.coefficient} · "
    return f"{scale}{_pattern(term.terms, term.axes)}{args}"
