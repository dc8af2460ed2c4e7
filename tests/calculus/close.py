"""Comparison of float64 arrays."""

from typing import Any

import numpy as np


def assert_close(got: Any, expected: Any) -> None:
    """Hold that arrays are equal up to a relative error of 1e-9.

    What cancels exactly has no relative error; it is compared with the largest entry.
    """
    got, expected = np.asarray(got, float), np.asarray(expected, float)
    assert got.shape == expected.shape
    largest = max(float(np.abs(expected).max(initial=0)), 1e-3)
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-9 * largest)
