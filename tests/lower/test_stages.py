import pytest

from einsum_grad.lower.stages import is_view, split, stages
from einsum_grad.plan import UNIT, Pattern, normal_form
from tests.patterns import pattern


def told(found: Pattern, read_only: bool = False) -> list[str]:
    return [
        f"{stage.op} {' '.join(stage.labels)}" for stage in stages(normal_form(found), read_only)
    ]


@pytest.mark.parametrize(
    ("text", "todo"),
    [
        ("ij,jk->ik", ["contract i k"]),
        ("i->i", []),
        ("ij->ji", ["contract j i"]),
        ("i->bi", ["repeat b i"]),
        ("ij->bi", ["contract i", "repeat b i"]),
        ("i->ii", ["diagonal i i"]),
        ("->ii", ["repeat i", "diagonal i i"]),
        ("ij->bii", ["contract i", "repeat b i", "diagonal b i i"]),
    ],
)
def test_stages_are_those_that_the_normal_form_needs(text: str, todo: list[str]) -> None:
    assert told(pattern(text, "bi")) == todo


def test_a_view_is_read_only_unless_it_is_repeated_and_so_is_already() -> None:
    assert told(pattern("i->i"), read_only=True) == ["read-only i"]
    assert told(pattern("ij->ji"), read_only=True) == ["read-only j i"]
    assert told(pattern("ii->i"), read_only=True) == ["contract i", "read-only i"]
    assert told(pattern("i->bi", "b"), read_only=True) == ["repeat b i"]
    assert told(pattern("ij->bji", "b"), read_only=True) == ["contract j i", "repeat b j i"]


def test_units_come_last() -> None:
    found = Pattern((("i",),), (UNIT, "b", "i", "i"))
    assert told(found) == ["repeat b i", "diagonal b i i", "units 1 b i i"]


def test_split_follows_where_there_is_an_ellipsis() -> None:
    todo = stages(normal_form(pattern("ij->i")))
    assert split(todo, ("i",)) == todo
    assert [stage.op for stage in split(todo, ("...",))] == ["contract", "split"]
    assert [stage.op for stage in split([], ("...",))] == ["split"]


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("i->i", True),
        ("ij->ji", True),
        ("ii->i", True),
        ("i->bi", True),
        ("ij->i", False),
        ("i->ii", False),
        ("i,i->i", False),
        ("i,->i", False),
    ],
)
def test_is_view_says_whether_the_argument_itself_may_come_out(text: str, view: bool) -> None:
    assert is_view(normal_form(pattern(text, "b"))) is view
