import pytest

from einsum_grad.lower import Op, Value
from einsum_grad.lower.builder import Builder, Stage, labels_suffix

X = Value("x", ("b", "i"))


def test_chain_reads_the_arguments_and_then_each_result() -> None:
    builder = Builder(["x", "dx"])
    todo = [Stage(Op.CONTRACT, ("i",)), Stage(Op.COPY, ("i",)), Stage(Op.REPEAT, ("b", "i"))]
    assert builder.chain([X], todo, "dx") == Value("dx", ("b", "i"))
    assert [str(step) for step in builder.take()] == [
        "dx_i[i] = contract x[b i]",
        "dx_i2[i] = copy dx_i[i]",
        "dx[b i] = repeat dx_i2[i]",
    ]
    assert builder.take() == ()


def test_derived_value_is_made_once_in_a_function_and_called_the_same_in_the_next() -> None:
    builder = Builder(["x"])
    first = builder.derive(Op.CONJUGATE, X, X.labels, "conj")
    assert builder.derive(Op.CONJUGATE, X, X.labels, "conj") == first == Value("x_conj", X.labels)
    assert len(builder.take()) == 1
    builder.new_function()
    assert builder.derive(Op.CONJUGATE, X, X.labels, "conj") == first
    assert len(builder.take()) == 1


def test_names_are_numbered_where_they_are_taken() -> None:
    builder = Builder(["x", "x_i"])
    assert [builder.name("x", "i") for _ in range(3)] == ["x_i2", "x_i3", "x_i4"]
    assert builder.reserve("y_i") == "y_i"
    assert builder.name("y", "i") == "y_i2"


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
