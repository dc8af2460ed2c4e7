import pytest

from einsum_grad.emit.context import Context, ellipsis_slice, tuple_of
from tests.lower.test_lower import lowered


def test_sizes_are_read_from_the_first_operand_that_has_the_label() -> None:
    context = Context(lowered("ij,jk->ikz"))
    assert [context.size(label) for label in "ijkz1"] == [
        "x.shape[0]",
        "x.shape[1]",
        "w.shape[1]",
        "2",
        "1",
    ]


def test_shape_of_an_operand_is_its_own() -> None:
    context = Context(lowered("ij,jk->ik"))
    assert context.shape(("i", "j")) == "x.shape"
    assert context.shape(("j", "k")) == "w.shape"
    assert context.shape(("i", "k")) == "(x.shape[0], w.shape[1])"
    assert context.shape(("k",)) == "(w.shape[1],)"
    assert context.shape(()) == "()"
    assert Context(lowered("ij,ij->")).shape(("i", "j")) == "x.shape"


def test_ellipsis_is_read_as_a_part_of_a_shape() -> None:
    context = Context(lowered("i...j,jk->i...k"))
    assert context.lead() == "x.shape[1:-1]"
    assert context.shape(("...",)) == "x.shape[1:-1]"
    assert context.shape(("i", "...", "k")) == "(x.shape[0],) + x.shape[1:-1] + (w.shape[1],)"
    assert context.size("j") == "x.shape[-1]"
    assert context.size("a") == "math.prod(x.shape[1:-1])"


@pytest.mark.parametrize(
    ("labels", "text"),
    [("i.j", "[1:-1]"), (".", ""), (".j", "[:-1]"), ("i.", "[1:]"), ("ij.kl", "[2:-2]")],
)
def test_slice_of_the_ellipsis(labels: str, text: str) -> None:
    assert ellipsis_slice(tuple(label.replace(".", "...") for label in labels)) == text


def test_tuples() -> None:
    assert [tuple_of(entries) for entries in ([], ["a"], ["a", "b"])] == ["()", "(a,)", "(a, b)"]
