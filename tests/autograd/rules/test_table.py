"""Every recorded operation: its gradients, their dtypes, and that later writes don't matter."""

from __future__ import annotations

from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd.dispatch import table as dispatch
from einsum_grad.autograd.tensor import conversions, methods, operators
from einsum_grad.errors import DTypeError
from tests.autograd.rules.table import (
    CASES,
    COMPLEX,
    ORDERED,
    REAL,
    Array,
    Case,
    gradients,
    np,
    numbers,
    tensor,
    turned,
    weights,
)
from tests.tries import sample

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
sampled_cases = pytest.mark.parametrize("name", sample(CASES))

PAIRS = {name: case for name, case in CASES.items() if len(case.operands) == 2}


@every_case
def test_gradients_are_central_differences(case: Case) -> None:
    eg.check_gradients(case.function, *case.operands)


@every_case
def test_gradients_keep_shape_and_single_precision(case: Case) -> None:
    check_dtype(case, np.float32)


@sampled_cases
@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_gradients_keep_other_precisions(name: str, dtype: Any) -> None:
    check_dtype(CASES[name], dtype)


def check_dtype(case: Case, dtype: Any) -> None:
    exact = gradients(case.function, case.operands)
    got = gradients(case.function, [operand.astype(dtype) for operand in case.operands])
    for operand, gradient, expected in zip(case.operands, got, exact, strict=True):
        assert type(gradient) is np.ndarray
        assert (gradient.shape, gradient.dtype) == (operand.shape, dtype)
        tolerance = 20 * max(np.finfo(dtype).eps, np.finfo(float).eps)
        np.testing.assert_allclose(gradient, expected, rtol=tolerance, atol=4 * tolerance)


@every_case
def test_numpy_gives_the_same_values(case: Case) -> None:
    recorded = case.function(*(tensor(x) for x in case.operands))
    constant = case.function(*map(eg.Tensor, case.operands))
    assert not constant.requires_grad
    np.testing.assert_array_equal(recorded.data, constant.data)
    plain = case.function(*case.operands)
    assert (recorded.shape, recorded.dtype) == (plain.shape, plain.dtype)
    np.testing.assert_allclose(recorded.data, plain, rtol=1e-14)


@every_case
def test_writing_to_operands_after_the_forward_changes_no_gradient(case: Case) -> None:
    expected = gradients(case.function, case.operands)
    variables = [tensor(operand) for operand in case.operands]
    out = case.function(*variables)
    kept = out.data.copy()
    for variable in variables:
        variable.data[...] = np.nan
    np.testing.assert_array_equal(out.data, kept)
    out.backward(weights(out.shape))
    for variable, gradient in zip(variables, expected, strict=True):
        np.testing.assert_array_equal(variable.grad, gradient)
        assert np.isnan(variable.data).all()


@every_case
def test_writing_through_views_taken_before_changes_no_gradient(case: Case) -> None:
    expected = gradients(case.function, case.operands)
    variables = [tensor(operand) for operand in case.operands]
    views = [variable.data[...] for variable in variables]
    out = case.function(*variables)
    for view in views:
        view[...] = np.nan
    out.backward(weights(out.shape))
    for variable, gradient in zip(variables, expected, strict=True):
        np.testing.assert_array_equal(variable.grad, gradient)
        assert np.isnan(variable.data).all()


@pytest.mark.parametrize("case", PAIRS.values(), ids=PAIRS.keys())
def test_writing_to_constants_after_the_forward_changes_no_gradient(case: Case) -> None:
    expected = gradients(case.function, case.operands)
    for position in (0, 1):
        constant = case.operands[1 - position].copy()
        variable = tensor(case.operands[position])
        given: list[Any] = [variable, variable]
        given[1 - position] = constant
        out = case.function(*given)
        constant[...] = np.nan
        out.backward(weights(out.shape))
        np.testing.assert_array_equal(variable.grad, expected[position])


@every_case
def test_gradients_are_the_operands_own(case: Case) -> None:
    variables = [tensor(operand) for operand in case.operands]
    out = case.function(*variables)
    cotangent = weights(out.shape)
    out.backward(cotangent)
    arrays = [cotangent, *(v.grad for v in variables), *(v.data for v in variables)]
    for variable in variables:
        assert variable.grad.flags.writeable
        for other in arrays:
            assert other is variable.grad or not np.shares_memory(other, variable.grad)


def weighted(function: Any) -> Any:
    """The function as one number."""

    def total(*operands: Any) -> Any:
        out = function(*operands)
        return np.sum(out * weights(out.shape))

    return total


def gradient_as_a_number(function: Any, count: int) -> Any:
    """All gradients of a function as one number, so that it can be differentiated again."""
    gradient = eg.grad(weighted(function), tuple(range(count)))

    def total(*operands: Any) -> Any:
        parts = enumerate(gradient(*operands))
        return sum(np.sum(part * (weights(part.shape) + number)) for number, part in parts)

    return total


@every_case
def test_second_derivatives_are_central_differences(case: Case) -> None:
    second = gradient_as_a_number(case.function, len(case.operands))
    eg.check_gradients(second, *case.operands, rtol=1e-4, atol=1e-6)


@sampled_cases
def test_third_derivatives_are_central_differences(name: str) -> None:
    case = CASES[name]
    count = len(case.operands)
    third = gradient_as_a_number(gradient_as_a_number(case.function, count), count)
    eg.check_gradients(third, *case.operands, rtol=1e-4, atol=1e-6)


def by_graph(total: Any, operands: Any, directions: Any) -> list[Array]:
    """The gradient of <gradient, directions>: a recorded backward pass, and one of that."""
    variables = [tensor(operand) for operand in operands]
    total(*variables).backward(create_graph=True)
    first = [variable.grad for variable in variables]
    for variable in variables:
        variable.grad = None
    sum(np.sum(part * v) for part, v in zip(first, directions, strict=True)).backward()
    return [variable.grad for variable in variables]


def by_transforms(total: Any, operands: Any, directions: Any) -> list[Array]:
    """The same by `grad` of `grad`."""
    places = tuple(range(len(operands)))

    def along(*variables: Any) -> Any:
        first = eg.grad(total, places)(*variables)
        return sum(np.sum(part * v) for part, v in zip(first, directions, strict=True))

    return list(eg.grad(along, places)(*operands))


def derivative_along(function: Any, operands: Any, directions: Any, step: float) -> list[Array]:
    """Fourth-order central differences of a function that returns arrays."""

    def moved(by: float) -> Any:
        return function(*(x + by * v for x, v in zip(operands, directions, strict=True)))

    return [
        (8 * (one - two) - (three - four)) / (12 * step)
        for one, two, three, four in zip(
            *map(moved, (step, -step, 2 * step, -2 * step)), strict=True
        )
    ]


@every_case
@pytest.mark.parametrize("second", [by_graph, by_transforms])
def test_both_ways_to_a_second_derivative_are_differences_of_the_first(
    case: Case, second: Any
) -> None:
    def total(*operands: Any) -> Any:
        out = case.function(*operands)
        return np.sum(out * out * weights(out.shape))

    directions = [weights(operand.shape) for operand in case.operands]
    gradient = eg.grad(total, tuple(range(len(case.operands))))
    expected = derivative_along(gradient, case.operands, directions, 2e-3)
    for found, exact in zip(second(total, case.operands, directions), expected, strict=True):
        np.testing.assert_allclose(found, exact, rtol=1e-8, atol=1e-8)


def elsewhere(function: Any) -> bool:
    """Whether it is tested in a file of its family: linalg, fft, windows, or SciPy's ufuncs."""
    if isinstance(function, np.ufunc):
        return getattr(np, function.__name__, None) is not function
    families = (np.linalg, np.fft, np.lib.stride_tricks)
    return any(getattr(family, function.__name__, None) is function for family in families)


def test_every_function_that_is_recorded_has_a_case(monkeypatch: pytest.MonkeyPatch) -> None:
    dispatch.load_later()
    used = set()

    class Seen(dict[Any, Any]):
        def __getitem__(self, function: Any) -> Any:
            used.add(function)
            return super().__getitem__(function)

    for module in (dispatch, conversions, methods, operators):
        monkeypatch.setattr(module, "RECORDED", Seen(dispatch.RECORDED))
    for case in CASES.values():
        case.function(*map(tensor, case.operands))
    # Steps have no derivative but 0; the others have second names that the cases use, or own tests.
    steps = {np.floor, np.ceil, np.trunc, np.rint, np.round, np.fix, np.floor_divide, np.spacing}
    others = {np.amax, np.amin, np.around, np.einsum}
    unused = (
        dispatch.RECORDED.keys() - used - steps - others - {*filter(elsewhere, dispatch.RECORDED)}
    )
    assert {function for function in unused if function.__name__ != "outer"} == set()


@pytest.mark.parametrize("case", COMPLEX.values(), ids=COMPLEX.keys())
def test_complex_gradients_are_central_differences(case: Case) -> None:
    eg.check_gradients(case.function, *map(turned, case.operands))


@pytest.mark.parametrize("case", COMPLEX.values(), ids=COMPLEX.keys())
def test_second_derivatives_of_complex_functions_are_central_differences(case: Case) -> None:
    def squared(*operands: Any) -> Any:
        out = case.function(*operands)
        return np.sum(np.real(out) * np.imag(out) + np.real(out))

    gradient = eg.grad(squared, tuple(range(len(case.operands))))

    def total(*operands: Any) -> Any:
        return sum(np.sum(np.real(part * (1 + 2j))) for part in gradient(*operands))

    eg.check_gradients(total, *map(turned, case.operands), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", sorted(ORDERED))
def test_operations_that_compare_refuse_complex_numbers(name: str) -> None:
    variables = [tensor(turned(x)) for x in CASES[name].operands]
    with pytest.raises(DTypeError, match="complex"):
        CASES[name].function(*variables)


@pytest.mark.parametrize("name", sorted(REAL))
def test_operations_of_real_numbers_refuse_complex_ones(name: str) -> None:
    variables = [tensor(turned(x)) for x in CASES[name].operands]
    with pytest.raises(eg.EinsumGradError):
        CASES[name].function(*variables)


ORACLE = {name: case for name, case in CASES.items() if case.torch}


ALIKE = {name: case for name, case in CASES.items() if case.of}
BY_JAX = {*sample(ALIKE)}
"""JAX compiles each function anew, which takes longer than all else here."""


def by_autograd(case: Case) -> list[Array]:
    """The gradients as HIPS autograd has them."""
    library = pytest.importorskip("autograd")
    numpy = pytest.importorskip("autograd.numpy")
    assert case.of is not None
    pull, out = library.make_vjp(case.of(numpy), tuple(range(len(case.operands))))(*case.operands)
    return list(pull(weights(np.shape(out))))


def by_jax(case: Case) -> list[Array]:
    """The gradients as JAX has them, of doubles."""
    jax = pytest.importorskip("jax")
    assert case.of is not None
    with jax.enable_x64(True):
        out, pull = jax.vjp(case.of(jax.numpy), *case.operands)
        return [np.asarray(part) for part in pull(jax.numpy.asarray(weights(out.shape)))]


NOT_IN_AUTOGRAD = {
    *("sum where", "mean where", "max where", "prod where", "var where"),  # `where` is ignored
    *("clip by arrays", "choose", "dstack", "block", "full_like", "multi_dot", "tile"),
}
"""Cases that HIPS autograd 1.9 gives wrong gradients, or none."""
MISSING = (NotImplementedError, AttributeError, TypeError, ValueError, AssertionError)


def by_either(name: str) -> list[Array]:
    """The gradients of whichever library has them, HIPS autograd first."""
    for library in (by_jax,) if name in NOT_IN_AUTOGRAD else (by_autograd, by_jax):
        if library is by_jax and name not in BY_JAX:
            pytest.skip("JAX is asked about every case where CI is set")
        try:
            return library(ALIKE[name])
        except MISSING:
            continue
    pytest.skip("neither has it")


@pytest.mark.oracle
@pytest.mark.parametrize("name", ALIKE)
def test_autograd_or_jax_has_the_same_gradients(name: str) -> None:
    case, theirs = ALIKE[name], by_either(name)
    for gradient, other in zip(gradients(case.function, case.operands), theirs, strict=True):
        np.testing.assert_allclose(gradient, other, rtol=1e-12, atol=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("case", ORACLE.values(), ids=ORACLE.keys())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_torch_has_the_same_gradients(case: Case, dtype: Any) -> None:
    torch = pytest.importorskip("torch")
    operands = [operand.astype(dtype) for operand in case.operands]
    assert case.torch is not None
    theirs = [torch.tensor(operand, requires_grad=True) for operand in operands]
    out = case.torch(torch)(*theirs)
    cotangent = weights(tuple(out.shape)).astype(dtype)
    out.backward(torch.tensor(cotangent))
    ours = gradients(case.function, operands, cotangent)
    for gradient, other in zip(ours, theirs, strict=True):
        tolerance = 20 * np.finfo(dtype).eps
        np.testing.assert_allclose(gradient, other.grad.numpy(), rtol=tolerance, atol=tolerance)


@pytest.mark.oracle
@pytest.mark.parametrize("name", sorted(ORACLE.keys() & COMPLEX.keys() - {"sum, axes kept"}))
def test_torch_has_the_same_complex_gradients(name: str) -> None:
    torch = pytest.importorskip("torch")
    case = CASES[name]
    operands = [turned(operand) for operand in case.operands]
    assert case.torch is not None
    theirs = [torch.tensor(operand, requires_grad=True) for operand in operands]
    out = case.torch(torch)(*theirs)
    cotangent: Array = weights(tuple(out.shape))
    if out.dtype.is_complex:
        cotangent = cotangent + 1j * numbers(*out.shape)
    out.backward(torch.tensor(cotangent))
    ours = gradients(case.function, operands, cotangent)
    for gradient, other in zip(ours, theirs, strict=True):
        expected = other.grad.resolve_conj().numpy()
        np.testing.assert_allclose(gradient, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.oracle
@pytest.mark.parametrize("case", ORACLE.values(), ids=ORACLE.keys())
def test_torch_has_the_same_second_derivatives(case: Case) -> None:
    torch = pytest.importorskip("torch")
    assert case.torch is not None
    theirs = [torch.tensor(operand, requires_grad=True) for operand in case.operands]
    out = case.torch(torch)(*theirs)
    first = torch.autograd.grad(
        (out * out * torch.tensor(weights(tuple(out.shape)))).sum(), theirs, create_graph=True
    )
    total = sum((part * torch.tensor(weights(tuple(part.shape)))).sum() for part in first)
    expected = torch.autograd.grad(total, theirs, allow_unused=True, materialize_grads=True)

    ours = [tensor(operand) for operand in case.operands]
    result = case.function(*ours)
    np.sum(result * result * weights(result.shape)).backward(create_graph=True)
    gradients_of = [variable.grad for variable in ours]
    for variable in ours:
        variable.grad = None
    sum(np.sum(part * weights(part.shape)) for part in gradients_of).backward()
    for variable, second in zip(ours, expected, strict=True):
        np.testing.assert_allclose(variable.grad, second.numpy(), rtol=1e-11, atol=1e-12)
