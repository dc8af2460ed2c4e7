"""Helpers in their plain form, as they stand in files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from einsum_grad.emit.text.helpers import HELPERS


@pytest.mark.parametrize("shape", [(3, 0), (0, 2), (3, 1), (3, 2), (2, 3, 4), (4,), (0,)])
@pytest.mark.parametrize("dtype", ["f4", "i2"])
@pytest.mark.parametrize("given", [False, True])
def test_dots_of_short_rows_are_vecdots(shape: tuple[int, ...], dtype: str, given: bool) -> None:
    names: dict[str, Any] = {"np": np}
    exec(HELPERS["row_dots"].code, names)
    left, right = np.random.default_rng(0).integers(-9, 10, (2, *shape)).astype(dtype)
    out = np.full(shape[:-1], 7, dtype) if given and len(shape) > 1 else None
    found = names["row_dots"](left, right, out=out)
    np.testing.assert_array_equal(found, np.vecdot(left, right), strict=True)
    assert out is None or found is out
