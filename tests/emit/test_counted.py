"""What the emitted code does is what the cost says, and gradients cost twice the forward."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from einsum_grad.emit import TARGETS, write
from einsum_grad.lower import Kind, Program, Scale, Section, product_of, steps
from einsum_grad.lower.cost import cost
from einsum_grad.plan import Shape, pattern_of
from einsum_grad.syntax import parse
from tests.emit.counting import as_counted, count
from tests.emit.generated import program
from tests.programs import program_of
from tests.strategies import Case, cases
from tests.tries import tries

NUMPY = TARGETS["numpy"]


def scaled(found: Program, sizes: dict[str, int], itemsize: int) -> Program:
    """The program for arrays that are large, by large numbers."""
    return replace(found, scale=Scale(tuple(sizes.items()), itemsize)) if itemsize else found


@dataclass(frozen=True)
class Counts:
    """The flops of the emitted forward and backward, and the numbers that the two copy."""

    forward: int
    backward: int
    copied: int


def counted(found: Program, shapes: Sequence[Shape], output: Shape) -> Counts:
    text = write(found, NUMPY).text
    operands = [as_counted(np.ones(shape)) for shape in shapes]
    saving, copied, kept = count(text, "save", *operands) if found.residuals else (0, 0, None)
    saved = [kept] if found.residuals else []
    finishing, more, _ = count(text, "output", *operands, *saved)
    cotangent = as_counted(np.ones(output))
    backward, most, _ = count(text, "pullback", cotangent, *operands, *saved)
    return Counts(saving + finishing, backward, copied + more + most)


@settings(max_examples=tries(200))
@given(cases(ellipsis=False), st.sampled_from((0, 1 << 10, 1 << 16, 1 << 20)))
def test_flops_of_the_emitted_code_are_those_of_the_cost(case: Case, itemsize: int) -> None:
    assume(case.output is not None and all(case.sizes.values()))
    found = program(case, "numpy")
    sizes = {
        label: size
        for value, shape in zip(found.operands, case.shapes, strict=True)
        for label, size in zip(value.labels, shape, strict=True)
    }
    sizes.update({label: size for label, size in found.sizes if isinstance(size, int)})
    found = scaled(found, sizes, itemsize)
    done = counted(found, case.shapes, case.result_shape)
    costs = cost(found, sizes)
    for number, asked, sections in (
        (done.forward, costs.forward.flops, found.forward),
        (done.backward, costs.backward.flops, found.backward),
    ):
        # Numbers without axes may be no arrays any more, and then count nothing.
        scalars = sum(len(step.args) == 2 and not step.pattern.labels() for step in steps(sections))
        # The first column of a scalar product is added to nothing.
        columns = sum(
            math.prod(sizes[label] for label in step.result.labels)
            for step in steps(sections)
            if (product := product_of(step)) and product.kind is Kind.ROW_DOT
        )
        assert asked - scalars - columns <= number <= asked


def chain(count_: int, size: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ",".join(letters[n : n + 2] for n in range(count_)) + f"->a{letters[count_]}"


NETWORKS = {
    "a product": ("ij,jk->ik", 12),
    "a batch of products": ("bij,bjk->bik", 6),
    "a chain": (chain(12, 5), 5),
    "a chain on a vector": ("ab,bc,cd,de,e->a", 6),
    "a matrix product state": ("xa,ayb,bzc,cwd,d->xyzw", 4),
    "an overlap": ("xa,ayb,bzc,cw,xA,AyB,BzC,Cw->", 3),
    "a tree": ("ia,jb,kc,abd,dce->ijke", 4),
    "Tucker": ("ia,jb,kc,abc->ijk", 5),
    "attention": ("bhqd,bhkd,bhkv->bhqv", 4),
    "coupled clusters": ("aebf,dfce->abcd", 4),
    "a ring": ("ab,bc,cd,da->", 5),
}


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("itemsize", [0, 1 << 14])
def test_all_gradients_cost_at_most_twice_the_forward(name: str, itemsize: int) -> None:
    text, size = NETWORKS[name]
    pattern = pattern_of(parse(text))
    sizes = dict.fromkeys(pattern.labels(), size)
    found = program_of(pattern, tuple(range(len(pattern.inputs))), NUMPY, sizes)
    found = scaled(found, sizes, itemsize)
    shapes = [(size,) * len(term) for term in pattern.inputs]
    done = counted(found, shapes, (size,) * len(pattern.output))
    assert 0 < done.backward <= 2 * done.forward


@settings(max_examples=tries(200))
@given(cases(generalised=False, broadcasting=False, ellipsis=False), st.data())
def test_gradients_of_any_network_take_two_products_for_each_of_the_forward(
    case: Case, data: st.DataObject
) -> None:
    """A product of n pairs of numbers in the forward is one of n pairs for either gradient."""
    found = program(case, "numpy")
    sizes = {
        label: data.draw(st.integers(1, 9)) for value in found.operands for label in value.labels
    }

    def pairs(sections: tuple[Section, ...]) -> int:
        products = [step for step in steps(sections) if len(step.args) == 2]
        return sum(math.prod(sizes[label] for label in p.pattern.input_labels()) for p in products)

    assert pairs(found.backward) <= 2 * pairs(found.forward)


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("bhqd,bhkd->bhqk", 0),
        ("bqhd,bkhd->bhqk", 0),
        ("bhqk,bkhd->bqhd", 0),
        ("bti,io->bto", 0),
        ("bi,oi->bo", 0),
        ("bti,ihd->bthd", 0),
        ("ni,nj->ij", 0),
        ("ni,n,nj->ij", 0),
        ("ijk,jr,kr->ir", 0),
        ("bi,ij,bj->b", 0),
        ("ij,cij->ij", 0),
        ("ab,bd->", 0),
        ("ab,cd->ab", 0),
        ("bij,jk->ik", 0),
        ("ii,ij->j", 0),
        ("aebf,dfce->abcd", 2 * 4**4),  # each operand once, for forward and gradients
        ("ij->ji", 0),
        ("ij->i", 0),
    ],
)
@pytest.mark.parametrize("itemsize", [0, 1 << 14])
def test_emitted_code_copies_what_it_must_and_nothing_else(
    text: str, copied: int, itemsize: int
) -> None:
    pattern = pattern_of(parse(text))
    sizes = dict.fromkeys(pattern.labels(), 4)
    found = program_of(pattern, tuple(range(len(pattern.inputs))), NUMPY, sizes)
    found = scaled(found, sizes, itemsize)
    shapes = [(4,) * len(term) for term in pattern.inputs]
    assert counted(found, shapes, (4,) * len(pattern.output)).copied == copied
