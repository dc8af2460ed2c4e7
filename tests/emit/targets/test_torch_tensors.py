"""Modules of torch take tensors of every dtype, in any order in memory, on any device."""

import math
from typing import Any

import pytest

from tests.emit.targets.corpus import CASES, NAMES, Shapes, module
from tests.emit.targets.of_torch import expected, results, whole

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.oracle

EVERY = [pytest.param(*case, id=name) for case, name in zip(CASES, NAMES, strict=True)]
NUMBERS = [
    *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
    *(torch.complex64, torch.complex128),
]
INTEGERS = [torch.int8, torch.uint8, torch.int32, torch.int64]


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_every_dtype_of_numbers(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    for dtype in NUMBERS:
        operands = [whole(shape, dtype, seed) for seed, shape in enumerate(shapes)]
        dz = whole(torch.einsum(pattern, *operands).shape, dtype, 9, largest=1)
        for got, right in zip(
            results(found, operands, dz), expected(pattern, operands, dz), strict=True
        ):
            assert got.dtype == dtype
            torch.testing.assert_close(got, right, rtol=0, atol=0)


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_integers_of_every_width(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    for dtype in INTEGERS:
        operands = [whole(s, seed=n, largest=1).abs().to(dtype) for n, s in enumerate(shapes)]
        try:
            right = torch.einsum(pattern, *operands)
        except RuntimeError:  # torch.einsum multiplies a sum, which is int64, with int32
            continue
        output = found["forward"](*operands)
        # Sums are int64 as torch.sum makes them, where torch.einsum's row-wise products are not.
        assert output.dtype in (dtype, torch.int64)
        assert torch.equal(output.to(torch.int64), right.to(torch.int64))
    operands = [whole(shape, torch.int64, seed) for seed, shape in enumerate(shapes)]
    gradients = found["backward"](torch.ones_like(found["forward"](*operands)), *operands)
    assert all(each.dtype == torch.int64 for each in gradients)


def strided(tensor: Any, kind: str) -> Any:
    """A tensor of the same numbers that lies otherwise in memory."""
    if kind == "transposed":
        order = tuple(reversed(range(tensor.ndim)))
        return tensor.permute(order).contiguous().permute(order)
    if kind == "sliced":
        wide = torch.full([3 * size for size in tensor.shape], math.nan, dtype=tensor.dtype)
        part = wide[tuple(slice(1, None, 3) for _ in tensor.shape)]
        return part.copy_(tensor)
    return tensor[:1].expand(tensor.shape) if tensor.ndim else tensor


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_every_order_in_memory(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    for kind in ("transposed", "sliced", "expanded"):
        operands = [strided(whole(s, seed=n), kind) for n, s in enumerate(shapes)]
        dz = strided(whole(torch.einsum(pattern, *operands).shape, seed=9), kind)
        got, right = results(found, operands, dz), expected(pattern, operands, dz)
        assert all(map(torch.equal, got, right))


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_meta_tensors_have_the_shapes_and_dtypes(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    operands = [torch.empty(shape, device="meta", dtype=torch.bfloat16) for shape in shapes]
    dz = torch.empty_like(torch.einsum(pattern, *operands))
    for got, right in zip(
        results(found, operands, dz), expected(pattern, operands, dz), strict=True
    ):
        assert (got.shape, got.dtype, got.device) == (right.shape, right.dtype, right.device)


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_defaults_of_torch_change_nothing(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    operands = [whole(shape, torch.float32, seed) for seed, shape in enumerate(shapes)]
    dz = whole(torch.einsum(pattern, *operands).shape, torch.float32, 9)
    right = results(found, operands, dz)
    torch.set_default_dtype(torch.float64)
    try:
        with torch.device("meta"):
            got = results(found, operands, dz)
    finally:
        torch.set_default_dtype(torch.float32)
    assert all(each.device.type == "cpu" and each.dtype == torch.float32 for each in got)
    assert all(map(torch.equal, got, right))


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_axes_of_no_entry(pattern: str, shapes: Shapes, told: Any) -> None:
    if "shapes" in told or "..." in pattern:
        return
    labels = sorted(set(pattern) - set(",->"))
    found = module(pattern, "torch")
    for label in labels:
        terms = pattern.partition("->")[0].split(",")
        operands = [whole([0 if each == label else 2 for each in term]) for term in terms]
        dz = whole(torch.einsum(pattern, *operands).shape)
        got, right = results(found, operands, dz), expected(pattern, operands, dz)
        assert all(map(torch.equal, got, right))
