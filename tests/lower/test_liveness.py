"""The step after which each array is dead, and the order in which fewest are alive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given

from einsum_grad.lower import Program, dying, is_view, lower, steps
from einsum_grad.lower.dependence import finishing, saving
from einsum_grad.plan import contraction_path, pairwise, pattern_of
from einsum_grad.syntax import parse
from tests.lower.programs import lowered, programs


def over(program: Program) -> list[tuple[str, list[str]]]:
    """For each step of the backward, its result and what is dead after it."""
    todo = tuple(steps(program.backward))
    gradients = [value.name for value in program.gradients]
    found = dying(program, todo, gradients)
    return [
        (step.result.name, [value.name for value in values])
        for step, values in zip(todo, found, strict=True)
    ]


def test_a_value_dies_with_its_last_reader_and_before_its_cotangent_is_made() -> None:
    assert over(lowered("ij,jk,kl,lm->im")) == [
        ("dd", ["t2"]),
        ("dt2", []),
        ("dc", ["t1"]),
        ("dt1", ["dt2"]),
        ("da", []),
        ("db", []),
    ]


@pytest.mark.parametrize(
    ("text", "c", "large"),
    [
        ("za,ab,bc,cdz->zd", 4, "t2"),
        ("bc,cdz,za,ab->zd", 4, "t1"),
        ("ab,bcz,de,ef->aczdf", 4, "t1"),
        ("ab,bcz,de,ef->aczdf", 1, "t2"),
    ],
)
def test_of_two_values_the_larger_dies_first(text: str, c: int, large: str) -> None:
    pattern = pattern_of(parse(text))
    sizes = dict.fromkeys("abdef", 4) | dict.fromkeys("cz", c)
    path = contraction_path(pattern, sizes, ((0, 1),) * 3)
    program = lower(pairwise(pattern, path), (0, 1, 2, 3))
    (first, gone), *_ = over(program)
    assert first != f"d{large}"
    assert gone == [large]


@pytest.mark.parametrize("last", [(0, 1), (1, 0)])
def test_of_an_operand_without_its_own_labels_and_a_pair_labels_tell(last: tuple[int, int]) -> None:
    pattern = pattern_of(parse("ab,bc,dz->acd"))
    (first, gone), *_ = over(lower(pairwise(pattern, ((0, 1), last)), (0, 1, 2)))
    assert first == "dc_d"
    assert gone == ["t2"]


def test_the_array_of_a_returned_view_lives() -> None:
    assert over(lowered("bij,jk->ik"))[1:] == [("dx_ij", []), ("dx", [])]


@given(programs())
def test_nothing_is_read_after_its_death(program: Program) -> None:
    made = {step.result.name for step in (*steps(program.forward), *steps(program.backward))}
    for todo, kept in (
        (saving(program), program.residuals),
        (finishing(program), (program.output, *program.residuals)),
        (tuple(steps(program.backward)), program.gradients),
    ):
        names = {value.name for value in kept}
        gone: set[str] = set()
        looks_at: dict[str, str] = {}
        for step, values in zip(todo, dying(program, todo, names), strict=True):
            assert gone.isdisjoint(arg.name for arg in step.args)
            if is_view(step):
                looks_at[step.result.name] = step.args[0].name
            gone |= {value.name for value in values}
            assert gone <= made - names
        seen = names
        while seen:
            assert seen.isdisjoint(gone)
            seen = {looks_at[name] for name in seen if name in looks_at}


@pytest.mark.parametrize("text", ["ij,jk,kl,lm,mn->in", "ia,jb,kc,abd,dce->ijke", "ab,bc,cd,da->"])
def test_no_more_cotangents_than_values_are_alive(text: str) -> None:
    program = lowered(text)
    cotangents = {f"d{value.name}" for value in program.residuals}
    there = {value.name for value in program.residuals}
    for name, gone in over(program):
        there |= {name} & cotangents
        assert len(there) <= len(program.residuals) + 1
        there -= set(gone)


def test_liveness_takes_linear_time() -> None:
    """Looking at all kept values for each array would take quadratic time."""

    class Names(list[str]):
        looks = 0

        def __iter__(self) -> Iterator[str]:
            self.looks += 1
            return super().__iter__()

    program = lowered(",".join(["ij"] * 40) + "->ij")
    kept = Names(value.name for value in program.gradients)
    found = dying(program, tuple(steps(program.backward)), kept)
    assert sum(map(len, found)) > 30
    assert kept.looks == 1
