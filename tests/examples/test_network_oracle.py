"""The example network against torch."""

from __future__ import annotations

import numpy as np
import pytest

from tests.examples.loading import load

pytestmark = pytest.mark.oracle
pytest.importorskip("torch")


def test_network_gradients_equal_torch_for_every_weight() -> None:
    network = load("network.py")
    output, ours = network.gradients()
    expected, theirs = network.torch_gradients()
    assert output == pytest.approx(expected, rel=1e-14)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15)
