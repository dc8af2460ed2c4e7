"""Arrays too large for memory, from operands that repeat one number and so take none."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import AllocationError, EinsumGradError, OperandError
from einsum_grad.kernels import buffer_pool
from tests.emit.libraries import ON_NUMPY

N = 1 << 23  # N² numbers are 512 TiB
VECTOR = np.broadcast_to(1.5, (N,))
MATRIX = np.broadcast_to(1.5, (N, N))
THIN = np.broadcast_to(1.5, (N, 1))
FLAT = np.broadcast_to(1.5, (1, N))
ONE_AFTER_THE_OTHER = ((0, 1), (0, 1))

OUTPUTS: Sequence[tuple[str, tuple[Any, ...], dict[str, Any]]] = (
    ("i,j->ij", (VECTOR, VECTOR), {}),
    ("i,j->ij", (VECTOR, VECTOR), {"target": "einops"}),
    ("i->ii", (VECTOR,), {}),
    ("ij,jk->ik", (THIN, FLAT), {}),
    ("ij,ij->ij", (MATRIX, MATRIX), {}),
)


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(AllocationError) as caught:
        call()
    for kind in (EinsumGradError, MemoryError, OperandError):
        assert isinstance(caught.value, kind)
    assert "uint8" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(("text", "operands", "options"), OUTPUTS)
def test_an_output_without_memory_is_named_with_its_step_and_size(
    text: str, operands: tuple[Any, ...], options: dict[str, Any]
) -> None:
    f = eg.compile(text, **options)
    told = refused(lambda: f(*operands))
    assert f"shape ({N}, {N}) and dtype float64, 512 TiB" in told
    assert "in the step `" in told
    assert "a part of the operands at a time" in told


@pytest.mark.parametrize("target", ON_NUMPY)
def test_an_intermediate_without_memory_suggests_two_remedies(target: str) -> None:
    f = eg.compile("ij,jk,kl->il", target=target, optimize=ONE_AFTER_THE_OTHER)
    told = refused(lambda: f(THIN, FLAT, np.ones((N, 1))))
    assert f"shape ({N}, {N}) and dtype float64, 512 TiB" in told
    assert "optimize=, or contract fewer operands at once" in told
    assert "in the step `t1 = " in told


def test_gradients_without_memory_are_named_too() -> None:
    product, row = eg.compile("ij,ij->j", wrt=0), np.ones(N)
    for call in (
        lambda: product.backward(row, MATRIX, MATRIX),
        lambda: eg.compile("ij,j->i", wrt=0).backward(row, MATRIX, VECTOR),
        lambda: eg.compile("ij,j->i", wrt=0, target="einops").backward(row, MATRIX, VECTOR),
        lambda: eg.compile("ii->i").backward(row, MATRIX),
    ):
        assert f"shape ({N}, {N})" in refused(call)


def test_tangents_without_memory_are_named_too() -> None:
    f = eg.compile("i,j->ij")
    told = refused(lambda: f.jvp((VECTOR, VECTOR), (VECTOR, None)))
    assert f"shape ({N}, {N})" in told
    g = eg.compile("i,j,ij->", optimize=((0, 1), (0, 1)))
    told = refused(lambda: g.hvp((VECTOR, VECTOR, MATRIX), (VECTOR, None, None), 1.0))
    assert f"shape ({N}, {N})" in told


def test_tensors_and_linear_maps_are_refused_alike() -> None:
    x = eg.Tensor(np.ones(N), requires_grad=True)
    refused(lambda: eg.einsum("i,j->ij", x, VECTOR))
    refused(lambda: eg.einsum("i,j->ij", VECTOR, VECTOR))
    refused(lambda: eg.einsum("i,j->ij", VECTOR, VECTOR, dtype=np.complex128))


def test_operands_that_are_converted_have_no_step() -> None:
    half = np.broadcast_to(np.float16(1), (N, N))
    told = refused(lambda: eg.compile("ij,ij->ij")(half, half))
    assert f"shape ({N}, {N}) and dtype float32, 256 TiB" in told
    assert "step" not in told


def test_arrays_beyond_the_address_space_are_refused_before_any_work() -> None:
    four = (np.broadcast_to(1.5, (1 << 17,)),) * 4
    product = eg.compile("i,j,k,l->ijkl")
    assert "2048 EiB" in refused(lambda: product(*four))
    assert "2048 EiB" in refused(lambda: product.jvp(four, (four[0], None, None, None)))
    path = ((0, 2), (2, 6), (3, 5), (0, 4), (0, 3), (0, 2), (0, 1))
    summed = eg.compile("ai,ai,aj,aj,ak,ak,al,al->a", optimize=path)
    pair = (np.broadcast_to(1.5, (1, 1 << 17)),) * 8
    assert "EiB" in refused(lambda: summed(*pair))
    f = eg.compile("i,j,k,l->ijkl", sizes=dict.fromkeys("ijkl", 1 << 17))
    assert "def forward" in f.source  # nothing is allocated yet


def test_a_memory_error_of_python_suggests_remedies_without_a_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing_left(*arguments: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(np, "einsum", nothing_left)
    f = eg.compile("i,j->ij", target="einops")
    told = refused(lambda: f(np.ones(2), np.ones(3)))
    assert told.startswith("there is no memory for an array, in the step `")


def test_pooled_memory_is_freed_before_an_array_is_refused() -> None:
    kept = buffer_pool.empty((1 << 18,), np.dtype(np.float64))
    del kept
    assert buffer_pool.waiting()
    with pytest.raises(MemoryError, match="float64"):
        buffer_pool.empty((N, N), np.dtype(np.float64))
    assert not buffer_pool.waiting()
