"""torch and jax differentiate the same random patterns."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

pytestmark = pytest.mark.oracle


def drawn(case: Case, dtype: str, seed: int) -> tuple[list[Any], Any]:
    operands = [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]
    return operands, whole(case.result_shape, dtype, seed + 99)


@settings(max_examples=tries(150))
@given(cases(generalised=False, letters="abcij"), st.sampled_from(("f8", "c16")), seeds)
def test_gradients_equal_torch(case: Case, dtype: str, seed: int) -> None:
    torch = pytest.importorskip("torch")
    operands, cotangent = drawn(case, dtype, seed)
    leaves = [torch.tensor(operand, requires_grad=True) for operand in operands]
    try:
        theirs = torch.einsum(case.letters, *leaves)
    except RuntimeError:
        return  # torch accepts fewer patterns: no 0 against 1, for example
    out, pullback = eg.compile(case.letters).vjp(*operands)
    np.testing.assert_array_equal(np.asarray(out), theirs.detach().numpy())
    wanted = torch.autograd.grad(
        theirs, leaves, torch.tensor(cotangent), allow_unused=True, materialize_grads=True
    )
    for ours, other in zip(pullback(cotangent), wanted, strict=True):
        np.testing.assert_array_equal(ours, other.numpy(), strict=True)


@settings(max_examples=tries(50))
@given(
    cases(generalised=False, broadcasting=False, letters="abcij", most_operands=3),
    st.sampled_from(("f4", "c8")),
    seeds,
)
def test_gradients_equal_jax(case: Case, dtype: str, seed: int) -> None:
    jax = pytest.importorskip("jax")
    operands, cotangent = drawn(case, dtype, seed)
    try:
        theirs, vjp = jax.vjp(lambda *xs: jax.numpy.einsum(case.letters, *xs), *operands)
    except (ValueError, TypeError, NotImplementedError):
        return  # jax accepts fewer patterns
    out, pullback = eg.compile(case.letters).vjp(*operands, conj=False)
    np.testing.assert_array_equal(np.asarray(out), np.asarray(theirs))
    for ours, other in zip(pullback(cotangent), vjp(jax.numpy.asarray(cotangent)), strict=True):
        np.testing.assert_array_equal(ours, np.asarray(other), strict=True)


def test_conventions_of_torch_and_jax_are_each_others_conjugates() -> None:
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    x, w = np.array([1 + 2j, 3 - 1j], "c8"), np.array([2 - 1j, 1j], "c8")
    f, g = eg.compile("i,i->"), np.complex64(1 + 1j)
    leaf = torch.tensor(x, requires_grad=True)
    torch.einsum("i,i->", leaf, torch.tensor(w)).backward(torch.tensor(g))
    np.testing.assert_array_equal(f.vjp(x, w)[1](g)[0], leaf.grad.numpy())
    _, vjp = jax.vjp(lambda x: jax.numpy.einsum("i,i->", x, w), x)
    np.testing.assert_array_equal(f.vjp(x, w, conj=False)[1](g)[0], np.asarray(vjp(g)[0]))
