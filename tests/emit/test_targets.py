"""What holds for every target: it is equal to the interpreter of `Program`, and checks itself."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from einsum_grad.emit import TARGETS, Target, write
from einsum_grad.emit.request import emit
from einsum_grad.emit.text.spelling import rewritten
from einsum_grad.emit.text.target import NEEDED
from einsum_grad.emit.text.tree import call
from einsum_grad.lower import Program
from einsum_grad.plan import pattern_of
from einsum_grad.runtime import interpret, interpret_backward
from einsum_grad.syntax import parse
from tests.emit.generated import exit_code, program, programs, run, targets
from tests.emit.libraries import EVERY, RUNNABLE
from tests.programs import program_of
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries

pytestmark = pytest.mark.oracle

EMBEDDING = replace(
    TARGETS["einops"],
    name="embedding",
    spellings={
        **TARGETS["einops"].spellings,
        "embed": rewritten(lambda name, given, output, shape: call("own", "embed", name, shape)),
    },
    writable_views=False,
)
"""A target that writes through no view."""

UNFIT = r"needs|has the sizes|more than one size|the axes of \.\.\. differ"


def numbers(found: Program) -> str:
    return "c16" if found.traits.complex else "f8"


@settings(max_examples=tries(400))
@given(programs(), seeds)
def test_targets_equal_the_interpreter(drawn: tuple[Case, str, Program], seed: int) -> None:
    case, target, found = drawn
    dtype = numbers(found)
    operands = [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, dtype, seed + 99)
    module = run(write(found, TARGETS[target]).text, target)
    output = np.asarray(module.forward(*operands))
    np.testing.assert_array_equal(output, interpret(found, *operands), strict=True)
    gradients = module.backward(cotangent, *operands)
    assert isinstance(gradients, tuple)
    wanted = interpret_backward(found, cotangent, *operands)
    for gradient, expected in zip(gradients, wanted, strict=True):
        np.testing.assert_array_equal(np.asarray(gradient), expected, strict=True)


@settings(max_examples=tries(150))
@given(programs())
def test_every_module_checks_its_own_gradients(drawn: tuple[Case, str, Program]) -> None:
    _, target, found = drawn
    code, printed = exit_code(write(found, TARGETS[target]).text)
    assert code == 0, printed
    assert printed.splitlines() == [f"{value.name} is right" for value in found.gradients]


@given(cases(), seeds)
def test_targets_equal_each_other_and_share_their_shapes(case: Case, seed: int) -> None:
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, "f8", seed + 99)
    found = []
    for target in RUNNABLE:
        module = run(write(program(case, target), TARGETS[target]).text, target)
        found.append((module.forward(*operands), *module.backward(cotangent, *operands)))
    for one, *others in zip(*found, strict=True):
        for other in others:
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other), strict=True)


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize(
    ("pattern", "operands"),
    [
        ("ij,jk->ik", [(1, 3), (3, 4)]),
        ("ij,jk->ik", [(2, 3), (1, 4)]),
        ("ij,jk->ik", [(2, 1), (3, 4)]),
        ("ij,ij->ij", [(2, 3), (2, 1)]),
        ("ii->i", [(1, 3)]),
        ("ii,ij->j", [(2, 2), (1, 4)]),
        ("...i,...i->...", [(4, 3), (1, 3)]),
        ("...i,...i->...", [(5, 4, 3), (4, 3)]),
        ("ij,j->i", [(2, 3, 4), (4,)]),
        ("...ij->...", [(3,)]),
        ("i,->i", [(3,), (1,)]),
    ],
)
def test_what_would_broadcast_is_refused(
    target: str, pattern: str, operands: list[tuple[int, ...]]
) -> None:
    module = run(emit(pattern, target), target)
    arrays = [np.ones(shape) for shape in operands]
    if pattern == "ij,jk->ik" and operands[0] == (1, 3):
        assert module.forward(*arrays).shape == (1, 4)  # no label has two sizes here
        return
    with pytest.raises(ValueError, match=UNFIT):
        module.forward(*arrays)
    with pytest.raises(ValueError, match=UNFIT):
        module.backward(np.ones(()), *arrays)


@pytest.mark.parametrize("target", EVERY)
def test_axis_that_broadcasts_must_have_size_1(target: str) -> None:
    module = run(emit("i,i->", target, shapes=[(3,), (1,)]), target)
    assert module.forward(np.ones(4), np.ones(1)) == 4
    with pytest.raises(ValueError, match="axis 0 of operand w needs size 1"):
        module.forward(np.ones(3), np.ones(3))


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize("pattern", ["ij->i", "ii->", "i->ii", "ij->ji", "ij,ij->ij", "i,i->"])
@pytest.mark.parametrize("dtypes", [("f4", "f8"), ("f8", "c16"), ("f8", "f4")], ids=str)
def test_a_gradient_has_the_dtype_of_its_operand_where_a_target_casts(
    target: str, pattern: str, dtypes: tuple[str, str]
) -> None:
    own, given = dtypes
    inputs, _, output = pattern.partition("->")
    operands = [np.ones((3,) * len(term), own) for term in inputs.split(",")]
    cotangent = np.ones((3,) * len(output), given)
    # Else it has the one that the library's arithmetic gives it, and who calls the module casts.
    wanted = own if TARGETS[target].casts else np.result_type(cotangent, *operands[1:])
    module = run(emit(pattern, target), target)
    if TARGETS[target].loops:
        # Loops write into arrays that are there, in the one dtype that all have.
        if not output and given != "c16":
            wanted = own
        else:
            error = ValueError if output else np.exceptions.ComplexWarning
            with pytest.raises(error, match=r"dz has dtype .*, unlike the operands|discards"):
                module.backward(cotangent, *operands)
            return
    for gradient in module.backward(cotangent, *operands):
        assert gradient.dtype == wanted


@given(cases(broadcasting=False), targets, seeds)
def test_wrong_cotangents_are_refused(case: Case, target: str, seed: int) -> None:
    module = run(write(program(case, target), TARGETS[target]).text, target)
    operands = [whole(shape, "f8", seed) for shape in case.shapes]
    shape = case.result_shape
    wrong: list[tuple[int, ...]] = [(*shape, 1), (1, *shape)]
    wrong += [(*shape[:axis], size + 1, *shape[axis + 1 :]) for axis, size in enumerate(shape)]
    for other in wrong:
        with pytest.raises(ValueError, match=r"dz has shape .*, unlike the output"):
            module.backward(np.ones(other), *operands)


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize("order", [False, [(1, 3, 0), (0, 1)], [(0, 1, 2, 3)], [(2, 1, 3, 0)]])
def test_operands_are_contracted_at_once_where_that_is_asked_for(target: str, order: Any) -> None:
    code, printed = exit_code(emit("ab,bc,cda,d->ac", target, optimize=order))
    assert code == 0, printed
    loops = bool(TARGETS[target].loops)
    assert (
        loops
        or "einsum" not in TARGETS[target].spellings
        or "einsum(" in emit("ab,bc,cda,d->ac", target, optimize=order)
    )


def test_more_than_52_labels() -> None:
    letters = "".join(chr(0x4E00 + n) for n in range(60))
    random = np.random.default_rng(0)
    one, other = (random.integers(-3, 4, (2, *(1,) * 58, 2)).astype(float) for _ in "12")
    for target in RUNNABLE:
        for pattern, plain in (
            (f"{letters},{letters}->", "iaj,iaj->"),
            (f"{letters},{letters}->{letters}", "iaj,iaj->iaj"),
            (f"{letters},{letters}->{letters[:1]}", "iaj,iaj->i"),
            (f"{letters},{letters}->{letters[::-1]}", "iaj,iaj->jai"),
        ):
            module = run(emit(pattern, target), target)
            small = [array.reshape(2, 1, 2) for array in (one, other)]
            output = np.asarray(module.forward(one, other))
            np.testing.assert_array_equal(output.ravel(), np.einsum(plain, *small).ravel())
            for gradient, factor in zip(
                module.backward(np.ones(output.shape), one, other), (other, one), strict=True
            ):
                np.testing.assert_array_equal(gradient, factor, strict=True)


def test_diagonals_among_more_than_52_labels() -> None:
    letters = "".join(chr(0x4E00 + n) for n in range(60))
    x = np.arange(4.0).reshape(2, *(1,) * 59, 2)
    for target in RUNNABLE:
        module = run(emit(f"{letters}{letters[0]}->{letters}", target), target)
        np.testing.assert_array_equal(module.forward(x).ravel(), [0, 3])
        (gradient,) = module.backward(np.array([5.0, 7.0]).reshape(2, *(1,) * 59), x)
        np.testing.assert_array_equal(gradient.reshape(2, 2), np.diag([5.0, 7.0]))


def test_off_diagonals_are_zero_beside_inf_and_nan() -> None:
    for target in RUNNABLE:
        module = run(emit("ii,i->i", target), target)
        x, w = np.full((2, 2), np.nan), np.array([np.inf, np.nan])
        dx, _ = module.backward(np.ones(2), x, w)
        np.testing.assert_array_equal(dx, [[np.inf, 0], [0, np.nan]])


def test_a_target_without_writable_views_makes_diagonals_at_once() -> None:
    found = program_of(pattern_of(parse("i->ii")), (0,), EMBEDDING, {})
    text = write(found, EMBEDDING).text
    assert "return embed(x, (x.shape[0], x.shape[0]))" in text
    assert "view of the diagonal" not in text


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_a_target_spells_what_any_step_needs(target: Target) -> None:
    assert target.spellings.keys() >= NEEDED
    assert target.writable_views or "embed" in target.spellings
    assert not target.casts or "like" in target.spellings
    assert set(target.out_argument.values()) <= target.spellings.keys()
