"""The costs that are explained."""

import subprocess
import sys

import pytest

import einsum_grad as eg
from einsum_grad.explain.costs import costs, left_to_right
from einsum_grad.lower.cost import Term
from einsum_grad.plan import contraction_path, pairwise, pattern_of
from einsum_grad.syntax import parse

WITHOUT_NUMPY = """
import sys
from einsum_grad.explain import explain

for pattern, sizes in (
    ("bij,jk->ik", None),
    ("bij,jk->ik", {"b": 2, "i": 3, "j": 4, "k": 5}),
    ("ab,bc,cd,de->ae", None),
    ("ab,bc,cd,de->ae", {"a": 2}),
):
    found = explain(pattern, sizes=sizes)
    str(found), found.to_dict(), found._repr_html_(), found._repr_latex_()
    assert sys.modules.keys().isdisjoint({"numpy", "opt_einsum"}), (pattern, sizes)
"""


def test_explaining_needs_no_numpy() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_NUMPY], check=True, timeout=120)


def test_a_path_is_searched_only_if_all_sizes_are_known() -> None:
    pattern = pattern_of(parse("ab,bc,cd->ad"))
    sizes = {"a": 100, "b": 100, "c": 100, "d": 1}
    assert not costs(pattern, (0,), {}, 8).ordered
    assert not costs(pattern, (0,), {"a": 2}, 8).ordered
    best = costs(pattern, (0,), sizes, 8)
    assert best.ordered
    assert (
        best.forward.flops == (Term(2 * 2 * 100 * 100, ()),)
        or sum(term.count for term in best.forward.flops) == 2 * 2 * 100 * 100
    )


def test_left_to_right_contracts_each_operand_into_the_earlier_ones() -> None:
    pattern = pattern_of(parse("ab,bc,cd,de->ae"))
    nodes = pairwise(pattern, left_to_right(4)).nodes
    assert [str(node.pattern) for node in nodes] == ["ab,bc->ac", "ac,cd->ad", "ad,de->ae"]


@pytest.mark.parametrize("count", [1, 2])
def test_for_few_operands_there_is_one_order(count: int) -> None:
    pattern = pattern_of(parse(",".join("ab"[:count])))
    assert contraction_path(pattern) == (tuple(range(count)),)
    assert costs(pattern, (0,), {}, 8).ordered


def test_a_gradient_names_what_it_reuses_of_the_forward() -> None:
    parts = costs(pattern_of(parse("bij,jk->ik")), (0, 1), {}, 8).gradients
    assert [[str(pattern) for pattern in part.shared] for part in parts] == [[], ["bij->ij"]]


def test_the_axes_of_an_ellipsis_are_counted_as_one_label() -> None:
    part = costs(pattern_of(parse("...i,ij->...j")), (0,), {}, 8).forward
    assert part.flops == (Term(2, ("...", "i", "j")),)


@pytest.mark.parametrize("text", ["aebf,dfce->abcd", "bij,jk->ik", "ij,ij->ij", "ab,bc,cd->ad"])
@pytest.mark.parametrize("size", [3, 24])
def test_total_is_the_cost_of_what_runs(text: str, size: int) -> None:
    pattern = pattern_of(parse(text))
    sizes = dict.fromkeys(pattern.labels(), size)
    wrt = tuple(range(len(pattern.inputs)))
    assert costs(pattern, wrt, sizes, 8).total == eg.compile(text).cost(sizes)
