import numpy as np
import pytest

from einsum_grad.errors import DTypeError
from einsum_grad.lower import Traits
from einsum_grad.runtime.dtypes import convert, numbers_of


@pytest.mark.parametrize(
    ("dtypes", "computed", "result"),
    [
        ("f2 f2", "f4", "f2"),
        ("f2", "f4", "f2"),
        ("f2 f4", "f4", "f4"),
        ("f2 i1", "f4", "f2"),
        ("f4 f8", "f8", "f8"),
        ("f4 i8", "f8", "f8"),
        ("i1 i4", "i4", "i4"),
        ("u8 i8", "f8", "f8"),
        ("? ?", "?", "?"),
        ("? i1", "i1", "i1"),
        ("f4 c8", "c8", "c8"),
        ("f8 c8", "c16", "c16"),
    ],
)
def test_numbers_are_computed_in_the_common_dtype_and_float16_in_float32(
    dtypes: str, computed: str, result: str
) -> None:
    numbers = numbers_of([np.dtype(one) for one in dtypes.split()])
    assert numbers.computed == computed
    assert numbers.result == result == np.result_type(*dtypes.split())
    assert numbers.uniform == all(one == computed for one in dtypes.split())


def test_traits_are_what_changes_a_program() -> None:
    def traits(dtype: str, conjugate: bool) -> Traits:
        return numbers_of([np.dtype(dtype)]).traits(conjugate)

    assert traits("f8", True) == traits("f8", False) == traits("f4", True) == Traits()
    assert traits("c8", True) == Traits(complex=True)
    assert traits("c8", False) == Traits(complex=True, conjugate=False)
    assert traits("i4", False) == traits("?", True) == Traits(whole=True)


@pytest.mark.parametrize("dtype", ["O", "U1", "S1", "M8[s]", "m8[s]", "V2"])
def test_dtype_without_arithmetic_is_refused_with_the_operands_name(dtype: str) -> None:
    with pytest.raises(DTypeError, match=r"operand 1 \(W\) has dtype .*; convert it to numbers"):
        numbers_of([np.dtype("f8"), np.dtype(dtype)])


def test_conversion_of_the_same_dtype_is_the_array_itself() -> None:
    x = np.ones(3)
    assert convert(x, x.dtype, "x") is x


def test_conversion_keeps_repetitions_as_views() -> None:
    x = np.broadcast_to(np.arange(3.0)[:, None], (3, 1000))
    y = convert(x, np.dtype("f4"), "x")
    assert y.strides[1] == 0
    np.testing.assert_array_equal(y, x)
    empty = convert(np.broadcast_to(np.zeros((0, 1)), (0, 5)), np.dtype("f4"), "x")
    assert empty.shape == (0, 5)


def test_complex_to_real_takes_the_real_part_in_an_array_of_its_own() -> None:
    z = np.array([1 + 2j, 3 - 4j])
    y = convert(z, np.dtype("f8"), "z")
    np.testing.assert_array_equal(y, [1, 3])
    y[...] = 0
    np.testing.assert_array_equal(z, [1 + 2j, 3 - 4j])


@pytest.mark.parametrize(
    ("values", "given", "wanted"),
    [
        ([0.5], "f8", "i8"),
        ([np.nan], "f8", "i8"),
        ([np.inf], "f4", "i1"),
        ([300.0], "f8", "u1"),
        ([-1.0], "f8", "u1"),
        ([300], "i8", "i1"),
        ([-1], "i8", "u1"),
        ([2], "i8", "?"),
        ([1.5 + 0j], "c16", "i8"),
    ],
)
def test_values_that_would_be_lost_are_refused(
    values: list[complex], given: str, wanted: str
) -> None:
    with pytest.raises(DTypeError, match="the thing"):
        convert(np.array(values, given), np.dtype(wanted), "the thing")


@pytest.mark.parametrize(
    ("values", "given", "wanted"),
    [([2.0, -3.0], "f8", "i4"), ([1, 0], "i8", "?"), ([7], "i8", "u1"), ([1], "i8", "f2")],
)
def test_what_fits_is_converted(values: list[float], given: str, wanted: str) -> None:
    found = convert(np.array(values, given), np.dtype(wanted), "x")
    assert found.dtype == wanted
    np.testing.assert_array_equal(found, values)
