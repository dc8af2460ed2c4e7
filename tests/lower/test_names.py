"""Names of values: numbered where taken, and short."""

import pytest

from einsum_grad.lower.names import Names, labels_suffix


def test_names_are_numbered_where_they_are_taken() -> None:
    names = Names(["x", "x_i"])
    assert [names.new("x_i") for _ in range(3)] == ["x_i2", "x_i3", "x_i4"]
    assert names.reserve("y_i") == "y_i"
    assert names.new("y_i") == "y_i2"


@pytest.mark.parametrize(
    ("labels", "suffix"),
    [
        ("ij", "ij"),
        ("", "scalar"),
        (("i", "1"), "i1"),
        (("L52", "L53"), "L52L53"),
        ("abcdefgh", "abcdefgh"),
        ("abcdefghi", "reduced"),
        (("i", "..."), "i"),
        ("part", "reduced"),  # x_part is a part of x, x_dot its tangent, x_conj its conjugate
        ("dot", "reduced"),
        ("conj", "reduced"),
        ("dots", "dots"),
    ],
)
def test_suffix_says_the_labels_while_it_is_short(labels: tuple[str, ...], suffix: str) -> None:
    assert labels_suffix(tuple(labels)) == suffix
