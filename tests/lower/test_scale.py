import pytest

from einsum_grad.lower import machine
from einsum_grad.lower.scale import Scale, Sizes, scale_of
from einsum_grad.plan import UNIT


def test_arrays_that_are_small_together_have_no_scale() -> None:
    terms = (("i",), ("j",))
    half = machine.LARGE // 8 // 2
    assert scale_of(terms, {"i": half, "j": half}, 8) is not None
    assert scale_of(terms, {"i": half, "j": half - 1}, 8) is None
    assert scale_of(terms, {"i": half, "j": half - 1}, 16) is not None


@pytest.mark.parametrize(
    ("size", "rounded"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (4, 4), (5, 8), (12, 16), (1 << 20, 1 << 20)],
)
def test_sizes_are_rounded_up_to_powers_of_two(size: int, rounded: int) -> None:
    scale = scale_of((("n",),), {"n": machine.LARGE, "i": size}, 1)
    assert scale == Scale((("n", machine.LARGE), ("i", rounded)), 1)


def test_near_sizes_agree() -> None:
    def scale(size: int) -> Scale:
        found = scale_of((("i", "j"),), {"i": size, "j": size}, 8)
        assert found is not None
        return found

    one = scale(600)
    assert one.ask(Sizes.nbytes, ("i", "j")) == 8 << 20
    assert one.agrees(scale(1000))
    assert one.agrees(scale(1024))
    assert not one.agrees(scale(1025))


def test_a_label_without_a_size_and_a_unit_count_as_1() -> None:
    scale = Scale((("i", 4),), 8)
    assert scale.ask(Sizes.volume, ("i", "k", UNIT)) == 4
    assert scale.ask(Sizes.nbytes, ("i", "i")) == 128
    assert scale_of((("i", "k", UNIT),), {"i": machine.LARGE // 8}, 8) is not None


def test_a_size_of_0_makes_an_array_small_only_for_itself() -> None:
    assert scale_of((("i", "j"),), {"i": 0, "j": machine.LARGE}, 8) is None
    assert scale_of((("i", "j"), ("j",)), {"i": 0, "j": machine.LARGE}, 8) is not None
