"""Equations of derivatives: their indices, deltas and counts."""

import itertools
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.explain.derivative import latex, products, text
from einsum_grad.explain.spelling import ASCII
from einsum_grad.plan import Derivative, derivative, pattern_of
from einsum_grad.syntax import parse
from tests.strategies import Case, cases, seeds, whole


def of(pattern: str, *wrt: tuple[int, ...], **options: Any) -> Derivative:
    return derivative(pattern_of(parse(pattern, **options)), wrt)


@pytest.mark.parametrize(
    ("pattern", "wrt", "equation"),
    [
        ("ij,jk->ik", ((0,),), "dZ[i,k]/dX[a,j] = δ(i,a) · W[j,k]"),
        ("ij,jk->ik", ((1,),), "dZ[i,k]/dW[j,a] = δ(k,a) · X[i,j]"),
        ("ii->", ((0,),), "dZ/dX[i,a] = δ(i,a)"),
        ("i->", ((0,),), "dZ/dX[i] = 1"),
        ("i->ii", ((0,),), "dZ[i,a]/dX[b] = δ(i,a,b)"),
        ("ab,b->a", ((0,),), "dZ[a]/dX[c,b] = δ(a,c) · W[b]"),
        ("ij,jk->ik", ((0,), (0,)), "d²Z[i,k]/dX[a,j]dX[b,c] = 0"),
        ("ij,ji->", ((0, 1), (0, 1)), "d²Z/dX[i,j]dX[a,b] = 2 · δ(i,b) · δ(j,a)"),
        ("i,ij,j->", ((0, 2), (0, 2)), "d²Z/dA[i]dA[j] = B[i,j] + B[j,i]"),
        ("i,ij,j->", ((0, 2),), "dZ/dA[i] = Σ_j  B[i,j] · C[j] + Σ_a  A[a] · B[a,i]"),
        ("...i,i->...", ((0,),), "dZ[...]/dX[...',i] = δ(...,...') · W[i]"),
        ("i,i,i->", ((0,), (1,), (2,)), "d³Z/dA[i]dB[a]dC[b] = δ(i,a,b)"),
    ],
)
def test_an_equation_has_a_fresh_index_for_each_axis(
    pattern: str, wrt: tuple[tuple[int, ...], ...], equation: str
) -> None:
    assert text(of(pattern, *wrt)) == equation


def test_names_stay_names() -> None:
    made = of("batch i, i j -> batch j", (1,), notation="named")
    assert text(made) == "dZ[batch,j]/dW[i,a] = δ(j,a) · X[batch,i]"


def test_an_axis_of_size_1_has_the_index_0() -> None:
    jacobian = eg.compile("i,i->", shapes=[(3,), (1,)]).jacobian(1)
    assert str(jacobian) == "dZ/dW[0] = Σ_i  X[i]"


def test_other_spellings_mean_the_same() -> None:
    made = of("ik,jk,il,jl->", (0,), (2,))
    assert text(made, ASCII) == "d2Z/dA[i,k]dC[a,l] = delta(i,a) * sum_j  B[j,k] * D[j,l]"
    assert latex(made) == (
        r"\frac{\partial^2 Z}{\partial A_{i k} \, \partial C_{a l}} = "
        r"\delta_{i a}\, \sum_{j}  B_{j k}\, D_{j l}"
    )


def test_a_notebook_shows_latex() -> None:
    jacobian = eg.compile("i,i->i").jacobian(0)
    assert jacobian._repr_latex_() == f"${jacobian.latex()}$"
    assert repr(jacobian) == "<linear pattern dZ[i]/dX[a] = δ(i,a) · W[i]>"


@given(
    cases(most_operands=4, ellipsis=False, broadcasting=False, letters="abcij"),
    st.integers(1, 2),
    seeds,
    st.data(),
)
def test_an_equation_evaluated_entry_by_entry_is_the_dense_derivative(
    case: Case, order: int, seed: int, data: st.DataObject
) -> None:
    places = st.integers(0, len(case.shapes) - 1)
    wrt = [data.draw(places) for _ in range(order)]
    f = eg.compile(case.letters, sizes=case.given or None)
    pattern = f.jacobian(*wrt) if order == 1 else f.hessian(*wrt)
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    dense = pattern.materialize(*operands)
    assume(dense.size <= 200)
    found = np.zeros(dense.shape)
    for product in products(pattern.derivative):
        for index in np.ndindex(dense.shape):
            found[index] += _entry(product, pattern.derivative, case, operands, index)
    np.testing.assert_array_equal(found, dense)


def _entry(
    product: Any, made: Derivative, case: Case, operands: list[Any], index: tuple[int, ...]
) -> float:
    """One term at one index, by the indices that the equation's left side names."""
    names = re.findall(r"[^\W\d_]'*", re.sub(r"d[²³]?Z|d[A-Z]|/", "", text(made).split(" = ")[0]))
    at = dict(zip(names, index, strict=True))
    if any(len({at[name] for name in delta}) > 1 for delta in product.deltas):
        return 0.0
    factors = [
        (
            operands[
                "XWABCD".index(factor.name) if len(operands) < 3 else "ABCD".index(factor.name)
            ],
            factor.indices,
        )
        for factor in product.factors
    ]
    ranges = [range(_size(label, factors)) for label in product.sums]
    total = 0.0
    for values in itertools.product(*ranges):
        known = {**at, **dict(zip(product.sums, values, strict=True))}
        total += math.prod(array[tuple(known[i] for i in indices)] for array, indices in factors)
    return total


def _size(label: str, factors: list[tuple[Any, tuple[str, ...]]]) -> int:
    return next(
        int(array.shape[indices.index(label)]) for array, indices in factors if label in indices
    )
