"""`value_and_gradients` is `vjp` and a call of its pullback, for operands of every kind."""

from __future__ import annotations

import numpy as np
import pytest

import einsum_grad as eg
from tests.strategies import whole

N = 700  # large enough for blocks


@pytest.mark.parametrize("shape", [(3, 4), (N, N)])
@pytest.mark.parametrize("dtypes", ["f8 f8", "f4 f8", "f2 f2", "i4 i4", "c16 c16", "f8 c16"])
@pytest.mark.parametrize("conj", [True, False])
def test_dtypes_and_conventions(shape: tuple[int, int], dtypes: str, conj: bool) -> None:
    operands = [np.abs(whole(shape, d, n)) % 3 for n, d in enumerate(dtypes.split())]
    operands = [x.astype(d) for x, d in zip(operands, dtypes.split(), strict=True)]
    if "c16" in dtypes:
        operands[1] = operands[1] * (1 + 2j)
    function = eg.compile("ij,ij->ij")
    output, pullback = function.vjp(*operands, conj=conj)
    cotangent = np.ones_like(output) * 2
    found, gradients = function.value_and_gradients(cotangent, *operands, conj=conj)
    np.testing.assert_array_equal(found, output, strict=True)
    for gradient, wanted in zip(gradients, pullback(cotangent), strict=True):
        np.testing.assert_array_equal(gradient, wanted, strict=True)


def test_a_0d_output_is_a_scalar() -> None:
    for size in (3, 1 << 20):
        output, gradients = eg.compile("i,i->").value_and_gradients(2, np.ones(size), np.ones(size))
        assert (type(output), output) == (np.float64, size)
        assert (gradients[0] == 2).all()


def test_only_the_gradients_asked_for() -> None:
    x = np.ones((N, N))
    _, gradients = eg.compile("ij,ij->ij", wrt=1).value_and_gradients(3 * x, 2 * x, x)
    assert len(gradients) == 1
    assert (gradients[0] == 6).all()


def test_empty_sums_are_zeros() -> None:
    output, gradients = eg.compile("ij,ij->i").value_and_gradients(
        np.ones(2), np.ones((2, 0)), np.ones((2, 0))
    )
    assert output.tolist() == [0, 0]
    assert [gradient.shape for gradient in gradients] == [(2, 0), (2, 0)]


@pytest.mark.parametrize("size", [3, N])
def test_a_cotangent_of_another_shape_is_refused(size: int) -> None:
    x = np.ones((size, size))
    with pytest.raises(eg.EinsumGradError, match="cotangent has shape"):
        eg.compile("ij,ij->ij").value_and_gradients(np.ones(size), x, x)
    with pytest.raises(eg.EinsumGradError, match="dtype"):
        eg.compile("ij,ij->ij").value_and_gradients(1j * x, x, x)
