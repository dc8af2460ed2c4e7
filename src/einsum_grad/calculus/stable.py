"""Pass 2: forms that don't overflow, before any derivative is taken.

What is positive by its form is kept as its logarithm: exp(u) is u, a sum of such is a logsumexp, a
softplus or a sigmoid. So the sums and quotients of exponentials that people write become functions
that never compute a large exponential.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping

from einsum_grad.calculus.graph.apply import apply, of_matrix
from einsum_grad.calculus.graph.graph import Apply, Einsum, Graph, OfMatrix, Sum, reached
from einsum_grad.calculus.graph.product import Part, Product, apart
from einsum_grad.calculus.graph.rebuild import rebuilt
from einsum_grad.calculus.graph.sums import ONE, einsum, number, terms_of, total, value_of
from einsum_grad.calculus.logarithm import Rule, logarithm, negative
from einsum_grad.plan import Labels


def stable(graph: Graph, root: int) -> int:
    """The node of the same value whose parts don't overflow.

    >>> from einsum_grad.calculus.language.elaborate import elaborate
    >>> from einsum_grad.calculus.graph.graph import Kind
    >>> graph = Graph()
    >>> u = graph.leaf(Kind.ARRAY, "u", ("n",))
    >>> graph[stable(graph, elaborate(graph, "log(sum(exp(u)))", {"u": u}))].function
    'logsumexp'
    """
    made: dict[int, int] = {}
    for node in reached(graph, root):
        args = [made[arg] for arg in graph.args(node)]
        again = node if tuple(args) == graph.args(node) else rebuilt(graph, node, args)
        made[node] = _rewritten(graph, again)
    return made[root]


def _rewritten(graph: Graph, node: int) -> int:
    """The node after every rule that applies to it."""
    while (rule := _RULES.get(type(graph[node]))) and (made := rule(graph, node)) is not None:
        if made == node:
            break
        node = made
    return node


def _of_apply(graph: Graph, number: int) -> int | None:
    node = graph[number]
    assert isinstance(node, Apply)
    rule = _FUNCTIONS.get(node.function)
    return rule(graph, node) if rule else None


def _log(graph: Graph, node: Apply) -> int | None:
    (arg,) = node.args
    of = graph[arg]
    if isinstance(of, Apply) and of.function == "abs":
        arg, of = of.args[0], graph[of.args[0]]
    if isinstance(of, OfMatrix) and of.function == "det":
        return of_matrix(graph, "logdet", of.args[0])
    return logarithm(graph, node.args[0])


def _log1p(graph: Graph, node: Apply) -> int | None:
    one = number(graph, 1, node.dims)
    return logarithm(graph, total(graph, [(ONE, one), (ONE, node.args[0])], node.dims))


def _power(graph: Graph, node: Apply) -> int | None:
    found = logarithm(graph, node.args[0])
    if found is None:
        return None
    if (logit := _one_plus_exp(graph, node.args[0])) is not None and node.exponent == -1:
        return apply(graph, "sigmoid", [negative(graph, logit)])
    return apply(graph, "exp", [total(graph, [(node.exponent, found)], node.dims)])


def _of_sum(graph: Graph, node: int) -> int | None:
    """1 - sigmoid(u) is sigmoid(-u), and 1 + expm1(u) is exp(u)."""
    terms = terms_of(graph, node)
    for (c, one), (d, other) in itertools.permutations(terms, 2):
        if len(terms) == 2 and c == -d and value_of(graph, one) == 1:
            found = graph[other]
            if isinstance(found, Apply) and found.function == "sigmoid":
                swapped = apply(graph, "sigmoid", [negative(graph, found.args[0])])
                return total(graph, [(c, swapped)], graph.dims(node))
        if value_of(graph, one) == 1 and _is(graph, other, "expm1") and c / d >= 1:
            power = apply(graph, "exp", graph.args(other))
            return total(graph, [*terms, (-d, other), (d, power), (-d, one)], graph.dims(node))
    return None


def _of_einsum(graph: Graph, number: int) -> int | None:
    """Two exponentials in a product become one, and exp(u) · sigmoid(-u) becomes sigmoid(u)."""
    node = graph[number]
    assert isinstance(node, Einsum)
    parts = list(zip(node.args, node.pattern.inputs, strict=True))
    for one, other in itertools.combinations(range(len(parts)), 2):
        joined = _joined(graph, parts[one], parts[other]) or _joined(
            graph, parts[other], parts[one]
        )
        if joined is not None:
            rest = [part for at, part in enumerate(parts) if at not in (one, other)]
            return _rewritten_product(graph, [*rest, joined], node.pattern.output)
    for power, summed in itertools.permutations(parts, 2):
        if (inner := _opened(graph, power, summed)) is not None:
            rest = [part for part in parts if part is not summed]
            return _rewritten_product(graph, [*rest, *inner], node.pattern.output)
    return None


def _opened(graph: Graph, power: Part, summed: Part) -> list[Part] | None:
    """The factors of a sum of products with an exponential, beside another one: they may cancel."""
    number, labels = summed
    node = graph[number]
    if not _is(graph, power[0], "exp") or not isinstance(node, Einsum):
        return None
    if len(set(node.pattern.output)) < len(node.dims) or not any(
        _is(graph, arg, "exp") for arg in node.args
    ):
        return None
    parts = tuple(zip(node.args, node.pattern.inputs, strict=True))
    inner = apart(graph, Product(ONE, parts, node.pattern.output))
    return list(inner.rename(dict(zip(inner.output, labels, strict=True))).parts)


def _is(graph: Graph, number: int, function: str) -> bool:
    """Whether a node is this function of entries."""
    node = graph[number]
    return isinstance(node, Apply) and node.function == function


def _distributed(graph: Graph, wide: Part, narrow: Part) -> Part | None:
    """A sum of exponentials times one, or times a sigmoid, which goes into each of its terms."""
    (number, labels), (other, own) = wide, narrow
    terms = terms_of(graph, number)
    powers = [term for _, term in terms if _is(graph, term, "exp")]
    plain = all(_is(graph, x, "exp") or value_of(graph, x) is not None for _, x in terms)
    if not powers or not plain or getattr(graph[other], "function", "") not in ("exp", "sigmoid"):
        return None
    made = [
        (c, _rewritten_product(graph, [(term, labels), (other, own)], labels)) for c, term in terms
    ]
    return total(graph, made, graph.dims(number)), labels


def _rewritten_product(graph: Graph, parts: list[Part], output: Labels) -> int:
    node = einsum(graph, parts, output)
    terms = [(c, _rewritten(graph, term)) for c, term in terms_of(graph, node)]
    return total(graph, terms, graph.dims(node))


def _joined(graph: Graph, wide: Part, narrow: Part) -> Part | None:
    """One exponential or sigmoid for a product of two, if `wide` has all axes of `narrow`."""
    (one, labels), (other, own) = wide, narrow
    if len(set(labels)) < len(labels) or not set(labels).issuperset(own):
        return None
    first, second = graph[one], graph[other]
    if isinstance(first, Sum) and len(first.args) > 1:
        return _distributed(graph, wide, narrow)
    if not isinstance(first, Apply) or not isinstance(second, Apply):
        return None
    if (rule := _PAIRS.get((first.function, second.function))) is None:
        return None
    exponent = einsum(graph, [(second.args[0], own)], labels)
    made = rule(graph, first.args[0], exponent)
    return None if made is None else (made, labels)


def _exp_exp(graph: Graph, u: int, v: int) -> int:
    return apply(graph, "exp", [total(graph, [(ONE, u), (ONE, v)], graph.dims(u))])


def _sigmoid_exp(graph: Graph, u: int, v: int) -> int | None:
    """sigmoid(-v) · exp(v) is sigmoid(v)."""
    return apply(graph, "sigmoid", [v]) if u == negative(graph, v) else None


def _expm1_exp(graph: Graph, u: int, v: int) -> int | None:
    """expm1(-v) · exp(v) is -expm1(v)."""
    return negative(graph, apply(graph, "expm1", [v])) if u == negative(graph, v) else None


def _expm1_sigmoid(graph: Graph, u: int, v: int) -> int | None:
    """expm1(u) · sigmoid(-u) is tanh(u/2)."""
    half = total(graph, [(ONE / 2, u)], graph.dims(u))
    return apply(graph, "tanh", [half]) if u == negative(graph, v) else None


def _one_plus_exp(graph: Graph, node: int) -> int | None:
    """The u of 1 + exp(u)."""
    terms = terms_of(graph, node)
    if len(terms) != 2 or any(coefficient != 1 for coefficient, _ in terms):
        return None
    for (_, one), (_, other) in itertools.permutations(terms, 2):
        found = graph[other]
        if value_of(graph, one) == 1 and isinstance(found, Apply) and found.function == "exp":
            return found.args[0]
    return None


_PAIRS: Mapping[tuple[str, str], Callable[[Graph, int, int], int | None]] = {
    ("exp", "exp"): _exp_exp,
    ("sigmoid", "exp"): _sigmoid_exp,
    ("expm1", "exp"): _expm1_exp,
    ("expm1", "sigmoid"): _expm1_sigmoid,
}
"""What a function of u times one of v is."""

_FUNCTIONS: Mapping[str, Callable[[Graph, Apply], int | None]] = {
    "log": _log,
    "log1p": _log1p,
    "power": _power,
}


_RULES: Mapping[type, Rule] = {Apply: _of_apply, Sum: _of_sum, Einsum: _of_einsum}
