"""The order of axes, and when an array is copied for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einsum_grad.lower import Op, Program, Scale, arrange, lower, steps
from einsum_grad.lower.check import check
from einsum_grad.plan import arrays, pairwise, pattern_of
from einsum_grad.syntax import parse
from tests.lower.programs import NUMPY, arranged, programs, scattered, torn
from tests.programs import program_of
from tests.tries import tries


def copies(program: Program) -> list[str]:
    """The copies that are made, as `from>to`."""
    todo = (*steps(program.forward), *steps(program.backward))
    return [
        f"{''.join(step.args[0].labels)}>{''.join(step.result.labels)}"
        for step in todo
        if step.op is Op.COPY
    ]


@settings(max_examples=tries(400))
@given(programs(), st.sampled_from((None, 1 << 3, 1 << 12, 1 << 16, 1 << 18)))
def test_every_arranged_program_is_well_formed(program: Program, itemsize: int | None) -> None:
    labels = {label for value in program.operands for label in value.labels}
    sizes = tuple((label, 3) for label in sorted(labels))
    found = arrange(program, None if itemsize is None else Scale(sizes, itemsize))
    check(found)
    assert (found.output, found.gradients) == (program.output, program.gradients)
    assert (found.operands, found.cotangent) == (program.operands, program.cotangent)


# Copies.


@pytest.mark.parametrize(
    "text",
    [
        "bhqd,bhkd->bhqk",  # attention in the layout of heads first
        "bhqk,bhkd->bhqd",
        "bqhd,bkhd->bhqk",  # and of heads last but one
        "bhqk,bkhd->bqhd",
        "bi,io->bo",  # layers
        "bi,oi->bo",
        "bti,io->bto",
        "bti,ihd->bthd",
        "bthd,hdo->bto",
        "ni,nj->ij",  # Gram, and with weights
        "ni,n,nj->ij",
        "bi,ij,bj->b",  # bilinear forms
        "bi,oij,bj->bo",
        "bij,bjk->bik",
        "bij,jk->ik",
        "ij,cij->ij",
        "ab,bd->",
        "ab,cd->ab",
        "bi,bi->b",
        "bij,bj->bi",
        "ij,ij->ij",
        "ii,ij->j",
        "ab,bc,cd,de->ae",
    ],
)
@pytest.mark.parametrize("itemsize", [0, 1 << 10], ids=["small", "large"])
def test_nothing_is_copied_where_views_are_matrices(text: str, itemsize: int) -> None:
    assert copies(arranged(text, itemsize=itemsize)) == []


def test_small_factors_are_copied_for_large_products_alone() -> None:
    # It is read many times along the other array, in the order of that one.
    assert copies(arranged("abc,cb->abc", (), 8, a=64, b=64, c=64)) == ["cb>bc"]
    assert copies(arranged("abc,cb->abc", (), 8, a=8, b=64, c=64)) == []


def test_an_array_is_copied_where_no_view_is_a_matrix() -> None:
    assert copies(arranged("aebf,dfce->abcd", wrt=())) == ["aebf>abfe", "dfce>cdfe"]


def test_a_copy_of_the_forward_is_that_of_the_gradients() -> None:
    program = arranged("aebf,dfce->abcd")
    made = [step.result for step in steps(program.forward) if step.op is Op.COPY]
    assert len(made) == len(copies(program)) == 2
    assert program.residuals == tuple(made)
    for gradient, other in zip(("dx_abfe", "dw_cdfe"), reversed(made), strict=True):
        (step,) = (step for step in steps(program.backward) if step.result.name == gradient)
        assert other in step.args


def test_a_copy_that_the_forward_alone_reads_is_not_kept() -> None:
    program = arranged("aebf,dfce->abcd", wrt=(0,))
    assert [value.name for value in program.residuals] == ["w_cdfe"]


def test_the_smaller_array_is_copied_where_the_contracted_labels_disagree() -> None:
    assert copies(arranged("abcij,ji->abc", wrt=())) == ["ji>ij"]
    assert copies(arranged("ji,abcij->abc", wrt=())) == ["ji>ij"]


def test_the_last_axis_stays_last_in_a_copy() -> None:
    assert copies(arranged("ijb,jkb->ikb", wrt=(), itemsize=8)) == ["ijb>bij", "jkb>bjk"]


def readers(program: Program, name: str) -> list[str]:
    """The results of the steps that read the value `name`."""
    todo = (*steps(program.forward), *steps(program.backward))
    return [step.result.name for step in todo if any(arg.name == name for arg in step.args)]


def test_an_array_with_gaps_is_copied_once_where_labels_are_made_one_axis() -> None:
    assert copies(torn("bckx,ock->box", x=512)) == []
    program = torn("bckx,ock->box", 0, x=512)
    assert copies(program) == ["bckx>bckx"]
    assert readers(program, "x") == ["x_bckx"]
    assert len(readers(program, "x_bckx")) == 2


def test_an_array_with_gaps_is_not_copied_where_it_is_a_matrix_as_it_is() -> None:
    assert copies(torn("ij,jk->ik", 0, 1)) == []
    assert copies(torn("bij,jk->bik", 1)) == []
    assert copies(torn("bij,bij->bij", 0, 1)) == []


def test_a_matrix_that_no_blas_reads_is_copied_once() -> None:
    assert copies(scattered("ij,jk->ik", 0, 1)) == ["ij>ij", "jk>jk"]
    assert copies(scattered("bij,bjk->bik", 1)) == ["bjk>bjk"]
    assert copies(scattered("bij,bj->bi", 0, 1)) == ["bij>bij", "bj>bj"]
    program = scattered("ij,j->i", 0, 1)
    assert copies(program) == ["ij>ij", "j>j"]
    assert readers(program, "x_ij") == ["z", "dw"]


def test_an_array_that_is_read_once_is_not_copied_whatever_its_gaps() -> None:
    assert copies(scattered("bij,bij->bij", 0, 1)) == []
    assert copies(scattered("bi,bi->b", 0, 1)) == []
    assert copies(scattered("i,i->", 0, 1)) == []


def test_an_array_with_gaps_that_is_copied_anyway_is_copied_once() -> None:
    assert copies(torn("aebf,dfce->abcd", 0, 1)) == ["aebf>abfe", "dfce>cdfe"]


def test_a_later_product_reuses_a_copy() -> None:
    program = arranged("aibj,ijc,jic->abc", itemsize=1 << 10)
    assert copies(program) == ["aibj>abij"]  # for t1, and again for its gradient
    readers = [
        step.result.name
        for step in (*steps(program.forward), *steps(program.backward))
        if any(arg.name == "a_abij" for arg in step.args)
    ]
    assert readers == ["z", "dt1"]


# Orders.


def result(program: Program, name: str) -> str:
    """The labels of the value called `name`."""
    todo = (*steps(program.forward), *steps(program.backward))
    return next("".join(step.result.labels) for step in todo if step.result.name == name)


def test_an_intermediate_has_its_axes_as_the_product_leaves_them() -> None:
    # t1 of ij and jk is left as the next product wants it, without a transposition.
    program = arranged("ij,jk,kl->li")
    named = [step.result for step in steps(program.forward)]
    assert [value.name for value in named] == ["t1", "z"]
    assert named[-1].labels == ("l", "i")


def test_results_have_the_axes_that_were_asked_for() -> None:
    program = arranged("bij,bjk->ikb")
    assert result(program, "z_bik") == "bik"
    last = list(steps(program.forward))[-1]
    assert (last.op, last.result.name, "".join(last.result.labels)) == (Op.CONTRACT, "z", "ikb")


def test_the_batch_comes_first_in_a_product() -> None:
    program = arranged("ibj,jbk->ikb", itemsize=1 << 10)
    assert result(program, "z_bik") == "bik"


def test_a_batch_label_of_a_later_product_comes_first() -> None:
    # z is made of t2 and the third operand, for each b; so b comes first in t2.
    assert result(arranged("ij,jb,bk->bi"), "t2") == "bi"
    assert result(arranged("ij,jb,bk->ik"), "t1") == "ib"  # no batch: the natural order


def test_an_elementwise_product_leaves_the_axes_of_the_array_that_has_all() -> None:
    program = arranged("ji,i->ij")
    assert [str(step) for step in steps(program.forward)] == [
        "z_ji[j i] = contract x[j i] w[i]",
        "z[i j] = contract z_ji[j i]",
    ]
    assert len(list(steps(arranged("i,j->ij").forward))) == 1  # none has: as it is asked for


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("an,bn->nab", "abn"),
        ("ixyz,jxyz->xyzij", "ijxyz"),
        ("kb,bn->nkb", "kbn"),
        ("bi,bj->bji", "bji"),  # i lies last in its array
        ("abn,nb->na", "an"),  # a matrix for each n: read as it lies
        ("ac,abc->cb", "bc"),
        ("nab,bn->an", "na"),
    ],
)
def test_a_product_that_no_array_has_all_axes_of_lies_along_both(text: str, order: str) -> None:
    program = arranged(text, wrt=())
    made = [step.result for step in steps(program.forward) if len(step.args) == 2]
    assert ["".join(value.labels) for value in made] == [order]
    assert copies(program) == []


def test_vectors_are_copied_beside_matrices_that_are_not_tiny() -> None:
    def asked(size: int) -> list[str]:
        sizes = {"n": 1 << 12, "a": size, "b": size}
        return copies(arranged("nab,bn->an", (), 8, **sizes))

    assert (asked(16), asked(8)) == (["bn>nb"], [])


# Large arrays.


def test_a_product_is_spread_over_a_label_where_each_of_its_matrices_is_large() -> None:
    def asked(size: int) -> list[str]:
        sizes = {"a": 64, "i": size, "b": 8, "j": 8, "k": size}
        return copies(arranged("aibj,ik->abjk", wrt=(), itemsize=8, **sizes))

    assert asked(64) == []  # a product for each index of a
    assert asked(8) == ["aibj>iabj"]  # one product, and a copy for it


def test_the_copy_that_gathers_has_the_contracted_labels_as_the_other_array_has() -> None:
    sizes = {"a": 64, "i": 4, "b": 4, "k": 4, "j": 4}
    assert copies(arranged("aibk,bij->akj", wrt=(), itemsize=8, **sizes)) == ["aibk>biak"]
    assert copies(arranged("bij,aibk->jka", wrt=(), itemsize=8, **sizes)) == ["aibk>bika"]


LONG = {"a": 64, "i": 64, "b": 64, "k": 64}


def test_an_array_that_a_product_with_a_vector_reads_is_not_copied() -> None:
    # By np.einsum as it lies; where a row of it is a matrix, by products of matrices.
    for text in ("aibk,bi->ak", "bi,aibk->ka", "iak,ik->a", "iak,ak->ik", "aik,i->ak"):
        assert copies(arranged(text, (), 8, **LONG)) == []
        assert not [made for made in copies(arranged(text, None, 8, **LONG)) if len(made) > 5]
    # Where arrays are small, calls cost more than what they read.
    assert copies(arranged("aibk,bi->ak", wrt=())) == ["aibk>biak"]


def test_a_vector_is_copied_into_the_order_of_the_matrix() -> None:
    assert copies(arranged("aib,bi->a", (), 8, **LONG)) == ["bi>ib"]


@pytest.mark.parametrize("text", ["cab,bc->a", "bc,cab->a"])
def test_a_vector_is_copied_where_a_product_with_it_is_summed_later(text: str) -> None:
    program = arranged(text, wrt=(), itemsize=8, c=128, a=512, b=16)
    assert copies(program) == ["bc>cb"]
    assert [step.result.labels for step in steps(program.forward)] == [
        ("c", "b"),
        ("c", "a"),
        ("a",),
    ]
    # One whose matrix needs no copy is multiplied at once.
    at_once = arranged("cab,ac->b", wrt=(), itemsize=8, c=128, a=512, b=16)
    assert [step.result.labels for step in steps(at_once.forward)] == [("c", "a"), ("b",)]


def test_a_block_has_a_label_that_is_first_among_those_that_are_one_axis() -> None:
    # A part of another label would be copied to make a matrix of it.
    program = arranged("cfd,b->fdc", itemsize=8, c=128, f=64, d=64, b=32)
    (dot,) = (step for step in steps(program.backward) if step.result.name == "dw_scalar")
    assert program.divided[dot.result.name] == ("c",)


def test_tiny_matrices_have_the_batch_last() -> None:
    program = arranged("bij,bjk->bik", itemsize=8, b=1 << 16, i=2, j=2, k=2)
    assert copies(program) == ["bij>ijb", "bjk>jkb", "bik>ikb"]
    assert result(program, "z_ikb") == "ikb"
    for size, tiny in ((4, True), (5, False)):
        found = arranged("bij,bjk->bik", itemsize=8, b=1 << 16, i=size, j=size, k=size)
        assert bool(copies(found)) is tiny


def test_tiny_matrices_with_the_batch_last_already_are_not_copied() -> None:
    program = arranged("ijb,jkb->ikb", itemsize=8, b=1 << 16, i=2, j=2, k=2)
    assert copies(program) == []


def test_tiny_matrices_are_left_alone_where_arrays_are_small() -> None:
    assert copies(arranged("bij,bjk->bik", i=2, j=2, k=2)) == []


def test_a_large_array_is_multiplied_along_its_memory() -> None:
    def asked(size: int) -> list[str]:
        return copies(arranged("ij,ji->ij", wrt=(), itemsize=8, i=size, j=size))

    assert asked(1024) == ["ji>ij"]
    assert asked(128) == []  # what fits in a cache is read in any order


def test_a_product_for_each_index_is_summed_later_where_that_saves_copies() -> None:
    def asked(size: int, text: str = "ija,ibj->ab") -> Program:
        sizes = {"i": 64, "j": size, "a": 16, "b": 16}
        return arranged(text, wrt=(), itemsize=8, **sizes)

    later = asked(512)
    assert copies(later) == []
    partial, summed = steps(later.forward)
    assert partial.result.labels == ("i", "a", "b")
    assert summed.args == (partial.result,)
    assert copies(asked(8)) == ["ibj>bij"]  # the sums would be as large as the arrays
    assert copies(asked(512, "ija,bij->ab")) == []  # no copy to save: one product
    assert len(list(steps(asked(512, "ija,bij->ab").forward))) == 1
    assert copies(asked(512, "ija,bji->ab")) == ["bji>ijb"]  # i is not first in both
    assert copies(asked(512, "ija,jib->ab")) == ["jib>ijb"]


@pytest.mark.parametrize(("k", "copied"), [(128, []), (64, ["bik>ibk", "bjk>jbk"])])
def test_sums_of_half_the_bytes_of_the_arrays_are_summed_later(k: int, copied: list[str]) -> None:
    program = arranged("ij,bjk->bik", wrt=(0,), itemsize=4, b=32, i=128, j=128, k=k)
    assert copies(program) == copied


def test_a_program_tells_the_scale_that_it_was_made_for() -> None:
    scale = Scale((("i", 4),), 8)
    program = lower(pairwise(pattern_of(parse("i,i->")), ((0, 1),)), (0,))
    assert arrange(program, scale).scale is scale
    assert arrange(program) == replace(arrange(program), scale=None)
    assert arrays(pattern_of(parse("i,i->")), None) == (("i",), ("i",), ())
    assert program_of(pattern_of(parse("i,i->")), (0,), NUMPY, {"i": 1 << 20}).scale is not None


def test_a_value_for_a_row_wise_dot_lies_as_the_other_array_does() -> None:
    program = arranged("bqd,d,bkd->bqk", itemsize=8, b=16, q=128, k=128, d=64)
    assert not any(
        step.op is Op.COPY for step in (*steps(program.forward), *steps(program.backward))
    )


def test_a_copy_that_is_there_serves_where_another_would_be_made() -> None:
    program = arranged("ijk,ka,jb->iab", i=2, j=3, k=4, a=5, b=6)
    copies = [step for step in steps(program.backward) if step.op is Op.COPY]
    assert sorted(step.args[0].name for step in copies) == ["dt1", "dz"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        # dz lies across x and w, and one copy of it is along both.
        ("bca,cba->acb", ["acb>cba"]),
        # Three orders: the copy of w for z is there for dx, and that of dz is for dx and dw.
        ("cab,abc->bca", ["abc>cab", "bca>cab"]),
        ("ab,ab->ba", ["ba>ab"]),
        # No other is made for what lies along it already.
        ("ac,abc->cba", ["cba>abc"]),
        # What z has read is of no more use to w: dx and dw read dz.
        ("b,ab->ba", ["ba>ab"]),
    ],
)
def test_one_copy_serves_the_products_that_read_entry_by_entry(text: str, made: list[str]) -> None:
    sizes = {label: 1024 for label in "abc" if label in text}
    assert copies(arranged(text, None, 8, **sizes)) == made
