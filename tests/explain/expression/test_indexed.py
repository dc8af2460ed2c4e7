"""What is printed in index notation gives the same numbers, entry by entry."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from einsum_grad.calculus.derive import derivation
from einsum_grad.explain.expression.formulas import formulas
from tests.calculus.cases import CASES, SIZES, Case
from tests.calculus.close import assert_close
from tests.calculus.draw import draw
from tests.calculus.interpret import linear_map, values
from tests.tries import tries

SIZE = 2
SAME = dict.fromkeys(SIZES, SIZE)
"""One size for all, so that it doesn't matter which dimension an index of another name has."""

SOME = CASES[:: round(len(CASES) / tries(len(CASES)))]

_FUNCTIONS: dict[str, Any] = {
    **{name: getattr(np, name) for name in ("exp", "log", "log1p", "expm1", "sin", "cos", "tanh")},
    **{name: getattr(np, name) for name in ("abs", "sign", "maximum", "minimum", "where", "sqrt")},
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "relu": lambda x: np.maximum(x, 0),
    "logsumexp": lambda x: np.log(np.sum(np.exp(x))),
    "diag": np.diag,
    "inv": np.linalg.inv,
    "det": np.linalg.det,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "delta": lambda i, j: int(i == j),
    "total": sum,
}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def python(text: str) -> str:
    """A formula in Python."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "**" + found[0].translate(_RAISED), text)
    text = re.sub(r"_\(([\w,]+)\)", lambda found: "_" + found[1].replace(",", "."), text)
    for sign, other in {"δ(": "delta(", "π": "3.141592653589793", "·": "*", "^": "**"}.items():
        text = text.replace(sign, other)
    return _sum(text)


def _sum(text: str) -> str:
    return " ".join(map(_term, _split(text, (" + ", " - ")))).strip()


def _split(text: str, signs: tuple[str, ...]) -> list[str]:
    """The text cut before each of the signs, all of one length, that no bracket is around."""
    depth, cuts = 0, [0]
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0 and text.startswith(signs, place):
            cuts.append(place)
    return [text[start:end].strip() for start, end in itertools.pairwise([*cuts, len(text)])]


def _term(term: str) -> str:
    sign, body = (term[0], term[1:].strip()) if term[0] in "+-" else ("", term)
    place = body.find("Σ_")
    if place >= 0 and body[:place].count("(") == body[:place].count(")"):
        index, _, rest = body[place + 2 :].partition(" ")
        return f"{sign} {body[:place]}total(({_term(rest)}) for {index} in range({SIZE}))"
    return f"{sign} {_groups(body)}"


def _groups(body: str) -> str:
    """What stands in parentheses, and functions along indices."""
    start = body.find("(")
    if start < 0:
        return body
    depth, end = 0, start
    for end in range(start, len(body)):
        depth += (body[end] == "(") - (body[end] == ")")
        if depth == 0:
            break
    head, inner, tail = body[:start], body[start + 1 : end], body[end + 1 :]
    matrix = re.search(r"(inv|det|logdet)$", head)
    args = inner if matrix else ", ".join(_sum(x.lstrip(", ")) for x in _split(inner, (",",)))
    along = re.search(r"(logsumexp|max|min)_([\w.]+)$", head)
    if along:
        loops = " ".join(f"for {index} in range({SIZE})" for index in along[2].split("."))
        head, args = head[: along.start()] + along[1], f"[{args} {loops}]"
    return f"{head}({args}){_groups(tail)}"


def evaluated(left: str, formula: str, shape: tuple[int, ...], known: Mapping[str, Any]) -> Any:
    """All entries of a formula, whose indices stand on the left side."""
    indices = [x for each in re.findall(r"\[([^\]]*)\]", left) for x in each.split(",")]
    out, code = np.empty(shape), compile(python(formula), "formula", "eval")
    for place in np.ndindex(*shape):
        own = {index: at for index, at in zip(indices, place, strict=True) if index != "0"}
        out[place] = eval(code, {**_FUNCTIONS, **known, **own})
    return out


@pytest.mark.parametrize("case", SOME, ids=lambda case: f"{case.text} by {case.wrt}")
def test_every_formula_gives_the_numbers_of_its_node(case: Case) -> None:
    found, arrays = derivation(case.text, case.given, case.wrt), draw(case, SAME)
    if set(arrays) & _FUNCTIONS.keys():
        pytest.skip("names that Python's own meaning is needed for")
    printed = formulas(found)
    factors = [number for term in found.hessians[0][0] for number, _ in term.factors]
    got = values(found.graph, [found.value, *found.gradients, *factors], arrays, SAME)
    known: dict[str, Any] = dict(arrays)
    for each in printed.definitions:
        if each.numpy in SAME:
            known[each.name] = SIZE
            continue
        shape = tuple(1 if x == "0" else SIZE for x in re.findall(r"[\[,](\w+)", each.left))
        known[each.name] = evaluated(each.left, each.formula, shape, known)
    value, gradient, second = printed.value, printed.gradients[0], printed.hessians[0][0]
    shape, own = got[found.value].shape, arrays[case.wrt].shape
    assert_close(evaluated(value.left, value.formula, shape, known), got[found.value])
    expected = got[found.gradients[0]]
    assert_close(evaluated(gradient.left, gradient.formula, expected.shape, known), expected)
    whole = linear_map(found.graph, found.hessians[0][0], got, shape + own, own).materialize()
    dense = whole.reshape(shape + own + own)
    assert_close(evaluated(second.left, second.formula, dense.shape, known), dense)


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("x @ x", "x: n", ["f = Σ_n x[n]²", "df/dx[n] = 2 · x[n]"]),
        ("3", "x: n", ["f = 3", "df/dx[n] = 0"]),
        ("sum(sqrt(x + 1))", "x: n", ["f = Σ_n sqrt(r[n])", "df/dx[n] = 1 / (2 · sqrt(r[n]))"]),
        ("log(sum(p / y))", "p: n, y: n", ["f = log(c)", "df/dp[n] = 1 / (y[n] · c)"]),
        ("X @ X", "X: d d", ["f[d,a] = Σ_b X[d,b] · X[b,a]", None]),
        ("sum(x) / n", "x: n", ["f = c / N", "df/dx[n] = 1 / N"]),
        ("logsumexp(X, axis=1)", "X: n d", ["f[n] = logsumexp_d(X[n,d])", None]),
        ("x * x", "x: n", ["f[n] = x[n]²", "df[n]/dx[a] = 2 · δ(n,a) · x[n]"]),
        ("(x**2)**y", "x: n, y: n", ["f[n] = (x[n]²)^(y[n])", None]),
        ("(-x)**y", "x: n, y: n", ["f[n] = (-x[n])^(y[n])", None]),
        ("0.5**x", "x: n", ["f[n] = (1/2)^(x[n])", "df[n]/dx[a] = δ(n,a) · s[n] · c"]),
        ("2**x", "x: n", ["f[n] = 2^(x[n])", "df[n]/dx[a] = δ(n,a) · s[n] · c"]),
        ("(a - b)**2 * c", "c:, a:, b:", ["f = c · (a - b)²", "df/dc = (a - b)²"]),
        ("sum(X + r)", "r: 1 d, X: n d", ["f = Σ_n Σ_d (X[n,d] + z[d])", "df/dr[0,d] = N"]),
    ],
)
def test_formulas_read_as_in_a_paper(text: str, given: str, expected: list[str | None]) -> None:
    found = formulas(derivation(text, given, given.partition(":")[0]))
    shown = [f"{x.left} = {x.formula}" for x in (found.value, *found.gradients)]
    for one, other in zip(shown, expected, strict=True):
        assert other in (None, one)
