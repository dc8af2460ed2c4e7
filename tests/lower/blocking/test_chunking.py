"""What is worth another thread, and how many chunks it has."""

from __future__ import annotations

from einsum_grad.lower import Op, Scale, Step, Value, machine
from einsum_grad.lower.blocking.chunking import is_worth_waking, number_of_chunks

LEAST = 2 * machine.WAKING * machine.MOVED_IN_A_MICROSECOND
"""The bytes of the least work that is worth it."""


def product(result: str, *args: str) -> Step:
    """An elementwise or a matrix product of values called a, b, …, by their labels."""
    given = (Value(name, tuple(labels)) for name, labels in zip("ab", args, strict=True))
    return Step(Op.CONTRACT, Value("z", tuple(result)), tuple(given))


def test_a_thread_is_woken_for_what_takes_one_core_long_enough() -> None:
    step = product("i", "i", "i")
    for size, worth in ((-(-LEAST // 3), True), ((LEAST - 1) // 3, False)):
        scale = Scale((("i", size),), 1)
        assert is_worth_waking([step], scale) == worth
        assert number_of_chunks("i", [step], scale) == (2 if worth else 0)


def test_arithmetic_takes_time_though_its_arrays_are_small() -> None:
    multiplied = 2 * machine.WAKING * machine.MULTIPLIED_IN_A_MICROSECOND
    for size, worth in ((multiplied >> 18, True), (multiplied >> 20, False)):
        scale = Scale((("b", size), *((label, 64) for label in "ijk")), 1)
        assert is_worth_waking([product("bik", "bij", "bjk")], scale) == worth
        assert not is_worth_waking([product("bij", "bij", "bij")], scale)


def test_an_array_that_several_steps_touch_is_moved_once() -> None:
    scale, step = Scale((("i", LEAST // 5),), 1), product("i", "i", "i")
    other = Step(Op.CONTRACT, Value("y", ("i",)), step.args)
    assert not is_worth_waking([step, other], scale)
    elsewhere = Step(Op.CONTRACT, Value("y", ("i",)), (Value("c", ("i",)), Value("d", ("i",))))
    assert is_worth_waking([step, elsewhere], scale)


def test_chunks_are_even_in_number_and_large() -> None:
    step, chunk = product("i", "i", "i"), machine.CHUNK * machine.MOVED_IN_A_MICROSECOND
    for moved, parts in ((3 * chunk, 2), (4 * chunk, 4), (7 * chunk, 6), (30 * chunk, 30)):
        assert number_of_chunks("i", [step], Scale((("i", -(-moved // 3)),), 1)) == parts


def test_chunks_of_matrices_are_as_long_as_those_of_what_is_moved() -> None:
    # What is moved alone would have two.
    matrices = machine.CHUNK * machine.MULTIPLIED_IN_A_MICROSECOND >> 24
    scale = Scale((("b", 8 * matrices), *((label, 256) for label in "ijk")), 1)
    assert number_of_chunks("b", [product("bik", "bij", "bjk")], scale) >= 8


def test_a_chunk_has_at_least_one_index() -> None:
    sizes = (("i", 3), ("j", 4 * machine.CHUNK * machine.MOVED_IN_A_MICROSECOND))
    assert number_of_chunks("i", [product("ij", "ij", "ij")], Scale(sizes, 1)) == 3


def test_a_sum_that_is_worth_no_other_thread_is_one_chunk() -> None:
    # A BLAS would wake its own threads for it.
    scale = Scale((("i", LEAST // 64), ("j", 16)), 1)
    for step in (
        Step(Op.CONTRACT, Value("z", ("i",)), (Value("a", ("i", "j")),)),
        product("i", "ij", "j"),
    ):
        assert not is_worth_waking([step], scale)
        assert number_of_chunks("i", [step], scale) == 1
    assert number_of_chunks("i", [product("ij", "ij", "ij")], scale) == 0
