"""Costs against numbers that count their own arithmetic, and against the memory of residuals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

import einsum_grad as eg
from einsum_grad.emit import target_of, write
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import Program, Step, Value, lower, steps
from einsum_grad.lower.cost import Term, Work, cost, elements, flops, number, total, work
from einsum_grad.lower.dependence import needed
from einsum_grad.plan import contraction_path, pairwise, request, spell
from einsum_grad.runtime import interpret, interpret_backward
from tests.programs import program_of as emitted_program
from tests.strategies import Case, cases


class Counted:
    """A number that counts the multiplications and additions that are done with it."""

    done = 0

    def __mul__(self, other: object) -> Counted:
        Counted.done += 1
        return self

    __add__ = __mul__


def counted(shape: Sequence[int]) -> Any:
    array = np.empty(shape, object)
    array[...] = Counted()
    return array


def program_of(text: str, sizes: dict[str, int] | None = None, shapes: Any = None) -> Program:
    asked = request(text, sizes=sizes, shapes=shapes)
    path = contraction_path(asked.pattern, dict(asked.sizes))
    return lower(pairwise(asked.pattern, path), asked.wrt, given=sizes)


def first_summands(todo: Iterable[Step], sizes: dict[str, int]) -> int:
    """A sum of n numbers counts as n additions; adding them up takes one less."""
    summing = [step for step in todo if step.op == "contract" and step.pattern.contracted()]
    return sum(number(elements(step.result), sizes) for step in summing)


@given(cases())
def test_flops_are_the_arithmetic_that_is_done(case: Case) -> None:
    # A label that every operand has keeps everything an array: an object alone has no axes.
    assume(case.output is not None and all(case.sizes.values()))
    text = "q" + case.letters.replace(",", ",q").replace("->", "->q")
    shapes = [(2, *shape) for shape in case.shapes]
    sizes = dict(request(text, sizes=case.given, shapes=shapes).sizes)
    program = program_of(text, case.given, shapes)
    forward, backward = tuple(steps(program.forward)), tuple(steps(program.backward))
    costs = cost(program, sizes)
    operands = list(map(counted, shapes))

    Counted.done = 0
    interpret(program, *operands)
    done_forward = Counted.done
    assert costs.forward.flops == done_forward + first_summands(forward, sizes)

    Counted.done = 0
    interpret_backward(program, counted((2, *case.result_shape)), *operands)
    done_backward = Counted.done - done_forward
    assert costs.backward.flops == done_backward + first_summands(backward, sizes)


@given(cases())
def test_saved_bytes_are_what_the_forward_keeps_in_memory(case: Case) -> None:
    asked = request(case.letters, sizes=case.given, shapes=case.shapes)
    numpy = target_of("numpy")
    program = emitted_program(asked.pattern, asked.wrt, numpy, dict(asked.sizes))
    module: dict[str, Any] = {}
    exec(write(program, numpy).text, module)
    operands = [np.ones(shape) for shape in case.shapes]
    residuals = module["save"](*operands) if program.residuals else []
    if any(array.size == 1 for array in residuals):  # a view may be a scalar
        return
    kept = [
        array
        for array in residuals
        if not any(np.may_share_memory(array, operand) for operand in operands)
    ]
    sizes = {spell(asked.pattern)[label]: size for label, size in asked.sizes}
    assert cost(program, sizes).saved_bytes == sum(array.nbytes for array in kept)


def test_a_product_of_matrices() -> None:
    costs = cost(program_of("ij,jk->ik"), {"i": 2, "j": 3, "k": 4}, itemsize=4)
    assert costs.forward == Work(flops=2 * 24, bytes_moved=4 * (6 + 12 + 8))
    assert costs.backward == Work(flops=2 * 48, bytes_moved=2 * 4 * (6 + 12 + 8))
    assert costs.saved_bytes == 0
    assert costs.largest_intermediate == 0


def test_a_presum_is_saved_and_is_an_intermediate() -> None:
    costs = cost(program_of("bij,jk->ik"), {"b": 7, "i": 2, "j": 3, "k": 4})
    assert costs.forward.flops == 7 * 6 + 2 * 24
    assert costs.saved_bytes == costs.largest_intermediate == 8 * 6


def test_the_largest_intermediate_is_no_result() -> None:
    program = program_of("ij,jk,kl->il")
    costs = cost(program, {"i": 9, "j": 1, "k": 2, "l": 9})
    assert costs.largest_intermediate == 8 * 18


def test_only_an_expensive_contraction_has_a_hint_that_names_cotengra() -> None:
    ring = "ab,bc,cd,de,ef,fg,ga->"
    f = eg.compile(ring)

    def hint(size: int, function: Any = f) -> str | None:
        told: str | None = function.cost(dict.fromkeys("abcdefg", size)).hint
        return told

    assert hint(100) is None
    assert "many flops: cotengra" in (hint(2500) or "")
    assert "many flops and a large intermediate: cotengra" in (hint(12_000) or "")
    vectors = eg.compile("ab,b,b,b,b,b,a->")  # an order of few flops with one large array
    assert vectors.cost({"a": 3, "b": 5}).hint is None
    # With few operands every tree was searched, and a given order is the user's.
    assert hint(12_000, eg.compile(ring, optimize="greedy")) is None
    assert eg.compile("ij,jk->ik").cost(dict.fromkeys("ijk", 50_000)).hint is None


def test_a_large_intermediate_alone_has_the_hint_too() -> None:
    f = eg.compile("a,b,c,d,e,f,abcdef->abcdef")
    costs = f.cost(dict.fromkeys("abcdef", 24))
    assert costs.forward.flops < 2 * 10**10
    assert costs.largest_intermediate > 1 << 30
    assert "a large intermediate: cotengra" in (costs.hint or "")
    assert "hint" in str(eg.explain(f.pattern, sizes=dict.fromkeys("abcdef", 24)))


@pytest.mark.parametrize(
    ("pattern", "moved"),
    [
        ("ij->ji", 0),  # a transposition is a view
        ("ii->i", 0),  # and so is a diagonal
        ("i->i", 0),
        ("ij->i", 8 * (6 + 2)),
        ("i,j->ij", 8 * (2 + 3 + 6)),
    ],
)
def test_the_forward_moves_what_it_reads_and_makes(pattern: str, moved: int) -> None:
    assert cost(program_of(pattern), {"i": 2, "j": 3}).forward.bytes_moved == moved


def test_a_repetition_moves_nothing_and_a_diagonal_is_written() -> None:
    assert cost(program_of("ij->i"), {"i": 2, "j": 3}).backward == Work(0, 0)
    trace = cost(program_of("ii->"), {"i": 3}).backward
    assert trace == Work(0, 8 * (3 + 9))


def test_zero_sizes_cost_nothing() -> None:
    assert cost(program_of("ij,jk->ik"), {"i": 0, "j": 3, "k": 0}).forward.flops == 0


def test_the_sizes_of_all_labels_are_needed() -> None:
    with pytest.raises(ArgumentError, match="the size of k"):
        cost(program_of("ij,jk->ik"), {"i": 2, "j": 3})


def test_a_gradient_needs_only_its_own_steps() -> None:
    program = program_of("ij,jk,kl->il")
    sizes = {"i": 2, "j": 3, "k": 4, "l": 5}
    backward = tuple(steps(program.backward))
    each = [needed(backward, (value,)) for value in program.gradients]
    alone = [work(todo, sizes, 8) for todo in each]
    everything = work(backward, sizes, 8)
    assert all(part.flops < everything.flops for part in alone)
    assert set().union(*each) == set(backward)


def test_terms_over_the_same_labels_are_added() -> None:
    program = program_of("ij,jk->ik")
    (term,) = total(steps(program.backward))
    assert term.count == 4
    assert set(term.labels) == {"i", "j", "k"}


def test_a_term_is_filled_in_as_far_as_sizes_are_known() -> None:
    term = Term(2, ("i", "j", "j"))
    assert str(term) == "2·i·j·j"
    assert term.at({"j": 3}) == Term(18, ("i",))
    assert term.at({"i": 0}) == Term(0, ())
    assert str(term.at({"i": 1, "j": 1})) == "2"
    assert str(Term(1, ("i",))) == "i"


def test_an_axis_of_size_1_counts_for_nothing() -> None:
    assert elements(Value("x", ("1", "i"))) == Term(1, ("i",))


def test_operations_that_are_no_arithmetic_have_no_flops() -> None:
    program = program_of("bii->i")
    counts = {step.op: flops(step).count for step in steps(program.backward)}
    assert set(counts) == {"repeat", "diagonal"} | counts.keys()
    assert not any(counts.values())
