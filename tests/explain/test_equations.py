"""The printed equations, read back and evaluated by brute force, are the functions' values."""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.explain import Explanation, explain
from einsum_grad.explain.text.explanation import text
from tests import definition
from tests.strategies import Array, Case, cases, seeds, whole


class Equation(NamedTuple):
    """A parsed equation: `name[indices] = deltas, sums, factors`."""

    name: str
    indices: list[str]
    deltas: list[list[str]]
    sums: list[str]
    factors: list[tuple[str, list[str]]]


def read(text: str) -> Equation:
    left, right = text.split(" = ")
    deltas = [indices.split(",") for indices in re.findall(r"δ\(([^)]*)\) · ", right)]
    sums = re.findall(r"Σ_(\S+) ", right)
    product = re.sub(r"δ\([^)]*\) · |Σ_\S+ +", "", right)
    (name, indices), *factors = map(read_factor, [left, *product.split(" · ")])
    return Equation(name, indices, deltas, sums, factors)


def read_factor(text: str) -> tuple[str, list[str]]:
    name, _, indices = text.partition("[")
    return name, indices.rstrip("]").split(",") if indices else []


def evaluate(equation: Equation, arrays: Mapping[str, Array], sizes: Mapping[str, int]) -> Array:
    """The array on the left of the equation, entry by entry."""

    def extent(index: str) -> int:
        return 1 if index == "0" else sizes[index.rstrip("'")]

    result = np.zeros([extent(index) for index in equation.indices])
    for entry in np.ndindex(result.shape):
        known = dict(zip(equation.indices, entry, strict=True)) | {"0": 0}
        if all(len({known[index] for index in delta}) == 1 for delta in equation.deltas):
            result[entry] = sum(products(equation, arrays, known, extent))
    return result


def products(
    equation: Equation,
    arrays: Mapping[str, Array],
    known: Mapping[str, int],
    extent: Callable[[str], int],
) -> Iterator[float]:
    for numbers in itertools.product(*(range(extent(index)) for index in equation.sums)):
        at = {**known, **dict(zip(equation.sums, numbers, strict=True))}
        yield math.prod(
            float(arrays[name][tuple(at[index] for index in indices)])
            for name, indices in equation.factors
        )


def explained(case: Case, named: bool) -> Explanation:
    if named and case.output is not None:  # an implicit output sorts the names, not the letters
        return explain(case.named, case.named_given, notation="named", shapes=case.shapes)
    return explain(case.letters, case.given, shapes=case.shapes)


@given(cases(), st.booleans(), seeds)
def test_equations_agree_with_the_computation(case: Case, named: bool, seed: int) -> None:
    operands = [whole(shape, float, seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, float, seed + len(operands))
    document = explained(case, named).to_dict()
    names = [operand["name"] for operand in document["operands"]]
    arrays = {**dict(zip(names, operands, strict=True)), "dZ": cotangent}

    told = evaluate(read(document["forward"]["equation"]), arrays, document["sizes"])
    assert np.array_equal(told, definition.forward(case, operands))
    gradients = definition.gradients(case, cotangent, operands)
    for entry, gradient in zip(document["gradients"], gradients, strict=True):
        told = evaluate(read(entry["equation"]), arrays, document["sizes"])
        assert told.shape == gradient.shape
        assert np.array_equal(told, gradient)


@given(cases(), st.booleans())
def test_text_holds_the_equations_of_the_document(case: Case, named: bool) -> None:
    explanation = explained(case, named)
    document, lines = explanation.to_dict(), text(explanation, width=10_000).split("\n")
    for entry in (document["forward"], *document["gradients"]):
        assert any(line.startswith(entry["equation"]) for line in lines)


def test_equations_are_parsed() -> None:
    equation = read("dX[i,i',0] = δ(i,i') · Σ_j Σ_k  dZ[j] · W")
    assert equation == Equation(
        "dX", ["i", "i'", "0"], [["i", "i'"]], ["j", "k"], [("dZ", ["j"]), ("W", [])]
    )
