"""The page of supported functions is what the tables say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import einsum_grad as eg
from einsum_grad.autograd import supported
from einsum_grad.errors import AutogradError, TensorAttributeError
from tests.autograd.rules.table import np

PAGE = Path(__file__).parents[2] / "docs" / "supported-functions.md"


def test_the_page_is_made_from_the_tables() -> None:
    pytest.importorskip("scipy.special")
    assert PAGE.read_text() == supported.page(), (
        "python -m einsum_grad.autograd.supported > docs/supported-functions.md"
    )


def test_every_function_on_the_page_exists() -> None:
    for name in re.findall(r"`(np\.[\w.]+)`", PAGE.read_text()):
        found: Any = np
        for part in name.split(".")[1:]:
            found = getattr(found, part)
        assert callable(found)


def test_every_attribute_of_an_array_is_there_or_has_a_hint() -> None:
    x = eg.Tensor([[1.0, 2.0]], requires_grad=True)
    for name in dir(np.ndarray):
        if name.startswith("_") or hasattr(x, name):
            continue
        with pytest.raises(TensorAttributeError, match=r"has no attribute .*; write "):
            getattr(x, name)
    with pytest.raises(AttributeError, match=r"has no attribute 'gradient'$"):
        getattr(x, "gradient")  # noqa: B009 - a checker refuses the attribute


def test_methods_are_numpys_functions() -> None:
    array = np.array([[3.0, -1.0, 2.0], [0.5, 4.0, 1.0]])
    x = eg.Tensor(array, requires_grad=True)
    calls: list[Any] = [
        *(lambda t: t.flatten(), lambda t: t.copy(), lambda t: t.real, lambda t: t.imag),
        *(lambda t: t.mT, lambda t: t.T, lambda t: t.var(1, ddof=1), lambda t: t.std(axis=0)),
        *(lambda t: t.prod(0), lambda t: t.cumsum(1), lambda t: t.cumprod(), lambda t: t.round(1)),
        *(lambda t: t.take([0, 2], 1), lambda t: t.repeat(2, axis=0), lambda t: t.clip(0, 2)),
        *(lambda t: t.clip(max=1.0), lambda t: t.compress([True, False], 0), lambda t: t.max(1)),
        *(
            lambda t: t.argmax(1),
            lambda t: t.argsort(),
            lambda t: t.any(),
            lambda t: t.nonzero()[0],
        ),
        *(lambda t: t.reshape(3, 2, order="F"), lambda t: t.ravel("F"), lambda t: t.sum(0, None)),
        *(lambda t: t.tolist(), lambda t: t.item(1), lambda t: t.astype(np.float32), abs),
        *(lambda t: t % 2, lambda t: 7 % t, lambda t: divmod(t, 2)[1], lambda t: divmod(5, t)[0]),
    ]
    for call in calls:
        ours, theirs = call(x), call(array)
        values = ours.data if isinstance(ours, eg.Tensor) else ours
        np.testing.assert_allclose(values, theirs, rtol=1e-14)
    assert not np.array_equal(x.copy().data, x.data + 1)
    with pytest.raises(AutogradError):
        np.add(x, 1.0, out=x)
