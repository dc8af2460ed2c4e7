"""Linear maps are of NumPy's arrays: those of another library are refused by its name."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg

pytestmark = pytest.mark.oracle

ONES = {"torch": "torch", "jax": "jax.numpy", "array_api_strict": "array_api_strict"}
NAMES = {
    "torch": "torch tensors",
    "jax": "JAX arrays",
    "array_api_strict": "arrays of the array API",
}

JACOBIAN, HESSIAN = eg.compile("i,i->i").jacobian(0), eg.compile("i,i->").hessian(0, 1)
X = np.ones(3)
MAP = JACOBIAN.at(X, X)


@pytest.fixture(params=ONES, scope="module")
def library(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    pytest.importorskip(name)
    return name


@pytest.mark.parametrize(
    "use",
    [
        lambda given: JACOBIAN.at(given, given),
        lambda given: JACOBIAN.at(X, given),
        lambda given: HESSIAN.at(given, X),
        lambda given: JACOBIAN.materialize(given, given),
        lambda given: JACOBIAN.matvec(given, X, X),
        lambda given: JACOBIAN.rmatvec(given, X, X),
        MAP.matvec,
        MAP.rmatvec,
        MAP.solve,
        lambda given: MAP @ given,
        lambda given: given @ MAP,
    ],
)
def test_arrays_of_another_library_are_refused(library: str, use: Callable[[Any], Any]) -> None:
    given = importlib.import_module(ONES[library]).ones(3)
    told = f"a linear map takes NumPy arrays, and not {NAMES[library]}; convert them"
    with pytest.raises((eg.EinsumGradError, TypeError)) as raised:
        use(given)
    # array_api_strict refuses what is right of its own `@` before a map is asked.
    assert told in str(raised.value) or library == "array_api_strict"
