import pytest

from einsum_grad.emit import TARGETS
from einsum_grad.emit.steps.context import Context, ellipsis_slice
from einsum_grad.emit.text.printer import Printer
from einsum_grad.emit.text.spelling import NO_BREAK
from einsum_grad.emit.text.tree import Expression
from tests.lower.programs import lowered

NUMPY = TARGETS["numpy"]


def text(value: Expression) -> str:
    return Printer(NUMPY).text(value).replace(NO_BREAK, " ")


class Texts:
    """The sizes of a pattern's program, as text."""

    def __init__(self, pattern: str) -> None:
        self.context = Context(lowered(pattern), NUMPY)

    def size(self, label: str) -> str:
        return text(self.context.size(label))

    def shape(self, *labels: str) -> str:
        return text(self.context.shape(labels))


def test_sizes_are_read_from_the_first_operand_that_has_the_label() -> None:
    sizes = Texts("ij,jk->ikz")
    assert [sizes.size(label) for label in "ijkz1"] == [
        "x.shape[0]",
        "x.shape[1]",
        "w.shape[1]",
        "2",
        "1",
    ]


def test_shape_of_an_operand_is_its_own() -> None:
    sizes = Texts("ij,jk->ik")
    assert sizes.shape("i", "j") == "x.shape"
    assert sizes.shape("j", "k") == "w.shape"
    assert sizes.shape("i", "k") == "(x.shape[0], w.shape[1])"
    assert sizes.shape("k") == "(w.shape[1],)"
    assert sizes.shape() == "()"
    assert Texts("ij,ij->").shape("i", "j") == "x.shape"


def test_size_of_several_labels_is_their_product() -> None:
    context = Context(lowered("ij,jk->ik"), NUMPY)
    assert text(context.size_of(("i", "k"))) == "x.shape[0] * w.shape[1]"
    assert [text(context.size_of(labels)) for labels in (("k",), ())] == ["w.shape[1]", "1"]


def test_ellipsis_is_read_as_a_part_of_a_shape() -> None:
    sizes = Texts("i...j,jk->i...k")
    assert sizes.context.lead() == "x.shape[1:-1]"
    assert sizes.shape("...") == "x.shape[1:-1]"
    assert sizes.shape("i", "...", "k") == "(x.shape[0],) + x.shape[1:-1] + (w.shape[1],)"
    assert sizes.size("j") == "x.shape[-1]"
    assert sizes.size("a") == "math.prod(x.shape[1:-1])"


@pytest.mark.parametrize(
    ("labels", "text"),
    [("i.j", "[1:-1]"), (".", ""), (".j", "[:-1]"), ("i.", "[1:]"), ("ij.kl", "[2:-2]")],
)
def test_slice_of_the_ellipsis(labels: str, text: str) -> None:
    assert ellipsis_slice(tuple(label.replace(".", "...") for label in labels)) == text
