"""Solving: every block structure against the dense matrix, and the size of the blocks."""

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import DTypeError, OperandError
from einsum_grad.linear.solve import blocks_of
from tests.strategies import fractions

Shapes = list[tuple[int, ...]]

SQUARE: dict[str, tuple[str, Any, Shapes]] = {
    "equal blocks": ("ij,jk->ik", 0, [(4, 3), (3, 3)]),
    "equal blocks, transposed": ("ij,jk->ki", 0, [(4, 3), (3, 3)]),
    "a block for each entry": ("bij,bjk->bik", 0, [(2, 4, 3), (2, 3, 3)]),
    "one number for each entry": ("i,i->i", 0, [(5,), (5,)]),
    "one number for each entry, transposed": ("ij,ji->ij", 0, [(3, 4), (4, 3)]),
    "one number for all": ("ij,->ji", 0, [(3, 4), ()]),
    "no delta": ("ij,ikjl->kl", 0, [(3, 2), (3, 3, 2, 2)]),
    "the output is a diagonal's operand": ("ij,ij->ji", 0, [(2, 2), (2, 2)]),
    "a factor on each side": ("ai,ij,jb->ab", 1, [(3, 3), (3, 2), (2, 2)]),
    "an ellipsis": ("...ij,jk->...ik", 0, [(2, 3, 4, 2), (2, 2)]),
    "a number": (",->", 0, [(), ()]),
}


@pytest.mark.parametrize("name", SQUARE)
@pytest.mark.parametrize("dtype", ["f8", "c16"])
def test_a_jacobian_is_solved_as_the_dense_one_is(name: str, dtype: str) -> None:
    pattern, place, shapes = SQUARE[name]
    operands = [fractions(shape, dtype, seed) for seed, shape in enumerate(shapes)]
    jacobian = eg.compile(pattern).jacobian(place)
    bound = jacobian.at(*operands)
    right = fractions(bound.row_shape, dtype, 9)
    found = jacobian.solve(right, *operands)
    expected = np.linalg.solve(bound.materialize().reshape(bound.shape), right.ravel())
    assert found.shape == bound.column_shape
    assert found.dtype == np.dtype(dtype)
    np.testing.assert_allclose(found.ravel(), expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(bound @ found, right, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(bound.solve(right.ravel()), found.ravel())


def test_a_hessian_of_a_variable_in_several_places_is_solved() -> None:
    u, v = fractions((6, 3), "f8", 1), fractions((5, 3), "f8", 2)
    bound = eg.compile("ik,jk,il,jl->").hessian((0, 2), (0, 2)).at(u, v, u, v)
    right = fractions((6, 3), "f8", 3)
    expected = np.linalg.solve(2 * v.T @ v, right.T).T
    np.testing.assert_allclose(bound.solve(right), expected, rtol=1e-12)


def test_a_delta_that_one_term_lacks_makes_no_blocks() -> None:
    x, a = fractions((3,), "f8", 1), fractions((3, 3), "f8", 2)
    diagonal = eg.compile("i,i->i").jacobian(0).at(x, x)
    full = eg.compile("j,ij->i").jacobian(0).at(x, a)
    assert blocks_of(diagonal.compressed()).varying == ((0, 0),)
    both = (diagonal + full).compressed()
    assert blocks_of(both).varying == blocks_of(both).equal == ()
    right = fractions((3,), "f8", 3)
    expected = np.linalg.solve(np.diag(x) + a, right)
    np.testing.assert_allclose((diagonal + full).solve(right), expected, rtol=1e-12)


def test_a_label_that_an_operand_repeats_is_no_pair() -> None:
    x, w = fractions((2, 2), "f8", 1), fractions((2, 2), "f8", 2)
    bound = eg.compile("ii,jk->jk").jacobian(0).at(x, w)
    assert blocks_of(bound.compressed()).varying == blocks_of(bound.compressed()).equal == ()
    with pytest.raises(OperandError, match="singular"):
        bound.solve(w)
    bound = eg.compile("ii,j->ij").jacobian(0).at(x, w[0])
    assert blocks_of(bound.compressed()).varying == blocks_of(bound.compressed()).equal == ()
    with pytest.raises(OperandError, match="singular"):
        bound.solve(w)


def test_blocks_that_are_equal_are_solved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    solve = np.linalg.solve

    def seen(matrices: Any, sides: Any) -> Any:
        given.append((matrices.shape, sides.shape))
        return solve(matrices, sides)

    monkeypatch.setattr(np.linalg, "solve", seen)
    x, w = fractions((40, 3), "f8", 1), fractions((3, 3), "f8", 2)
    eg.compile("ij,jk->ik").jacobian(0).solve(x, x, w)
    b, c = fractions((7, 40, 3), "f8", 1), fractions((7, 3, 3), "f8", 2)
    eg.compile("bij,bjk->bik").jacobian(0).solve(b, b, c)
    assert given == [((3, 3), (3, 40)), ((7, 3, 3), (7, 3, 40))]


def test_integers_are_solved_in_floating_point() -> None:
    found = eg.compile("i,i->i").jacobian(0).solve([1, 3], [0, 0], [2, 4])
    np.testing.assert_array_equal(found, [0.5, 0.75])


def test_float16_is_solved_in_float32() -> None:
    w = np.array([[2, 1], [1, 3]], np.float16)
    found = eg.compile("ij,jk->ik").jacobian(0).solve(w, w, w)
    np.testing.assert_array_equal(found, np.eye(2, dtype=np.float16), strict=True)


def test_dtypes_that_numpy_cannot_solve_are_refused() -> None:
    w = np.eye(2, dtype=np.longdouble)
    with pytest.raises(DTypeError, match="NumPy solves no systems of"):
        eg.compile("ij,jk->ik").jacobian(0).solve(w, w, w)


def test_maps_that_are_not_square_or_are_singular_are_refused() -> None:
    x, w = np.ones((2, 3)), np.ones((3, 4))
    with pytest.raises(OperandError, match="only a square map can be solved, and this one is 8×6"):
        eg.compile("ij,jk->ik").jacobian(0).solve(np.ones((2, 4)), x, w)
    with pytest.raises(OperandError, match="singular"):
        eg.compile("i,i->i").jacobian(0).solve([1.0, 1.0], [0.0, 0.0], [1.0, 0.0])
    with pytest.raises(OperandError, match="singular"):
        eg.compile("ij,jk->ik").jacobian(0).solve(x[:, :2], x[:, :2], np.ones((2, 2)))
    with pytest.raises(OperandError, match="singular"):
        eg.compile("i,i->").hessian(0, 0).solve(np.ones(2), np.ones(2), np.ones(2))
    with pytest.raises(OperandError, match="belongs"):
        eg.compile("i,i->i").jacobian(0).solve(np.ones(3), np.ones(4), np.ones(4))


def test_empty_maps_are_solved() -> None:
    x, w = np.ones((0, 3)), np.eye(3)
    assert eg.compile("ij,jk->ik").jacobian(0).solve(np.ones((0, 3)), x, w).shape == (0, 3)


def test_an_empty_map_is_solved_even_with_singular_blocks() -> None:
    bound = eg.compile("baa->b").jacobian(0).at(np.ones((0, 2, 2)))
    assert (bound.T @ bound).solve(np.ones((0, 2, 2))).shape == (0, 2, 2)
    bound = eg.compile("i,i->i").jacobian(0).at(np.ones(0), np.ones(0))
    assert bound.solve(np.ones(0)).dtype == np.float64
