"""einsum_grad.scipy.linalg: functions of matrices and systems, with SciPy's values."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError
from tests.autograd.rules.linalg_table import complex_matrices, matrices, positive
from tests.autograd.rules.orders import check_tangents, check_two_orders
from tests.autograd.rules.table import gradients, np, numbers, tensor

sl = pytest.importorskip("scipy.linalg")
linalg: Any = eg.scipy.linalg

made = pytest.mark.parametrize("made", [matrices, complex_matrices])
FUNCTIONS = ["expm", "logm", "sqrtm", "sinm", "cosm", "tanm", "sinhm", "coshm", "tanhm"]


@made
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_matrices_are_central_differences(name: str, made: Any) -> None:
    scale = 1 if name in ("logm", "sqrtm") else 6
    a = made(3, 3) / scale
    ours, theirs = getattr(linalg, name), getattr(sl, name)
    np.testing.assert_allclose(ours(tensor(a)).data, theirs(a), rtol=1e-13)
    eg.check_gradients(ours, a)
    check_two_orders(ours, made(2, 2) / scale)
    check_tangents(ours, a)


@pytest.mark.parametrize("name", ["sqrtm", "logm"])
def test_derivatives_are_on_the_side_of_the_cut_that_the_value_is_on(name: str) -> None:
    a = np.array([[-1.0, 0.5, 0.2], [0.5, 2.0, 0.3], [0.2, 0.3, -0.5]])
    assert np.iscomplexobj(getattr(sl, name)(a))
    eg.check_gradients(getattr(linalg, name), a)
    check_tangents(getattr(linalg, name), a)


def test_expm_takes_stacks_and_single_precision() -> None:
    check_two_orders(linalg.expm, matrices(2, 2, 2) / 4)
    x = matrices(2, 2).astype(np.float32) / 4
    assert linalg.expm(tensor(x)).dtype == np.float32
    assert gradients(linalg.expm, [x])[0].dtype == np.float32


@made
@pytest.mark.parametrize("trans", [0, "T", 2])
@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("unit", [True, False])
def test_triangular_systems(made: Any, trans: Any, lower: bool, unit: bool) -> None:
    a = made(3, 3)

    def solved(a: Any, b: Any) -> Any:
        return linalg.solve_triangular(a, b, trans, lower, unit)

    for b in (numbers(3), complex_matrices(3, 2)):
        expected = sl.solve_triangular(a, b, trans, lower, unit)
        np.testing.assert_array_equal(solved(tensor(a), b).data, expected)
        eg.check_gradients(solved, a, b)
    check_two_orders(solved, made(2, 2), made(2))


def test_triangular_systems_in_stacks() -> None:
    check_two_orders(linalg.solve_triangular, matrices(2, 3, 3), numbers(3, 2))
    with pytest.raises(ArgumentError, match="trans is 0, 1 or 2, or N, T or C, not 3"):
        linalg.solve_triangular(np.eye(2), np.ones(2), 3)


@made
def test_sylvester_and_lyapunov_equations(made: Any) -> None:
    check_two_orders(linalg.solve_sylvester, made(3, 3), made(2, 2), made(3, 2))
    check_two_orders(linalg.solve_continuous_lyapunov, made(3, 3), made(3, 3))
    expected = sl.solve_continuous_lyapunov(made(3, 3), made(3, 3))
    found = linalg.solve_continuous_lyapunov(made(3, 3), made(3, 3))
    np.testing.assert_allclose(found, expected, rtol=1e-11)


@made
@pytest.mark.parametrize("lower", [True, False])
def test_cholesky_factors_and_their_systems(made: Any, lower: bool) -> None:
    a, b = positive(made(3, 3)), numbers(3)
    np.testing.assert_allclose(linalg.cholesky(tensor(a), lower).data, sl.cholesky(a, lower))
    expected = sl.cho_solve(sl.cho_factor(a, lower), b)

    def solved(a: Any, b: Any) -> Any:
        return linalg.cho_solve(linalg.cho_factor(a, lower), b)

    np.testing.assert_allclose(solved(tensor(a), b).data, expected, rtol=1e-12)
    check_two_orders(solved, a, b)


@made
@pytest.mark.parametrize("bands", [(0, 0), (1, 2), (2, 0), (0, 1)])
def test_banded_systems(made: Any, bands: tuple[int, int]) -> None:
    ab = numbers(sum(bands) + 1, 5) * (1 if made is matrices else np.exp(0.3j))
    ab[bands[1]] += 5
    for b in (numbers(5), numbers(5, 2)):

        def solved(ab: Any, b: Any) -> Any:
            return linalg.solve_banded(bands, ab, b)

        np.testing.assert_array_equal(solved(tensor(ab), b).data, sl.solve_banded(bands, ab, b))
        check_two_orders(solved, ab, b)


def test_blocks_on_a_diagonal() -> None:
    blocks = numbers(2, 3), numbers(2), numbers(), numbers(1, 2)
    np.testing.assert_array_equal(
        linalg.block_diag(*map(tensor, blocks)).data, sl.block_diag(*blocks)
    )
    check_two_orders(linalg.block_diag, *blocks)
    assert linalg.lu is sl.lu
