"""numpy.linalg of Tensors: both orders, tangents, dtypes, conventions, and what has no gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.dispatch import table as dispatch
from einsum_grad.errors import ArgumentError, ArgumentTypeError, AutogradError, OperandError
from tests.autograd.rules.linalg_table import (
    COMPLEX,
    REAL,
    L,
    adjoint,
    complex_matrices,
    matrices,
    positive,
)
from tests.autograd.rules.orders import check_tangents, check_two_orders
from tests.autograd.rules.table import Case, gradients, np, numbers, tensor, weights

CASES = {**REAL, **{f"{name}, complex": case for name, case in COMPLEX.items()}}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
real_cases = pytest.mark.parametrize("case", REAL.values(), ids=REAL.keys())


@every_case
def test_both_orders_are_central_differences(case: Case) -> None:
    check_two_orders(case.function, *case.operands)


@every_case
def test_tangents_are_central_differences(case: Case) -> None:
    check_tangents(case.function, *case.operands)


@every_case
def test_numpy_gives_the_same_values(case: Case) -> None:
    recorded = case.function(*map(tensor, case.operands))
    constant = case.function(*map(eg.Tensor, case.operands))
    plain = case.function(*case.operands)
    assert not constant.requires_grad
    np.testing.assert_array_equal(recorded.data, constant.data)
    assert (recorded.shape, recorded.dtype) == (plain.shape, plain.dtype)
    np.testing.assert_allclose(recorded.data, plain, rtol=1e-11, atol=1e-13)


@real_cases
def test_float32_stays_float32(case: Case) -> None:
    exact = gradients(case.function, case.operands)
    narrow = [operand.astype(np.float32) for operand in case.operands]
    variables = [tensor(operand) for operand in narrow]
    out = case.function(*variables)
    assert out.dtype in (np.float32, np.complex64)
    out.backward(weights(out.shape).astype(out.dtype))
    for variable, expected in zip(variables, exact, strict=True):
        assert variable.grad.dtype == np.float32
        np.testing.assert_allclose(variable.grad, expected, rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("size", [0, 1])
@pytest.mark.parametrize("name", ["inv", "det", "cholesky", "eigh", "eig", "svd", "qr", "slogdet"])
def test_empty_batches_and_single_numbers(name: str, size: int) -> None:
    x = tensor(np.full((size, 1, 1), 4.0))
    out = getattr(L, name)(x)
    parts = [out] if isinstance(out, eg.Tensor) else [*out]
    total = sum(np.sum(np.real(part)) for part in parts)
    total.backward()
    assert x.grad.shape == (size, 1, 1)
    derivative = {"inv": -1 / 16, "cholesky": 1 / 4, "slogdet": 1 / 4}.get(name, 1)
    np.testing.assert_allclose(x.grad, np.full((size, 1, 1), derivative))


def test_every_function_of_linalg_has_a_rule_and_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    dispatch.load_later()
    known = {getattr(L, name) for name in L.__all__ if name != "LinAlgError"}
    assert known <= dispatch.RECORDED.keys()
    used = set()

    class Seen(dict[Any, Any]):
        def __getitem__(self, function: Any) -> Any:
            used.add(function)
            return super().__getitem__(function)

    monkeypatch.setattr(dispatch, "RECORDED", Seen(dispatch.RECORDED))
    for case in REAL.values():
        case.function(*map(tensor, case.operands))
    # These are in other families, but for the rank, which is a number.
    others = (
        "cross diagonal matmul matrix_rank matrix_transpose multi_dot outer tensordot trace vecdot"
    )
    assert {function.__name__ for function in known - used} == {*others.split()}


def test_results_are_numpys_named_tuples() -> None:
    x, named = tensor(matrices(3, 3)), (L.eig, L.svd, L.qr, L.slogdet)
    for function in named:
        out = function(x)
        assert type(out) is type(function(x.data))
        assert all(isinstance(part, eg.Tensor) for part in out)
    assert L.eigh(positive(x)).eigenvalues.requires_grad
    assert repr(L.slogdet(x).logabsdet).endswith("made by slogdet)")


def test_of_several_results_each_may_be_used_alone_and_all_add_up() -> None:
    a, weight = positive(matrices(3, 3)), weights((3,))

    def values(x: Any) -> Any:
        return np.sum(L.eigh(x).eigenvalues * weight)

    def vectors(x: Any) -> Any:
        return np.sum(L.eigh(x).eigenvectors ** 2 * weights((3, 3)))

    def both(x: Any) -> Any:
        w, v = L.eigh(x)
        return np.sum(w * weight) + np.sum(v**2 * weights((3, 3)))

    expected = eg.grad(values)(a) + eg.grad(vectors)(a)
    np.testing.assert_allclose(eg.grad(both)(a), expected, rtol=1e-12)


def test_a_node_of_several_results_is_freed_once() -> None:
    w, v = L.eigh(tensor(positive(matrices(3, 3))))
    np.sum(w).backward(retain_graph=True)
    np.sum(v).backward()
    with pytest.raises(AutogradError, match="freed by an earlier backward pass"):
        np.sum(w).backward()


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("made", [matrices, complex_matrices])
def test_a_hermitian_operand_has_its_gradient_in_the_triangle_that_is_read(
    made: Any, lower: bool
) -> None:
    a = positive(made(3, 3))
    side = np.tri(3, dtype=bool) if lower else np.tri(3, dtype=bool).T
    cut = np.where(side, a, 7.0)
    functions: tuple[Callable[[Any], Any], ...] = (
        lambda x: L.eigh(x, "l" if lower else "u").eigenvalues,
        lambda x: L.cholesky(x, upper=not lower),
    )
    for function in functions:
        np.testing.assert_allclose(function(tensor(cut)).data, function(tensor(a)).data)
        eg.check_gradients(function, cut)
        (gradient,) = gradients(function, [cut])
        assert not gradient[~side].any()
        assert not np.imag(np.diag(gradient)).any()


def test_of_equal_eigenvalues_and_singular_values_the_sums_have_gradients() -> None:
    eye = np.eye(3)
    np.testing.assert_allclose(eg.grad(lambda a: np.sum(L.eigh(a).eigenvalues ** 2))(eye), 2 * eye)
    np.testing.assert_allclose(eg.grad(lambda a: np.sum(L.svd(a).S ** 2))(eye), 2 * eye)
    np.testing.assert_allclose(eg.grad(lambda a: L.norm(a, "nuc"))(0 * eye), 0 * eye, atol=1)


def test_of_equal_eigenvalues_the_vectors_have_none() -> None:
    def vectors(a: Any) -> Any:
        return np.sum(L.eigh(a).eigenvectors * np.arange(9.0).reshape(3, 3))

    with np.errstate(all="ignore"):
        assert not np.isfinite(eg.grad(vectors)(np.eye(3))).all()


@pytest.mark.parametrize("made", [matrices, complex_matrices])
@pytest.mark.parametrize("rank", [0, 1, 2])
def test_the_determinant_of_a_singular_matrix_has_a_gradient(made: Any, rank: int) -> None:
    a = made(3, 3) * (np.arange(3) < rank)
    eg.check_gradients(L.det, a)
    eg.check_gradients(L.det, np.stack([a, made(3, 3)]))


@pytest.mark.parametrize("order", [None, 1, 2, 3, np.inf])
def test_the_gradient_of_the_norm_of_a_zero_vector_is_0(order: Any) -> None:
    a = np.array([[0.0, 0.0], [3.0, 4.0]])
    gradient = eg.grad(lambda x: np.sum(L.norm(x, order, axis=1)))(a)
    np.testing.assert_array_equal(gradient[0], [0.0, 0.0])
    assert gradient[1].any()


def test_powers_that_are_constant_and_norms_that_count() -> None:
    x = tensor(matrices(3, 3))
    np.testing.assert_array_equal(L.matrix_power(x, 0), np.eye(3))
    assert L.norm(x, 0, axis=1).data.tolist() == [3.0, 3.0, 3.0]
    assert not L.vector_norm(x, ord=0).requires_grad
    assert L.matrix_rank(x) == 3


def test_integers_have_numpys_values() -> None:
    x = eg.Tensor([[3, 4], [0, 1]])
    for function in (L.norm, L.inv, L.det, L.matrix_rank, lambda a: L.norm(a, 1)):
        np.testing.assert_array_equal(np.asarray(function(x)), function(x.data))


def test_what_has_no_gradient_is_refused_by_name() -> None:
    x = tensor(matrices(3, 3))
    with pytest.raises(ArgumentError, match="modes reduced, complete and r, not 'raw'"):
        L.qr(x, "raw")
    with pytest.raises(OperandError, match="inv: Singular matrix"):
        L.inv(tensor(np.zeros((2, 2))))
    with pytest.raises(OperandError, match=r"^solve: 1-dimensional array given"):
        L.solve(x[0], x)
    with pytest.raises(OperandError, match="cholesky: Matrix is not positive definite"):
        L.cholesky(-x @ x.T)
    with pytest.raises(OperandError, match="norm: Invalid norm order"):
        L.norm(x, 5)
    with pytest.raises(OperandError, match="norm: Improper number of dimensions"):
        L.norm(tensor(np.ones((2, 2, 2))), 2)
    with pytest.raises(OperandError, match="vector_norm: Invalid norm order"):
        L.vector_norm(x, ord="fro")
    with pytest.raises(OperandError, match="Last 2 dimensions of the array must be square"):
        L.eigh(x[:2])
    with pytest.raises(ArgumentTypeError, match="float16"):
        L.inv(tensor(np.ones((1, 1), np.float16)))


@pytest.mark.oracle
@pytest.mark.parametrize("made", [matrices, complex_matrices])
@pytest.mark.parametrize("name", ["inv", "det", "pinv", "svdvals", "cholesky", "eigvalsh", "qr"])
def test_torch_has_the_same_gradients(name: str, made: Any) -> None:
    torch = pytest.importorskip("torch")

    def function(x: Any, linalg: Any) -> Any:
        symmetric = name in ("cholesky", "eigvalsh")
        out = getattr(linalg, name)((x @ adjoint_of(x)) if symmetric else x)
        return out[0] * 2 + out[1] if name == "qr" else out

    def adjoint_of(x: Any) -> Any:
        return adjoint(x) if isinstance(x, eg.Tensor) else x.mH

    a = made(2, 3, 3)
    theirs = torch.tensor(a, requires_grad=True)
    out = function(theirs, torch.linalg)
    cotangent = weights(tuple(out.shape)).astype(complex if out.dtype.is_complex else float)
    out.backward(torch.tensor(cotangent))
    (ours,) = gradients(lambda x: function(x, L), [a], cotangent)
    np.testing.assert_allclose(ours, theirs.grad.resolve_conj().numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("made", [matrices, complex_matrices])
@pytest.mark.parametrize("shape", [(4, 2), (2, 4), (3, 3)])
def test_torch_has_the_same_gradients_of_singular_vectors(made: Any, shape: Any) -> None:
    torch = pytest.importorskip("torch")
    a = made(*shape)

    def function(x: Any, linalg: Any) -> Any:
        u, _, vh = linalg.svd(x, full_matrices=False)
        return (abs(u) ** 2 * weights(u.shape)).sum() + (abs(vh) ** 2 @ numbers(shape[1])).sum()

    def theirs_of(x: Any) -> Any:
        u, _, vh = torch.linalg.svd(x, full_matrices=False)
        weight, other = torch.tensor(weights(tuple(u.shape))), torch.tensor(numbers(shape[1]))
        return (abs(u) ** 2 * weight).sum() + (abs(vh) ** 2 @ other).sum()

    theirs = torch.tensor(a, requires_grad=True)
    theirs_of(theirs).backward()
    (ours,) = gradients(lambda x: function(x, L), [a], np.ones(()))
    np.testing.assert_allclose(ours, theirs.grad.resolve_conj().numpy(), rtol=1e-9, atol=1e-11)
