import pytest

from einsum_grad.lower import Op, Step, Value, product_of


def pair(*terms: str, output: str) -> Step:
    args = tuple(Value(name, tuple(term)) for name, term in zip("xwv", terms, strict=False))
    return Step(Op.CONTRACT, Value("z", tuple(output)), args)


@pytest.mark.parametrize(
    ("left", "right", "output", "groups"),
    [
        ("ij", "jk", "ik", ("", "j", "i", "k")),
        ("bij", "bjk", "bik", ("b", "j", "i", "k")),
        ("ibj", "jkb", "kbi", ("b", "j", "i", "k")),
        ("ij", "ij", "", ("", "ij", "", "")),
        ("ij", "ij", "ji", ("ji", "", "", "")),
        ("i", "j", "ji", ("", "", "i", "j")),
        ("abij", "jiab", "ba", ("ba", "ij", "", "")),
        ("", "i", "i", ("", "", "", "i")),
    ],
)
def test_labels_fall_into_four_groups(
    left: str, right: str, output: str, groups: tuple[str, str, str, str]
) -> None:
    product = product_of(pair(left, right, output=output))
    assert product is not None
    found = (product.batch, product.contracted, product.rows, product.columns)
    assert tuple(map("".join, found)) == groups


def test_swapped_exchanges_arrays_rows_and_columns() -> None:
    product = product_of(pair("bij", "bjk", output="bik"))
    assert product is not None
    other = product.swapped()
    assert (other.left, other.right) == (product.right, product.left)
    assert (other.rows, other.columns) == (product.columns, product.rows)
    assert other.swapped() == product


@pytest.mark.parametrize(
    ("terms", "output"),
    [
        (("ij",), "i"),
        (("ij", "jk", "kl"), "il"),
        (("iij", "jk"), "ik"),
        (("ij", "jkk"), "ik"),
        (("iij", "ij"), "j"),
        (("ij", "iij"), "j"),
        (("iaj", "jk"), "ik"),
        (("ij", "jak"), "ik"),
    ],
)
def test_steps_that_are_no_product_of_two_prepared_arrays(
    terms: tuple[str, ...], output: str
) -> None:
    assert product_of(pair(*terms, output=output)) is None
