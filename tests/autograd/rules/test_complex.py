"""Complex functions of Tensors, holomorphic or not, compared with torch's and JAX's."""

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import AutogradError, DTypeError

HOLOMORPHIC: dict[str, tuple[Any, Any]] = {
    "polynomial": (lambda x, np: x * x * x + 2j * x, True),
    "exponential": (lambda x, np: np.exp(x) / (x + 3), True),
    "sine": (lambda x, np: np.sin(x) * np.cos(x), True),
    "modulus": (lambda x, np: np.abs(x) * x, False),
    "conjugate": (lambda x, np: np.conj(x) * x + np.real(x), False),
    "parts": (lambda x, np: np.real(x) * np.imag(x) + 1j * np.imag(x), False),
}
functions = pytest.mark.parametrize("name", HOLOMORPHIC)
Z = np.array([0.5 + 1.25j, -1.5 + 0.25j, 2.0 - 0.75j])
G = np.array([1 - 2j, 0.5 + 1j, -1 + 0.5j])


@functions
def test_a_function_is_holomorphic_where_its_tangents_turn_with_the_direction(name: str) -> None:
    function, holomorphic = HOLOMORPHIC[name]
    _, along = eg.jvp(lambda x: function(x, np), Z, np.ones(3, complex))
    _, across = eg.jvp(lambda x: function(x, np), Z, 1j * np.ones(3))
    assert np.allclose(across, 1j * along) == holomorphic


@pytest.mark.oracle
@functions
def test_torch_has_the_same_gradients_of_functions_of_tensors(name: str) -> None:
    torch = pytest.importorskip("torch")
    function, _ = HOLOMORPHIC[name]
    ours, theirs = eg.Tensor(Z, requires_grad=True), torch.tensor(Z, requires_grad=True)
    function(ours, np).backward(G)
    function(theirs, torch).backward(torch.tensor(G))
    np.testing.assert_allclose(ours.grad, theirs.grad.resolve_conj().numpy(), rtol=1e-12)


@pytest.mark.oracle
@functions
def test_jax_has_the_conjugate_gradients_of_functions_of_tensors(name: str) -> None:
    jax = pytest.importorskip("jax")
    function, _ = HOLOMORPHIC[name]
    ours = eg.Tensor(Z, requires_grad=True)
    function(ours, np).backward(G)
    _, vjp = jax.vjp(lambda x: function(x, jax.numpy), Z.astype("c8"))
    (theirs,) = vjp(jax.numpy.asarray(G.conj(), "c8"))
    np.testing.assert_allclose(ours.grad, np.conj(theirs), rtol=1e-4, atol=1e-5)
    _, tangent = eg.jvp(lambda x: function(x, np), Z, G)
    _, expected = jax.jvp(lambda x: function(x, jax.numpy), (Z.astype("c8"),), (G.astype("c8"),))
    np.testing.assert_allclose(tangent, expected, rtol=1e-4, atol=1e-4)


def descended(z: Any, np: Any) -> Any:
    return np.sum(np.abs(z) ** 2 * np.real(z))


def entire(z: Any, np: Any) -> Any:
    return np.sum(np.exp(z) * z)


@pytest.mark.parametrize("conj", [True, False])
def test_every_transform_of_a_real_function_has_both_conventions(conj: bool) -> None:
    expected = np.abs(Z) ** 2 + 2 * np.real(Z) * Z
    gradient = eg.grad(lambda z: descended(z, np), conj=conj)(Z)
    np.testing.assert_allclose(gradient, expected if conj else expected.conj())
    value, same = eg.value_and_grad(lambda z: descended(z, np), conj=conj)(Z)
    np.testing.assert_allclose(value, descended(Z, np))
    np.testing.assert_array_equal(same, gradient)
    found, product = eg.hvp(lambda z: descended(z, np), Z, G, conj=conj)
    np.testing.assert_allclose(found, gradient)
    step = 1e-6
    above, below = (
        eg.grad(lambda z: descended(z, np), conj=conj)(Z + s * G) for s in (step, -step)
    )
    np.testing.assert_allclose(product, (above - below) / (2 * step), rtol=1e-7)


def test_gradients_without_conjugates_can_be_differentiated_again() -> None:
    def squared(z: Any) -> Any:
        first = eg.grad(lambda z: np.sum(np.abs(z) ** 2), conj=False)(z)
        return np.sum(np.real(first) ** 2 + 3 * np.imag(first) ** 2)

    # The first gradient is 2 * conj(z).
    np.testing.assert_allclose(eg.grad(squared)(Z), 8 * Z.real + 24j * Z.imag)
    real = eg.grad(lambda x: np.sum(x * x), conj=False)(Z.real)
    np.testing.assert_array_equal(real, 2 * Z.real, strict=True)


def test_a_holomorphic_function_has_a_derivative_a_jacobian_and_a_hessian() -> None:
    first, second = np.exp(Z) * (Z + 1), np.exp(Z) * (Z + 2)
    gradient = eg.grad(lambda z: entire(z, np), conj=False, holomorphic=True)(Z)
    np.testing.assert_allclose(gradient, first)
    gradient = eg.grad(lambda z: entire(z, np), holomorphic=True)(Z)
    np.testing.assert_allclose(gradient, first.conj())
    dense = eg.jacobian(lambda z: np.exp(z) * z, holomorphic=True)(Z)
    np.testing.assert_allclose(dense, np.diag(first))
    dense = eg.hessian(lambda z: entire(z, np), holomorphic=True)(Z)
    np.testing.assert_allclose(dense, np.diag(second), atol=1e-15)


def test_a_complex_result_has_a_jacobian_by_real_numbers() -> None:
    x = Z.real
    dense = eg.jacobian(lambda x: np.conjugate(x * Z) + 2j * x**2)(x)
    np.testing.assert_allclose(dense, np.diag(Z.conj() + 4j * x))
    assert eg.jacobian(lambda x: (x * Z)[:0])(x.astype("f4")).dtype == np.complex64
    third = eg.jacobian(eg.jacobian(lambda x: x**2 * Z))(x)
    np.testing.assert_allclose(np.einsum("iii->i", third), 2 * Z)


def test_a_jacobian_of_a_complex_einsum_is_the_linear_pattern_made_dense() -> None:
    x, w = np.array([[1 + 2j, 3], [0, 1j]]), np.array([[2, -1j], [1, 1 + 1j]])
    made = eg.jacobian(lambda x, w: eg.einsum("ij,jk->ik", x, w), (0, 1), holomorphic=True)(x, w)
    for place, dense in enumerate(made):
        expected = eg.compile("ij,jk->ik").jacobian(place).materialize(x, w)
        np.testing.assert_array_equal(dense, expected)


def test_functions_that_are_not_holomorphic_have_no_complex_jacobian() -> None:
    with pytest.raises(DTypeError, match="a single matrix only for a holomorphic function"):
        eg.jacobian(lambda z: z * z)(Z)
    with pytest.raises(DTypeError, match="only for a holomorphic"):
        eg.hessian(lambda z: descended(z, np))(Z)
    with pytest.raises(DTypeError, match="from complex numbers to complex numbers, and this is f"):
        eg.jacobian(lambda z: z * (1 + 1j), holomorphic=True)(Z.real)
    with pytest.raises(DTypeError, match="this is float64"):
        eg.jacobian(np.abs, holomorphic=True)(Z)
    with pytest.raises(DTypeError, match="this is float64"):
        eg.grad(lambda x: entire(x + 0j, np), holomorphic=True)(Z.real)
    with pytest.raises(AutogradError, match="for a holomorphic function pass holomorphic=True"):
        eg.grad(lambda z: entire(z, np))(Z)
    with pytest.raises(AutogradError, match="needs one complex number"):
        eg.hessian(lambda z: descended(z, np), holomorphic=True)(Z)


@pytest.mark.oracle
def test_jax_has_the_same_without_conjugates() -> None:
    jax = pytest.importorskip("jax")
    jnp, z, g = jax.numpy, Z.astype("c8"), G.astype("c8")
    ours = eg.hvp(lambda z: descended(z, np), z, g, conj=False)
    theirs = jax.jvp(jax.grad(lambda z: descended(z, jnp)), (z,), (g,))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4)
    pairs = (
        (eg.grad(lambda z: entire(z, np), conj=False, holomorphic=True), jax.grad),
        (eg.hessian(lambda z: entire(z, np), holomorphic=True), jax.hessian),
    )
    for function, transform in pairs:
        expected = transform(lambda z: entire(z, jnp), holomorphic=True)(z)
        np.testing.assert_allclose(function(z), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.oracle
def test_torch_has_the_same_gradient_of_a_holomorphic_function() -> None:
    torch = pytest.importorskip("torch")
    z = torch.tensor(Z, requires_grad=True)
    (expected,) = torch.autograd.grad(entire(z, torch), z, torch.tensor(1 + 0j, dtype=z.dtype))
    ours = eg.grad(lambda z: entire(z, np), holomorphic=True)(Z)
    np.testing.assert_allclose(ours, expected.resolve_conj().numpy(), rtol=1e-12)
