"""Shapes of large arrays with the same code share the module."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.lower import Scale
from einsum_grad.lower.scale import Sizes
from einsum_grad.runtime.generated import scales
from einsum_grad.runtime.generated.scales import like, remember
from tests.programs import special, text_of


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    eg.cache_clear()
    yield
    eg.cache_clear()


@pytest.mark.parametrize(
    ("pattern", "one", "other"),
    [
        ("ij,jk->ik", ((300, 512), (512, 300)), ((700, 513), (513, 300))),
        ("ij,ij->ij", ((400, 400), (400, 400)), ((200, 800), (200, 800))),
        ("ij->j", ((1000, 1000),), ((3000, 1000),)),
    ],
)
def test_shapes_of_one_code_share_a_module(
    pattern: str, one: tuple[tuple[int, ...], ...], other: tuple[tuple[int, ...], ...]
) -> None:
    f = eg.compile(pattern)
    for shapes in (one, other):
        f.vjp(*map(np.ones, shapes))
    first, second = (special(f._specializations, *map(np.ones, each)) for each in (one, other))
    assert first.large
    assert first.functions["output"] is second.functions["output"]
    assert eg.cache_info().modules.misses == 1


def test_tangents_of_one_code_share_a_function() -> None:
    f = eg.compile("ij,ij->ij")
    for shape in ((400, 400), (200, 800)):
        x = np.ones(shape)
        f.jvp((x, x), (x, None))
    assert eg.cache_info().modules.misses == 1


def test_shapes_of_other_codes_have_their_own_module() -> None:
    f = eg.compile("ij,ij->ij")
    texts = set()
    for size in (300, 1500):  # whole, and in blocks
        arrays = np.ones((size, size)), np.ones((size, size))
        texts.add(text_of(special(f._specializations, *arrays)))
    assert len(texts) == eg.cache_info().modules.misses == 2


def test_a_scale_is_like_one_that_gave_the_same_answers() -> None:
    one, other, third = (Scale((("i", size),), 8) for size in (4, 8, 16))
    assert one.reaches(("i",), 32)
    assert not one.reaches(("i",), 128)
    remember("key", one)
    assert like("key", other) is one
    assert like("another key", other) is other
    assert like("key", third) is third
    assert like("key", None) is None


def test_gaps_are_part_of_the_code() -> None:
    from einsum_grad.lower import Gap

    one = Scale((("i", 4),), 8)
    assert not one.agrees(Scale((("i", 4),), 8, frozenset({(0, Gap.ROWS)})))


def test_the_number_of_remembered_scales_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scales, "_MOST", 2)
    known = [Scale((("i", size),), 8) for size in (2, 4, 8)]
    for scale in known:
        scale.ask(Sizes.nbytes, ("i",))
        remember("key", scale)
    equal = [Scale((("i", size),), 8) for size in (2, 4, 8)]
    assert [like("key", scale) for scale in equal] == [equal[0], known[1], known[2]]
    assert like("key", equal[0]) is equal[0]
    assert like("key", equal[2]) is known[2]
    eg.cache_clear()
    assert like("key", equal[2]) is equal[2]
