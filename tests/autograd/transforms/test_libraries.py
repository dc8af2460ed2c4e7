"""Arrays of other libraries: every transform refuses them, and says what to pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import einsum_grad as eg
from tests.autograd.rules.table import np, tensor


def _square(x: Any) -> Any:
    return x * x


def _total(x: Any) -> Any:
    return np.sum(x * x)


ONES = np.ones(3)

DOORS: dict[str, Callable[[Any], Any]] = {
    "grad": eg.grad(_total),
    "value_and_grad": eg.value_and_grad(_total),
    "jacobian": eg.jacobian(_square),
    "hessian": eg.hessian(_total),
    "jvp": lambda a: eg.jvp(_square)(a, ONES),
    "jvp along": lambda a: eg.jvp(_square)(ONES, a),
    "hvp": lambda a: eg.hvp(_total)(a, ONES),
    "hvp along": lambda a: eg.hvp(_total)(ONES, a),
    "check_gradients": lambda a: eg.check_gradients(_square, a),
    "Tensor": eg.Tensor,
    "backward": (tensor(ONES) * 2).backward,
    "an operator": lambda a: tensor(ONES) * a,
    "a reflected operator": lambda a: a * tensor(ONES),
    "a constant": lambda a: eg.grad(lambda x, y: np.sum(x * y))(ONES, a),
}


@pytest.mark.oracle
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("library", ["torch", "jax.numpy"])
def test_arrays_of_other_libraries_are_refused(library: str, door: str) -> None:
    array = pytest.importorskip(library).ones(3)
    with pytest.raises(eg.EinsumGradError, match=r"torch|JAX") as refusal:
        DOORS[door](array)
    assert "np.asarray(x)" in str(refusal.value)
