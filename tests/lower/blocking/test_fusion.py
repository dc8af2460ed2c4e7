"""Which steps on large arrays are fused into blocks, along which label, and which stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einsum_grad.lower import (
    Block,
    Op,
    Program,
    Scale,
    Step,
    Value,
    arrange,
    blocks,
    schedule,
    steps,
)
from einsum_grad.lower.blocking.fusion import _in_turn
from einsum_grad.lower.blocking.parallel_labels import divided
from einsum_grad.lower.blocking.schedule import passing
from einsum_grad.lower.cost import cost
from einsum_grad.lower.dependence import finishing, saving
from tests.lower.programs import arranged, programs
from tests.tries import tries

LARGE = {"i": 1024, "j": 1024}


def backward(program: Program) -> tuple[Block, ...]:
    kept = {value.name for value in program.gradients}
    return blocks(program, tuple(steps(program.backward)), kept)


def forward(program: Program) -> tuple[Block, ...]:
    return blocks(program, tuple(steps(program.forward)), {program.output.name})


def grouped(todo: Sequence[Step], scale: Scale) -> tuple[Block, ...]:
    """The blocks of some steps whose results are all wanted."""
    program = replace(arranged("i->"), scale=scale, divided=divided(todo, scale))
    return blocks(program, todo, {step.result.name for step in todo})


def told(found: Sequence[Block]) -> list[tuple[str | None, str]]:
    """Each block's label, and the names of what it makes."""
    return [(block.label, " ".join(step.result.name for step in block.steps)) for block in found]


@settings(max_examples=tries(400))
@given(programs(), st.sampled_from((1 << 3, 1 << 14, 1 << 16, 1 << 18)))
def test_every_step_is_in_one_block_after_what_it_reads(program: Program, itemsize: int) -> None:
    labels = {label for value in program.operands for label in value.labels}
    scale = Scale(tuple((label, 3) for label in sorted(labels)), itemsize)
    found = arrange(program, scale)
    for todo, kept in (
        (saving(found), found.residuals),
        (finishing(found), (found.output,)),
        (tuple(steps(found.backward)), found.gradients),
    ):
        wanted = {value.name for value in kept}
        groups = blocks(found, todo, wanted)
        done = [step for block in groups for step in block.steps]
        assert sorted(map(str, done)) == sorted(map(str, todo))
        made: set[str] = set()
        unmade = {step.result.name for step in todo}
        for block in groups:
            inside: set[str] = set()
            for step in block.steps:
                assert not {arg.name for arg in step.args} & (unmade - made - inside)
                inside.add(step.result.name)
                if block.label is not None:
                    check_divided(step, block, inside)
            made |= {value.name for value in block.kept}
            unmade -= inside - made  # what is not kept is never read again
        assert wanted & {step.result.name for step in todo} <= made


def check_divided(step: Step, block: Block, inside: set[str]) -> None:
    """A part is made of parts: a sum over the blocks' label is read by no step of the block."""
    assert block.label in {label for value in (*step.args, step.result) for label in value.labels}
    assert block.parts >= 1
    for arg in step.args:
        assert arg.name not in inside - {step.result.name} or block.label in arg.labels


def test_gradients_share_the_blocks_in_which_the_cotangent_is_read_once() -> None:
    assert told(backward(arranged("ij,ij->ij", None, 8, **LARGE))) == [("i", "dx dw")]
    assert told(backward(arranged("bij,bjk->bik", itemsize=8, b=256, i=32, j=32, k=32))) == [
        ("b", "dx dw")
    ]


def multiplied(result: str, left: str, right: str) -> Step:
    """A contraction of values called by a letter, such as `x[i j]`."""
    made, *args = (
        Value(name, tuple(labels.rstrip("]")))
        for name, _, labels in (text.partition("[") for text in (result, left, right))
    )
    return Step(Op.CONTRACT, made, tuple(args))


def labels_of(*todo: Step, **sizes: int) -> list[tuple[str | None, str]]:
    return told(grouped(todo, Scale(tuple(sizes.items()), 8)))


def test_the_label_of_a_block_is_the_one_along_which_most_bytes_lie_first() -> None:
    first = multiplied("z[ijl]", "x[ijl]", "y[ijl]")
    larger = multiplied("t[jim]", "u[jim]", "v[jim]")
    sizes = {"i": 128, "j": 128, "l": 64, "m": 512}
    assert labels_of(first, **sizes) == [("i", "z")]
    assert labels_of(first, larger, **sizes) == [("j", "z t")]
    assert labels_of(first, multiplied("t[jil]", "u[jil]", "v[jil]"), **sizes) == [("i", "z t")]


def test_whole_steps_do_not_influence_the_label_of_a_block() -> None:
    first = multiplied("z[ijl]", "x[ijl]", "y[ijl]")
    whole = multiplied("t[jn]", "u[jm]", "v[mn]")
    sizes = {"i": 128, "j": 128, "l": 64, "m": 1 << 14, "n": 1 << 14}
    assert labels_of(first, whole, **sizes) == [("i", "z"), (None, "t")]


def test_a_sum_over_the_label_of_a_block_is_read_after_it() -> None:
    summed = multiplied("s[j]", "x[ij]", "y[ij]")
    reading = multiplied("z[ij]", "x[ij]", "s[j]")
    assert labels_of(summed, reading, **LARGE) == [("i", "s"), ("i", "z")]


def test_a_value_that_a_block_makes_and_uses_is_not_kept() -> None:
    program = arranged("ij,ij,ij->ij", None, 8, **LARGE)
    (block,) = backward(program)
    assert [value.name for value in block.kept] == ["dc", "da", "db"]
    assert {str(value) for value in passing(program)} == {"dt1[i j]"}


def test_values_within_a_block_cost_no_memory_and_no_traffic() -> None:
    program = arranged("ij,ij,ij->ij", None, 8, **LARGE)
    matrix = 8 * 1024 * 1024
    costs = cost(program, LARGE)
    assert costs.largest_intermediate == costs.saved_bytes == matrix  # t1 alone; not dt1
    # dz c → dt1; t1 dz → dc; dt1 b → da; a dt1 → db, dt1 staying in the cache.
    assert costs.backward.bytes_moved == (2 + 3 + 2 + 2) * matrix
    small = arranged("ij,ij,ij->ij", None, 0, **LARGE)
    assert passing(small) == set()
    assert cost(small, LARGE).backward.bytes_moved == 12 * matrix


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("ij,ij->ij", True),  # elementwise, output and gradients
        ("ij,i->ij", True),
        ("ij,ij->", True),
        ("bcd,bde->bce", True),
        ("bij,bjk->bik", False),  # a BLAS does all
        ("ij,jk->ik", False),
        ("ij->i", False),  # there is nothing to compute for the gradient
        ("i,j->ij", True),  # products of a matrix and a vector beside them
        ("ij,j->i", True),
    ],
)
def test_output_and_gradients_come_together_where_they_have_the_same_blocks(
    text: str, together: bool
) -> None:
    sizes = dict.fromkeys(filter(str.isalpha, text), 1024) | {"b": 64, "k": 512}
    sizes |= dict.fromkeys("cde", 128)
    sizes = {label: size for label, size in sizes.items() if label in text}
    assert bool(schedule(arranged(text, None, 8, **sizes)).together) is together
    assert not schedule(arranged(text, None, 0, **sizes)).together
    assert not schedule(arranged(text, (), 8, **sizes)).together


def test_what_is_whole_in_each_function_is_no_reason_to_come_together() -> None:
    sizes = {"c": 16, "i": 512, "j": 512}
    assert not schedule(arranged("ij,cij->ij", None, 4, **sizes)).together
    assert schedule(arranged("ij,cij->ij", None, 4, **(sizes | {"i": 2048}))).together


def test_a_product_that_arithmetic_bounds_stays_whole() -> None:
    program = arranged("ij,jk->ik", itemsize=8, i=1024, j=1024, k=1024)
    assert told(forward(program)) == [(None, "z")]
    assert told(backward(program)) == [(None, "dx dw")]


@pytest.mark.parametrize("size", [64, 256])
@pytest.mark.parametrize(("batch", "label"), [(4, None), (8, "b")])
def test_a_batch_of_products_is_shared_if_there_are_some_for_each_core(
    batch: int, label: str | None, size: int
) -> None:
    batch *= 256 // size
    label = label if size == 256 else "b"
    program = arranged("bij,bjk->bik", itemsize=8, b=batch, i=size, j=size, k=size)
    assert told(forward(program)) == [(label, "z")]


def test_products_with_the_same_matrix_are_shared_if_it_is_the_smaller_array() -> None:
    sizes = {"b": 16, "c": 64, "x": 32, "y": 32, "o": 64}
    assert told(forward(arranged("bcxy,oc->boxy", None, 8, **sizes))) == [("b", "z")]
    sizes = {"b": 8, "t": 128, "d": 512, "h": 16, "k": 16}
    assert {label for label, _ in told(forward(arranged("btd,hdk->bhtk", None, 8, **sizes)))} == {
        None
    }


def test_products_are_shared_by_a_label_whose_parts_are_written_where_they_lie() -> None:
    sizes = {"a": 16, "b": 16, "i": 64, "j": 64, "c": 64, "d": 64}
    grouped = multiplied("z[abijd]", "x[abijc]", "y[abcd]")
    assert labels_of(grouped, **sizes) == [("a", "z")]
    # Only a part along the first axis has rows that one axis can be made of.
    assert labels_of(grouped, **(sizes | {"a": 2, "b": 128})) == [(None, "z")]
    single = multiplied("z[abid]", "x[abic]", "y[abcd]")
    assert labels_of(single, **(sizes | {"a": 2, "b": 128})) == [("b", "z")]


VECTORS = ["ij,j->i", "ij,i->j", "j,ij->i"]


@pytest.mark.parametrize("text", VECTORS)
@pytest.mark.parametrize("wrt", [0, 1])
def test_a_matrix_times_a_vector_is_in_blocks_where_its_other_gradient_is(
    text: str, wrt: int
) -> None:
    program = arranged(text, (wrt,), 8, **LARGE)
    is_vector = len(program.operands[wrt].labels) == 1
    assert told(forward(program)) == [(None, "z")] if is_vector else [("i", "z")]


@pytest.mark.parametrize("text", VECTORS)
def test_a_matrix_times_a_vector_has_the_blocks_of_the_other_gradient(text: str) -> None:
    program = arranged(text, None, 8, **LARGE)
    assert [label for label, _ in told(backward(program))] == ["i"]


def test_a_sum_is_in_blocks_where_others_are() -> None:
    sizes = {"a": 1024, "b": 1024, "c": 4096, "d": 256}
    assert told(forward(arranged("cd->d", None, 8, **sizes))) == [(None, "z")]
    assert told(forward(arranged("ab,cd->abd", None, 8, **(sizes | {"a": 16}))))[0] == ("c", "w_d")


def test_a_small_sum_stays_whole() -> None:
    sizes = {"a": 1024, "b": 1024, "c": 16}
    assert told(forward(arranged("ab,ac->ab", None, 8, **sizes)))[0] == (None, "w_a")
    assert told(forward(arranged("ab,ac->ab", None, 8, **(sizes | {"c": 64}))))[0] == ("a", "w_a z")


def test_a_sum_has_chunks_of_whole_rows() -> None:
    """Others would be read in pieces: it is left whole."""
    sizes = {"a": 1024, "b": 1024, "c": 64, "d": 64, "e": 1024}
    found = told(forward(arranged("ab,ced->abed", None, 8, **(sizes | {"a": 1, "b": 16}))))
    assert found[0] == (None, "w_ed")


def test_a_dot_product_is_the_sum_of_those_of_its_chunks() -> None:
    (block,) = forward(arranged("ij,ij->", None, 8, **LARGE))
    assert block.label == "i"
    assert [value.name for value in block.kept] == ["z"]


def test_sums_of_a_block_are_read_after_all_its_chunks() -> None:
    sizes = {"i": 4096, "j": 256}
    program = arranged("ij,ij,->", None, 8, **sizes)
    found = forward(program)
    place = {step.result.name: n for n, block in enumerate(found) for step in block.steps}
    for step in steps(program.forward):
        for arg in step.args:
            if arg.name in place and found[place[arg.name]].label not in (*arg.labels, None):
                assert place[step.result.name] > place[arg.name]


def test_views_and_copies_alone_make_no_block() -> None:
    program = arranged("ij->ji", None, 8, **LARGE)
    assert {label for label, _ in told(forward(program))} == {None}
    assert {label for label, _ in told(backward(program))} == {None}


def test_conjugates_are_made_in_blocks() -> None:
    value, scale = Value("x", ("i", "j")), Scale((("i", 1024), ("j", 1024)), 16)
    step = Step(Op.CONJUGATE, Value("x_conj", value.labels), (value,))
    assert told(grouped((step,), scale)) == [("i", "x_conj")]


def multiply(*terms: str, output: str, itemsize: int = 8, **sizes: int) -> Block:
    """The block of one elementwise product."""
    args = tuple(Value(name, tuple(term)) for name, term in zip("xw", terms, strict=False))
    step = Step(Op.CONTRACT, Value("z", tuple(output)), args)
    (block,) = grouped((step,), Scale(tuple(sizes.items()), itemsize))
    return block


def test_chunks_are_long_runs_of_memory() -> None:
    # The axes after a label must have 512 bytes, unless none comes before it.
    assert multiply("ijk", "jik", output="ijk", i=256, j=256, k=64).label in ("i", "j")
    assert multiply("ijk", "jik", output="ijk", i=256, j=256, k=32).label is None
    assert multiply("ij", "ji", output="ij", i=1024, j=1024).label is None
    assert multiply("ij", "uji", output="ij", i=1024, j=1024, u=1).label is None


def test_a_small_array_may_be_read_whole_by_every_chunk() -> None:
    assert multiply("ij", "j", output="ij", i=1024, j=1 << 14).label == "i"  # 128 KiB
    assert multiply("ij", "j", output="ij", i=1024, j=(1 << 14) + 1).label is None


def test_the_label_is_the_one_along_which_most_is_moved_in_long_runs() -> None:
    assert multiply("ij", "ij", output="ij", i=1024, j=1024).label == "i"
    assert multiply("uij", "uij", output="uij", u=1, i=1024, j=1024).label == "i"


def test_arrays_that_fit_in_a_cache_are_left_whole() -> None:
    # 64 arrays of 128 KiB: much to move, but each is at hand.
    args = Value("x", ("i",)), Value("w", ("i",))
    todo = [Step(Op.CONTRACT, Value(f"z{n}", ("i",)), args) for n in range(64)]
    for nbytes, label in ((1 << 17, None), (1 << 18, "i")):
        (block,) = grouped(todo, Scale((("i", nbytes // 8),), 8))
        assert block.label == label


def test_a_block_has_at_least_one_index() -> None:
    block = multiply("ij", "ij", output="ij", i=4, j=1 << 20)
    assert (block.label, block.parts) == ("i", 4)


def test_whole_steps_that_follow_each_other_are_one_block() -> None:
    program = arranged("ij,jk,kl->il", itemsize=8, i=512, j=512, k=512, l=512)
    assert told(backward(program)) == [(None, "dc dt1 da db")]


def test_a_program_for_small_arrays_has_nothing_passing() -> None:
    assert passing(arranged("ij,ij->ij")) == set()


def test_a_block_that_uses_up_an_array_and_makes_another_is_two() -> None:
    program = arranged("bi,oij,bj->bo", itemsize=8, b=256, o=32, i=64, j=64)
    todo, kept = tuple(steps(program.backward)), {value.name for value in program.gradients}
    assert told(blocks(program, todo, kept))[0] == ("b", "da dt1")
    apart = blocks(program, todo, kept, {value.name for value in program.residuals})
    assert told(apart)[:2] == [("b", "da"), ("b", "dt1")]


def test_whole_steps_keep_their_place_among_blocks() -> None:
    program = arranged("ij,jk,kl,kl,lm->im", None, 8, **dict.fromkeys("ijklm", 512))
    found = told(backward(program))
    assert found[1:] == [("k", "dc dd"), (None, "da db")]


def test_a_block_is_split_only_where_nothing_later_reads_what_its_first_half_uses_up() -> None:
    kept, given, other = (Value(name, ("i",)) for name in ("t", "g", "w"))
    total = Step(Op.CONTRACT, Value("s", ()), (kept, given))
    made = Step(Op.CONTRACT, Value("u", ("i",)), (given, other))
    again = Step(Op.CONTRACT, Value("r", ()), (kept, other))
    block, later = Block((total, made), "i", 4), Block((again,))
    parts = [part.steps for part in _in_turn([block], {"t"}, {"u"})]
    assert parts == [(total,), (made,)]
    assert list(_in_turn([block, later], {"t"}, {"u"})) == [block, later]


def test_a_copy_of_what_the_steps_make_comes_after_it() -> None:
    first = multiplied("p[ij]", "q[ij]", "r[ij]")
    made = multiplied("x[ji]", "u[ji]", "v[ji]")
    copy = Step(Op.COPY, Value("y", ("i", "j")), (made.result,))
    reading = multiplied("t[ij]", "y[ij]", "w[ij]")
    scale = Scale((("i", 1024), ("j", 1024)), 8)
    todo = (first, made, copy, reading)
    program = replace(arranged("i->"), scale=scale, divided=divided(todo, scale))
    found = told(blocks(program, todo, {"p", "t"}))
    assert found == [("i", "p"), ("j", "x"), (None, "y"), ("i", "t")]


def test_a_copy_is_made_whole() -> None:
    program = arranged("ij,ji->ij", (0,), 8, **LARGE)
    assert told(schedule(program).together) == [(None, "w_ij"), ("i", "z dx")]


@pytest.mark.parametrize(("size", "label"), [(16, None), (32, "b"), (256, "b"), (512, None)])
def test_matrices_of_a_batch_are_shared_if_they_are_neither_small_nor_large(
    size: int, label: str | None
) -> None:
    # Threads would wait for a buffer of OpenBLAS, and large matrices it shares better.
    program = arranged("bij,bjk->bik", (), 8, b=1 << 12, i=size, j=size, k=size)
    assert told(forward(program)) == [(label, "z")]
