"""Complex functions of Tensors, holomorphic ones and others, beside torch's and JAX's."""

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg

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
