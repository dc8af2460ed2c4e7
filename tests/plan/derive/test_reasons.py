import pytest

from einsum_grad.plan import reasons, request
from einsum_grad.plan.derive.reasons import listed


def told(text: str, operand: int, *shapes: tuple[int, ...], **sizes: int) -> tuple[str, ...]:
    asked = request(text, sizes=sizes or None, shapes=shapes or None)
    names = ("X", "W")[: len(asked.pattern.inputs)]
    return reasons(asked.plan.gradients[operand], names, "dZ")


@pytest.mark.parametrize(
    ("text", "operand", "said"),
    [
        ("bij,jk->ik", 0, ("no operand on the left has b: every b gets the same gradient",)),
        ("bij,jk->ik", 1, ("every label of W is on the left: this runs as it stands",)),
        (",->", 0, ("this runs as it stands",)),
        (
            "ab,cd->ab",
            1,
            ("no operand on the left has c or d: every c and d gets the same gradient",),
        ),
        ("ii,ij->j", 0, ("i stands twice in X, so only its diagonal gets a gradient",)),
        (
            "ii,ij->j",
            1,
            (
                "i stands twice in X: only its diagonal is read",
                "every label of W is on the left: this runs as it stands",
            ),
        ),
        ("iii->i", 0, ("i stands 3 times in X, so only its diagonal gets a gradient",)),
        (
            "...i,i->...",
            1,
            (
                "np.einsum can't sum over an ellipsis: its axes become one axis first",
                "every label of W is on the left: this runs as it stands",
            )[:1],
        ),
        (
            "...,...->...",
            0,
            ("where X has fewer axes for ..., its gradient is summed over the others",),
        ),
    ],
)
def test_reasons_of_a_pattern(text: str, operand: int, said: tuple[str, ...]) -> None:
    assert told(text, operand) == said


def test_operand_of_size_1() -> None:
    assert told("ij,ij->ij", 1, (2, 3), (2, 1)) == (
        "W has size 1 along j: its gradient is summed over j",
    )


def test_expanded_label() -> None:
    said = told("i,i->", 0, (3,), (1,))
    assert said[-1] == "on the left i has size 1: every i gets the same gradient"
    assert said[0] == "axis 0 of W has size 1 and is dropped"


@pytest.mark.parametrize(("words", "text"), [("a", "a"), ("ab", "a and b"), ("abc", "a, b and c")])
def test_words_are_listed(words: str, text: str) -> None:
    assert listed(words, "and") == text
