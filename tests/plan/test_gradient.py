from typing import Any

import numpy as np
import pytest
from hypothesis import given

from einsum_grad.plan import Gradient, plan, request
from tests.patterns import pattern
from tests.strategies import Case, cases


def gradients(text: str, *shapes: tuple[int, ...], **sizes: int) -> tuple[Gradient, ...]:
    return request(text, sizes=sizes or None, shapes=shapes or None).plan.gradients


@pytest.mark.parametrize(
    ("text", "operand", "swap", "reduced", "repeat_axes", "diagonals"),
    [
        ("bij,jk->ik", 0, "ik,jk->bij", "ik,jk->ij", "b", ()),
        ("bij,jk->ik", 1, "bij,ik->jk", "bij,ik->jk", "", ()),
        ("ii,ij->j", 0, "j,ij->ii", "j,ij->i", "", (("i", (0, 1)),)),
        ("ii,ij->j", 1, "ii,j->ij", "ii,j->ij", "", ()),
        ("ab,cd->ab", 0, "ab,cd->ab", "ab,cd->ab", "", ()),
        ("ab,cd->ab", 1, "ab,ab->cd", "ab,ab->", "cd", ()),
        ("ii->", 0, "->ii", "->", "i", (("i", (0, 1)),)),
        ("iij->ij", 0, "ij->iij", "ij->ij", "", (("i", (0, 1)),)),
        ("ijij->ij", 0, "ij->ijij", "ij->ij", "", (("i", (0, 2)), ("j", (1, 3)))),
        ("nd,nn->d", 0, "d,nn->nd", "d,nn->nd", "", ()),
        ("nd,nn->d", 1, "nd,d->nn", "nd,d->n", "", (("n", (0, 1)),)),
        ("aabcd->ad", 0, "ad->aabcd", "ad->ad", "bc", (("a", (0, 1)),)),
        ("ijj,k->ik", 0, "ik,k->ijj", "ik,k->i", "j", (("j", (1, 2)),)),
        ("ijj,k->ik", 1, "ijj,ik->k", "ijj,ik->k", "", ()),
        ("ij->ij", 0, "ij->ij", "ij->ij", "", ()),
        ("ij->ji", 0, "ji->ij", "ji->ij", "", ()),
        ("iii->i", 0, "i->iii", "i->i", "", (("i", (0, 1, 2)),)),
        ("a,b->ab", 0, "ab,b->a", "ab,b->a", "", ()),
        (",->", 1, ",->", ",->", "", ()),
        ("->", 0, "->", "->", "", ()),
        ("i,i->", 1, "i,->i", "i,->i", "", ()),
        ("...i,i->...", 0, "...,i->...i", "...,i->...i", "", ()),
        ("i->ii", 0, "ii->i", "ii->i", "", ()),
    ],
)
def test_gradient(
    text: str, operand: int, swap: str, reduced: str, repeat_axes: str, diagonals: Any
) -> None:
    found = gradients(text)[operand]
    assert found.operand == operand
    assert (found.pattern, found.reduced) == (swap, reduced)
    assert ("".join(found.repeat_axes), found.diagonals) == (repeat_axes, diagonals)
    assert (found.summed_back, found.expanded) == ((), ())


def test_output_only_label_is_summed_in_the_gradient() -> None:
    (found,) = gradients("i->ib", b=4)
    assert (found.pattern, found.reduced, found.repeat_axes) == ("ib->i", "ib->i", ())


def test_operand_of_size_1_is_summed_back() -> None:
    big, small = gradients("ij,ij->ij", (2, 3), (2, 1))
    assert small.summed_back == (("j", 1),)
    assert small.reduced == "ij,ij->i"
    assert small.form.units == (1,)
    assert (big.summed_back, big.expanded, big.form.units) == ((), (), ())


def test_contracted_label_that_is_1_elsewhere_is_expanded() -> None:
    big, small = gradients("i,i->", (3,), (1,))
    assert (big.reduced, big.repeat_axes, big.expanded) == (",->", ("i",), ("i",))
    assert (small.reduced, small.repeat_axes, small.summed_back) == ("i,->", (), (("i", 0),))


def test_label_that_no_other_operand_has_is_repeated_and_not_expanded() -> None:
    big, _ = gradients("bi,i->", (2, 3), (1,))
    assert (big.repeat_axes, big.expanded) == (("b", "i"), ("i",))


def test_size_1_of_the_operand_itself_expands_nothing() -> None:
    _, small = gradients("ij,i->j", (3, 2), (1,))
    assert (small.expanded, small.summed_back) == ((), (("i", 0),))


def test_label_of_size_1_everywhere_is_a_plain_label() -> None:
    for found in gradients("i,i->i", (1,), (1,)):
        assert (found.summed_back, found.expanded, found.form.units) == ((), (), ())


def test_fewer_axes_of_an_ellipsis_are_summed_over() -> None:
    x, w = gradients("...i,...i->...", (4, 5, 3), (5, 3))
    assert (x.pattern, w.pattern) == ("ab,bi->abi", "abi,ab->bi")


@given(cases())
def test_every_reduced_pattern_runs_in_np_einsum(case: Case) -> None:
    names = {"β": "x", "軸": "y", "×": "z"}
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    for found in asked.plan.gradients:
        reduced = found.form.reduced.rename(names)
        assert reduced.is_legal()
        operands = [
            np.ones([case_size(label, asked.sizes, names) for label in term])
            for term in reduced.inputs
        ]
        result = np.einsum(str(reduced), *operands)
        assert result.ndim == len(reduced.output)


def case_size(label: str, sizes: tuple[tuple[str, int], ...], names: dict[str, str]) -> int:
    return {names.get(name, name): size for name, size in sizes}[label]


@given(cases())
def test_gradient_has_the_labels_of_its_operand(case: Case) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    for operand, found in enumerate(asked.plan.gradients):
        assert found.form.pattern.output == asked.pattern.inputs[operand]
        assert found.form.pattern.inputs[operand] == asked.pattern.output
        ones = [axis for number, axis, _ in asked.stretched if number == operand]
        assert found.form.units == tuple(ones)
        assert [axis for _, axis in found.summed_back] == ones


def test_plan_has_a_gradient_for_each_operand_in_wrt_in_that_order() -> None:
    found = plan(pattern("ab,bc,cd->ad"), (2, 0))
    assert [gradient.operand for gradient in found.gradients] == [2, 0]
    assert [gradient.pattern for gradient in found.gradients] == ["ab,bc,ad->cd", "ad,bc,cd->ab"]
    assert plan(pattern("ab,bc->ac")).wrt == (0, 1)
    assert plan(pattern("ab,bc->ac"), ()).gradients == ()


def test_forward_is_a_normal_form_too() -> None:
    assert str(plan(pattern("i->iib", "b")).forward.reduced) == "i->i"


def test_plans_are_values() -> None:
    one, other = (request("i,i->", shapes=[(3,), (1,)]).plan for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != request("i,i->", shapes=[(3,), (3,)]).plan
    assert len({*one.gradients, *other.gradients}) == 2


@given(cases())
def test_renaming_labels_renames_the_plan(case: Case) -> None:
    names = dict(zip("abcijAZβ軸×", "zyxwvutsrq", strict=True))
    asked = request(case.letters, sizes=case.given).pattern
    for one, other in zip(plan(asked).gradients, plan(asked.rename(names)).gradients, strict=True):
        assert one.form.reduced.rename(names) == other.form.reduced
        assert tuple(names.get(x, x) for x in one.repeat_axes) == other.repeat_axes
        assert tuple((names[x], axes) for x, axes in one.diagonals) == other.diagonals
