"""The helpers of modules for large arrays do what the plain ones do."""

from __future__ import annotations

import numpy as np
import pytest

from einsum_grad.emit import TARGETS
from einsum_grad.kernels.helpers import HELPERS, zeros


def test_each_helper_has_its_plain_form() -> None:
    plain = {**TARGETS["numpy"].helpers, **TARGETS["numba"].helpers}
    assert {name for name, helper in plain.items() if helper.replaced} == set(HELPERS)
    for name, helper in plain.items():
        assert helper.code.startswith(f"def {name}(")


@pytest.mark.parametrize("shape", [(0, 3), (1 << 20,), (1 << 20, 1), (700, 3, 1001)])
@pytest.mark.parametrize("dtype", ["f4", "c16"])
def test_zeros_are_zeros_in_reused_memory(shape: tuple[int, ...], dtype: str) -> None:
    for _ in range(2):
        found = zeros(shape, np.dtype(dtype))
        np.testing.assert_array_equal(found, np.zeros(shape, dtype), strict=True)
        found.fill(7)
        del found
