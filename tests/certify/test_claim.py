"""A module's claim is read back as it was written, even after an edit."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.certify import read_claim
from einsum_grad.emit import TARGETS, emit, write
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.emit.module import CONVENTION
from einsum_grad.errors import ArgumentError, PatternError
from einsum_grad.lower import PLAIN, Traits
from einsum_grad.plan import Pattern, derivative
from tests.emit.generated import programs
from tests.programs import program_of


@given(programs())
def test_every_module_states_its_pattern(drawn: Any) -> None:
    _, target, program = drawn
    claim = read_claim(write(program, TARGETS[target]).text)
    assert claim.pattern == program.pattern
    assert claim.wrt == program.wrt
    assert dict(claim.sizes) == {x: size for x, size in program.sizes if isinstance(size, int)}
    assert claim.traits == program.traits


@given(st.permutations(range(3)), st.integers(0, 3), st.sampled_from(sorted(TARGETS)))
def test_it_states_which_gradients_it_returns(order: list[int], count: int, target: str) -> None:
    wrt = tuple(order[:count])
    assert read_claim(emit("ab,bc,cd->ad", target, wrt=wrt)).wrt == wrt


def chain(count: int) -> Pattern:
    labels = [f"x{number}" for number in range(count + 1)]
    return Pattern(tuple(itertools.pairwise(labels)), (labels[0], labels[-1]))


@pytest.mark.parametrize("count", [20, 21, 51, 52, 110, 200])
def test_a_long_pattern_is_stated_in_full(count: int) -> None:
    program = program_of(chain(count), tuple(range(count)), TARGETS["numpy"], {})
    text = write(program, TARGETS["numpy"]).text
    assert read_claim(text).pattern == program.pattern
    assert read_claim(text).wrt == tuple(range(count))


def test_gradients_are_read_from_a_docstring_of_several_lines() -> None:
    wrt = (119, *range(118, 107, -1))
    text = write(program_of(chain(120), wrt, TARGETS["numpy"], {}), TARGETS["numpy"]).text
    (first,) = {line for line in text.splitlines() if "Return the gradients (" in line}
    assert ")" not in first
    assert read_claim(text).wrt == wrt


@pytest.mark.parametrize(
    ("shapes", "pattern"),
    [
        ([(2, 3), (1, 3)], (("i", "j"), ("1", "j"))),
        ([(2, 1), (1, 3)], (("i", "1"), ("1", "j"))),
        ([(2, 3), (1, 1)], (("i", "j"), ("1", "1"))),
    ],
)
def test_units_are_read(shapes: list[tuple[int, ...]], pattern: tuple[Any, ...]) -> None:
    assert read_claim(emit("ij,ij->ij", shapes=shapes)).pattern == Pattern(pattern, ("i", "j"))


def test_units_are_told_from_digits_in_names() -> None:
    labels = [f"x{number}" for number in range(64)]
    pattern = Pattern((*chain(63).inputs, (labels[0], "1")), (labels[0], labels[-1]))
    program = program_of(pattern, (0,), TARGETS["numpy"], {})
    assert "L61" in str(program.pattern)
    assert read_claim(write(program, TARGETS["numpy"]).text).pattern == program.pattern


def test_unknown_parameter_names_mean_all_gradients() -> None:
    text = emit("ij,jk->ik")
    assert read_claim(text.replace("def forward(x, w)", "def forward(a, b)")).wrt == (0, 1)
    assert read_claim(text.replace("the gradients (dx, dw)", "gradients")).wrt == (0, 1)


def test_arguments_override_the_claim() -> None:
    text = emit("ij,jk->ik")
    assert read_claim(text, wrt=(1,)).wrt == (1,)
    claim = read_claim(text, "a b, b -> a c", notation="named", sizes={"c": 2, "a": 5})
    assert (claim.pattern.output, claim.sizes) == (("a", "c"), (("c", 2),))
    with pytest.raises(ArgumentError):
        read_claim(text, wrt=(2,))


def test_complex_numbers_are_stated_with_their_convention() -> None:
    assert read_claim(emit("i->", numbers="complex")).traits == Traits(complex=True)
    assert read_claim(emit("i->")).traits == PLAIN


def test_numbers_override_the_claim() -> None:
    text = emit("i,i->", numbers="complex")
    jax = text.replace(CONVENTION[True], CONVENTION[False])
    assert read_claim(text, numbers="real").traits == PLAIN
    assert read_claim(emit("i,i->"), numbers="complex").traits == Traits(complex=True)
    mixed = read_claim(jax, numbers=("complex", "real"))
    assert (mixed.traits, mixed.real) == (Traits(complex=True, conjugate=False), (1,))
    assert read_claim(text, numbers=["real", "real"]).real == ()


@pytest.mark.parametrize("numbers", ["whole", 3, ("real",), ("real", "whole"), ("real", 1)])
def test_other_numbers_are_refused(numbers: Any) -> None:
    with pytest.raises(ArgumentError, match="numbers"):
        read_claim(emit("i,i->"), numbers=numbers)


def test_the_module_of_a_derivative_is_refused() -> None:
    text = emit_derivative(derivative(Pattern((("i",),), ()), ((0,),)))
    with pytest.raises(ArgumentError, match="this is the module of a Jacobian"):
        read_claim(text)


def test_a_module_without_a_claim_is_refused() -> None:
    with pytest.raises(ArgumentError, match="does not state its einsum"):
        read_claim('"""Something."""\n')
    with pytest.raises(PatternError):
        read_claim('"""The einsum i-j and its gradients."""\n')
    with pytest.raises(SyntaxError):
        read_claim("def")
