"""numpy.fft of Tensors: linear, so that every derivative is exact at a step of 1."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, OperandError
from tests.autograd.rules.orders import check_tangents, gradient_of
from tests.autograd.rules.table import Array, gradients, np, numbers, tensor, turned
from tests.tries import tries

F: Any = np.fft
NORMS = (None, "backward", "ortho", "forward")
ONE = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
MANY = ("fft2", "ifft2", "rfft2", "irfft2", "fftn", "ifftn", "rfftn", "irfftn")
OF_REAL = ("rfft", "ihfft", "rfft2", "rfftn")


def operand(name: str, *shape: int) -> Array:
    """A signal that the transform takes: a real one, or else a complex one."""
    return numbers(*shape) if name in OF_REAL else turned(numbers(*shape))


def paired(x: Any, y: Any) -> float:
    """The real inner product, by which a gradient pairs with a change."""
    return float(np.sum(np.real(np.conj(x) * y)))


def check_linear(function: Any, x: Array) -> None:
    """The gradient is the adjoint: <g, F v> is <F* g, v>, for any g and v. So is the tangent."""
    out = function(x)
    g = turned(numbers(*out.shape)) if np.iscomplexobj(out) else numbers(*out.shape)
    (gradient,) = gradients(function, [x], g)
    recorded = function(tensor(x))
    np.testing.assert_array_equal(recorded.data, out, strict=True)
    assert (gradient.shape, gradient.dtype) == (x.shape, x.dtype)
    for v in (x, 1j * x if np.iscomplexobj(x) else x[..., ::-1].copy()):
        value = paired(g, function(v))
        np.testing.assert_allclose(paired(gradient, v), value, rtol=1e-11, atol=1e-11)
        _, tangent = eg.jvp(function, (x,), (v,))
        np.testing.assert_allclose(tangent, function(v), rtol=1e-11, atol=1e-11)
    eg.check_gradients(gradient_of(function, 1), x, step=1)


@settings(max_examples=tries(300))
@given(
    st.sampled_from(ONE),
    st.lists(st.integers(1, 6), min_size=1, max_size=3),
    st.none() | st.integers(1, 9),
    st.integers(-3, 2),
    st.sampled_from(NORMS),
)
def test_a_transform_of_one_axis_has_its_adjoint_for_a_gradient(
    name: str, shape: list[int], n: Any, axis: int, norm: Any
) -> None:
    axis = max(-len(shape), min(axis, len(shape) - 1))
    if n is None and name in ("irfft", "hfft"):
        shape[axis] += 1  # of one entry the signal would be empty
    x = operand(name, *shape)
    check_linear(lambda a: getattr(F, name)(a, n, axis, norm), x)


@settings(max_examples=tries(150))
@given(
    st.sampled_from(MANY),
    st.lists(st.integers(2, 4), min_size=2, max_size=3),
    st.booleans(),
    st.sampled_from([(0, 1), (-1, 0), (-2, -1), (1, 1)]),
    st.lists(st.integers(1, 5) | st.just(-1), min_size=2, max_size=2),
    st.sampled_from(NORMS),
)
def test_a_transform_of_many_axes_has_its_adjoint_for_a_gradient(
    name: str, shape: list[int], given: bool, axes: Any, s: Any, norm: Any
) -> None:
    x = operand(name, *shape)
    if given:
        check_linear(lambda a: getattr(F, name)(a, tuple(s), axes, norm), x)
    else:
        check_linear(lambda a: getattr(F, name)(a, axes=axes, norm=norm), x)


@pytest.mark.parametrize("name", MANY)
@pytest.mark.parametrize("shape", [(3,), (2, 3, 2)])
def test_without_axes_all_axes_are_transformed(name: str, shape: Any) -> None:
    if "2" in name and len(shape) == 1:
        with pytest.raises(OperandError, match="axis -2 is out of bounds"):
            getattr(F, name)(tensor(numbers(*shape)))
    else:
        check_linear(getattr(F, name), operand(name, *shape))


@pytest.mark.parametrize("name", ["fftshift", "ifftshift"])
@pytest.mark.parametrize("axes", [None, 0, (0, 1), (-1,)])
def test_shifts_have_shifts_for_gradients(name: str, axes: Any) -> None:
    check_linear(lambda a: getattr(F, name)(a, axes), turned(numbers(3, 4)))


def test_a_spectrum_of_real_numbers_has_a_real_gradient() -> None:
    check_linear(F.irfft, numbers(2, 4))
    check_linear(F.fft, numbers(2, 4))
    check_tangents(lambda a: np.abs(F.fft(a)), numbers(5))


@pytest.mark.parametrize("name", [*ONE, *MANY])
def test_single_precision_is_kept(name: str) -> None:
    x = operand(name, 3, 4)
    narrow = x.astype(np.complex64 if np.iscomplexobj(x) else np.float32)
    out = getattr(F, name)(tensor(narrow))
    assert out.dtype in (np.float32, np.complex64)
    exact, found = (gradients(getattr(F, name), [a])[0] for a in (x, narrow))
    assert found.dtype == narrow.dtype
    np.testing.assert_allclose(found, exact, rtol=1e-4, atol=1e-5)


def test_empty_batches() -> None:
    assert gradients(F.rfft, [np.ones((0, 4))])[0].shape == (0, 4)


def test_what_numpy_refuses_is_refused() -> None:
    x = tensor(numbers(2, 3))
    with pytest.raises(ArgumentError, match="norm is 'backward', 'ortho' or 'forward', not 'no'"):
        F.fft(x, norm="no")
    with pytest.raises(OperandError, match="Invalid number of FFT data points"):
        F.fft(x, 0)
    with pytest.raises(OperandError, match="axis 2 is out of bounds"):
        F.fft(x, axis=2)
    with pytest.raises(ArgumentError, match="3 lengths in s for 2 axes"):
        F.fftn(x, (1, 2, 3), (0, 1))
    with pytest.raises(ArgumentTypeError, match="float"):
        F.fft(x, 2.5)
    with pytest.raises(ArgumentTypeError, match="rfft"):
        F.rfft(x * 1j)


@pytest.mark.oracle
@pytest.mark.parametrize("name", [*ONE, *MANY])
@pytest.mark.parametrize("norm", NORMS[1:])
def test_torch_has_the_same_gradients(name: str, norm: str) -> None:
    torch = pytest.importorskip("torch")
    x = operand(name, 3, 4)
    theirs = torch.tensor(x, requires_grad=True)
    out = getattr(torch.fft, name)(theirs, norm=norm)
    shape = tuple(out.shape)
    g = turned(numbers(*shape)) if out.dtype.is_complex else numbers(*shape)
    out.backward(torch.tensor(g))
    (ours,) = gradients(lambda a: getattr(F, name)(a, norm=norm), [x], g)
    np.testing.assert_allclose(ours, theirs.grad.resolve_conj().numpy(), rtol=1e-11, atol=1e-12)
