import pytest
from hypothesis import given

from einsum_grad.plan import UNIT, NormalForm, Pattern, diagonals, drop_units, normal_form
from tests.patterns import pattern
from tests.strategies import Case, cases

Diagonals = tuple[tuple[str, tuple[int, ...]], ...]


def facts(form: NormalForm) -> tuple[str, str, Diagonals, tuple[int, ...]]:
    return str(form.reduced), "".join(form.repeat_axes), form.diagonals, form.units


@pytest.mark.parametrize(
    ("text", "reduced", "repeat_axes", "written"),
    [
        ("ij,jk->ik", "ij,jk->ik", "", ()),
        ("ii->", "ii->", "", ()),
        ("i->ii", "i->i", "", (("i", (0, 1)),)),
        ("->ii", "->", "i", (("i", (0, 1)),)),
        ("i->ib", "i->i", "b", ()),
        ("i->bi", "i->i", "b", ()),
        ("j->ijij", "j->j", "i", (("i", (0, 2)), ("j", (1, 3)))),
        ("->ba", "->", "ba", ()),
        ("i->bic", "i->i", "bc", ()),
        ("ij->jbi", "ij->ji", "b", ()),
        ("i->iii", "i->i", "", (("i", (0, 1, 2)),)),
        ("i->jiji", "i->i", "j", (("j", (0, 2)), ("i", (1, 3)))),
    ],
)
def test_normal_form(text: str, reduced: str, repeat_axes: str, written: Diagonals) -> None:
    form = normal_form(pattern(text, "abcij"))
    assert facts(form) == (reduced, repeat_axes, written, ())


def test_units_of_operands_are_dropped_and_those_of_the_output_remembered() -> None:
    given_ = Pattern(((UNIT, "i"), ("i", UNIT)), (UNIT, "b", UNIT, "i", "i"))
    form = normal_form(given_)
    assert facts(form) == ("i,i->i", "b", (("i", (3, 4)),), (0, 2))
    assert form.repeated == ("b", "i")
    assert form.pattern == given_


def test_units_are_on_no_diagonal() -> None:
    assert diagonals((UNIT, "i", UNIT)) == ()
    assert drop_units((UNIT, "i", UNIT, "j")) == ("i", "j")


@given(cases())
def test_normal_form_means_the_same_as_the_pattern(case: Case) -> None:
    terms = tuple(
        tuple(
            UNIT if size != case.sizes[label] else label
            for label, size in zip(term, shape, strict=True)
        )
        for term, shape in zip(case.terms, case.shapes, strict=True)
    )
    form = normal_form(Pattern(terms, case.result))
    known = {label for term in terms for label in term}
    assert form.reduced.is_legal()
    assert known.isdisjoint(form.repeat_axes)
    assert set(form.repeat_axes) | set(form.reduced.output) == set(case.result)
    assert set(form.reduced.output) <= known
    assert form.repeated == tuple(dict.fromkeys(case.result))
    for label, axes in form.diagonals:
        assert [case.result[axis] for axis in axes] == [label] * case.result.count(label)
    assert len(form.diagonals) == sum(case.result.count(label) > 1 for label in set(case.result))
