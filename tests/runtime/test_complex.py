"""Complex numbers: both conventions, and real operands beside complex ones, as torch and JAX."""

import itertools
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from tests.strategies import whole

PATTERN, SHAPES = "ij,jk,ki->i", [(2, 3), (3, 4), (4, 2)]
MIXES = list(itertools.product(("c16", "f8"), repeat=3))[:-1]
mixes = pytest.mark.parametrize("dtypes", MIXES, ids=["-".join(mix) for mix in MIXES])


def drawn(dtypes: tuple[str, ...]) -> tuple[list[Any], Any]:
    operands = [whole(s, d, n) for n, (s, d) in enumerate(zip(SHAPES, dtypes, strict=True))]
    return operands, whole((2,), "c16", 9)


@mixes
def test_a_real_operand_has_a_real_gradient_in_both_conventions(dtypes: tuple[str, ...]) -> None:
    operands, cotangent = drawn(dtypes)
    f = eg.compile(PATTERN)
    theirs = f.backward(cotangent.conj(), *operands, conj=False)
    for operand, ours, other in zip(
        operands, f.backward(cotangent, *operands), theirs, strict=True
    ):
        assert ours.dtype == other.dtype == operand.dtype
        np.testing.assert_array_equal(ours, other.conj())


@mixes
def test_a_gradient_points_along_the_steepest_ascent(dtypes: tuple[str, ...]) -> None:
    operands, cotangent = drawn(dtypes)
    f = eg.compile(PATTERN)

    def loss(place: int, index: tuple[int, ...], step: complex) -> float:
        moved = [operand.copy() for operand in operands]
        moved[place][index] += step
        return float(np.vdot(cotangent, f(*moved)).real)

    for place, gradient in enumerate(f.backward(cotangent, *operands)):
        for index in np.ndindex(gradient.shape):
            expected = (loss(place, index, 1) - loss(place, index, -1)) / 2 + 0j
            if gradient.dtype.kind == "c":
                expected += 1j * (loss(place, index, 1j) - loss(place, index, -1j)) / 2
            assert gradient[index] == expected


@pytest.mark.oracle
@mixes
def test_torch_has_the_same_gradients(dtypes: tuple[str, ...]) -> None:
    torch = pytest.importorskip("torch")
    operands, cotangent = drawn(dtypes)
    leaves = [torch.tensor(operand, requires_grad=True) for operand in operands]
    # torch's einsum takes no mixed dtypes.
    out = torch.einsum(PATTERN, *(leaf.to(torch.complex128) for leaf in leaves))
    wanted = torch.autograd.grad(out, leaves, torch.tensor(cotangent))
    for ours, theirs in zip(
        eg.compile(PATTERN).backward(cotangent, *operands), wanted, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs.resolve_conj().numpy(), strict=True)


@pytest.mark.oracle
@mixes
def test_jax_has_the_same_gradients_without_conjugates(dtypes: tuple[str, ...]) -> None:
    jax = pytest.importorskip("jax")
    narrow = {"c16": "c8", "f8": "f4"}
    operands, cotangent = drawn(dtypes)
    operands = [x.astype(narrow[d]) for x, d in zip(operands, dtypes, strict=True)]
    _, vjp = jax.vjp(lambda *xs: jax.numpy.einsum(PATTERN, *xs), *operands)
    found = eg.compile(PATTERN).backward(cotangent.astype("c8"), *operands, conj=False)
    for ours, theirs in zip(found, vjp(jax.numpy.asarray(cotangent, "c8")), strict=True):
        np.testing.assert_array_equal(ours, np.asarray(theirs), strict=True)
