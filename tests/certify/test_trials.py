"""Right code is certified, mistakes are found, and the bound is that of the code run."""

from __future__ import annotations

import dataclasses
import math
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

import einsum_grad as eg
from einsum_grad.certify import Certificate, Claim, certify, read_claim
from einsum_grad.certify.parts import part
from einsum_grad.certify.residue import PRIME
from einsum_grad.emit import TARGETS, Source, emit, write
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import Traits
from einsum_grad.plan import pattern_of
from einsum_grad.runtime.generated.load import load
from einsum_grad.syntax import parse
from tests.changed import is_changed
from tests.emit.generated import programs
from tests.emit.libraries import LIBRARIES, RUNNABLE
from tests.mutants import mutant
from tests.tries import tries

MODULE = '''
"""The einsum ij,jk->ik and its gradients."""

import numpy as np


def forward(x, w):
    """Return the output Z."""
    return x @ w


def backward(dz, x, w):
    """Return the gradients (dx, dw) for a cotangent dz of Z."""
    dx = dz @ w.T
    dw = x.T @ dz
    return dx, dw
'''


def claim(text: str, traits: Traits | None = None) -> Claim:
    pattern = pattern_of(parse(text))
    return Claim(pattern, tuple(range(len(pattern.inputs))), (), traits or Traits())


def certified(text: str, **options: Any) -> Certificate:
    return certify(load(Source(text, "numpy"), "a test").module, read_claim(text), **options)


def told(certificate: Certificate) -> list[str]:
    return [str(finding) for finding in certificate.findings]


@given(programs())
def test_every_module_is_right(drawn: Any) -> None:
    case, target, program = drawn
    assume(0 not in case.given.values())
    certificate = certified(write(program, TARGETS[target]).text)
    assert certificate.is_right, str(certificate)
    assert len(certificate.findings) == 1 + len(program.wrt) + TARGETS[target].apply
    assert certificate.degree == len(case.inputs) + (1 if program.wrt else 0)


NUMPYS = [name for name in RUNNABLE if LIBRARIES[name].needs in ("numpy", "einops")]


@pytest.mark.parametrize("seed", range(4))
def test_a_mutant_is_wrong_if_its_result_is(seed: int) -> None:
    random = Random(seed)
    for _ in range(tries(100)):
        case = mutant(random, NUMPYS)
        is_right = certified_or_wrong(case.text)
        assert is_right != is_changed(case), (case.subject, case.line)


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:The use of `x.T`")  # of PyTorch, of a mutant that is wrong
@pytest.mark.parametrize(("target", "count"), [("torch", 300), ("jax", 25)])
def test_a_mutant_in_another_library_is_wrong_if_its_result_is(target: str, count: int) -> None:
    pytest.importorskip(target)
    random = Random(0)
    for _ in range(tries(count)):
        case = mutant(random, [target])
        is_right = certified_or_wrong(case.text)
        assert is_right != is_changed(case), (case.subject, case.line)


def certified_or_wrong(text: str) -> bool:
    try:
        return certified(text).is_right
    except Exception:  # noqa: BLE001  # a module that can't be loaded
        return False


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("dz @ w.T", "dz @ w", "dX is WRONG: backward raises ValueError"),
        ("dz @ w.T", "w @ dz.T", "dX is WRONG: it has shape (3, 2), but should have (2, 3)"),
        ("dz @ w.T", "dz @ w.T / w.shape[1]", "dX is WRONG: it is 1/4 of what it should be"),
        ("dz @ w.T", "dz @ w.T * x", "dX is WRONG: 6 of 6 entries differ, [0,0] the first"),
        ("dz @ w.T", "np.zeros(x.shape)", "dX is WRONG: it has dtype float64, whatever"),
        (
            "dz @ w.T",
            "(dz @ w.T).astype(float)",
            "dX is WRONG: backward raises TypeError: a conversion",
        ),
        ("dz @ w.T", "np.maximum(dz, 0) @ w.T", "dX is WRONG: backward raises TypeError"),
        ("dz @ w.T", "None", "dX is WRONG: it is of type NoneType, and no array"),
        ("return dx, dw", "return dx", "dX is WRONG: backward returns something of type ndarray"),
        ("return dx, dw", "return (dx,)", "dX is WRONG: backward returns 1 gradients, but should"),
        ("return dx, dw", "raise SystemExit", "dX is WRONG: backward raises SystemExit"),
        ("return dx, dw", "x *= 2; return dx, dw", "dX is WRONG: backward raises ValueError"),
        ("return x @ w", "return x @ w + 1", "Z is WRONG: 8 of 8 entries differ, [0,0] the first"),
        ("return x @ w", "return 2 * (x @ w)", "Z is WRONG: it is 2 times what it should be"),
        ("return x @ w", "return (x @ w).T", "Z is WRONG: it has shape (4, 2), but should have"),
        ("return x @ w", "return abs(x) @ w", "Z is WRONG: forward raises TypeError"),
    ],
)
def test_mistakes_are_described(before: str, after: str, finding: str) -> None:
    text = MODULE.replace(before, after)
    lines = told(certified(text))
    wrong = [line for line in lines if "WRONG" in line]
    assert wrong[0].startswith(finding), lines


def test_a_gradient_can_be_right_while_the_output_is_wrong() -> None:
    lines = told(certified(MODULE.replace("return x @ w", "return 2 * (x @ w)")))
    assert [line.split(":")[0] for line in lines] == ["Z is WRONG", "dX is right", "dW is right"]


def test_consistent_mistakes_in_output_and_gradients_are_found() -> None:
    # Each the adjoint of the other, so the adjoint identity alone sees nothing.
    module = SimpleNamespace(forward=lambda x: 3 * x.T, backward=lambda dz, x: (3 * dz.T,))
    lines = told(certify(module, claim("ij->ji")))
    assert lines == [
        "Z is WRONG: it is 3 times what it should be",
        "dX is WRONG: it is 3 times what it should be",
    ]


def test_a_gradient_that_reads_its_operand_is_wrong() -> None:
    module = SimpleNamespace(forward=lambda x: x + 0, backward=lambda dz, x: (dz + x - x,))
    assert certify(module, claim("i->i")).is_right
    module.backward = lambda dz, x: (dz + x,)
    assert not certify(module, claim("i->i")).is_right


def test_exact_fractions_are_right() -> None:
    assert not certified(MODULE.replace("x @ w", "x.mean(axis=1)[:, None] * w[0]")).is_right
    assert not certified(MODULE.replace("x @ w", "x @ w * 0.1 * 10")).is_right, "no binary fraction"
    assert certified(MODULE.replace("x @ w", "x @ w * 0.5 / 3 * 6")).is_right
    mean = "(dz[:, None] * w[None]).mean(axis=-1) * w.shape[1]"
    assert certified(MODULE.replace("dz @ w.T", mean)).is_right


def test_the_degree_is_that_of_the_code_run() -> None:
    module = SimpleNamespace(
        forward=lambda x: x + x**50 - x**50, backward=lambda dz, x: (dz + dz * 0 * x**70,)
    )
    certificate = certify(module, claim("i->i"))
    assert certificate.is_right
    assert certificate.degree == 72
    assert math.isclose(certificate.bound, 72 / PRIME)


def test_powers_that_vanish_modulo_the_prime_leave_no_bound() -> None:
    # Fermat's theorem: x to the power of the prime is x.
    module = SimpleNamespace(forward=lambda x: x**PRIME, backward=lambda dz, x: (dz,))
    certificate = certify(module, claim("i->i"))
    assert certificate.degree >= PRIME
    assert certificate.bound == 1.0


@pytest.mark.parametrize("target", ["numpy", "einops"])
def test_a_lost_conjugation_is_found(target: str) -> None:
    text = emit("ij,jk->ik", target, numbers="complex")
    assert certified(text).is_right
    lost = text.replace(".conj()", "", 1)
    assert lost != text
    assert not certified(lost).is_right


def test_the_other_convention_has_no_conjugates() -> None:
    module = SimpleNamespace(forward=lambda x, w: x * w, backward=lambda dz, x, w: (dz * w, x * dz))
    plain, torch = Traits(True, conjugate=False), Traits(True, conjugate=True)
    assert certify(module, claim("i,i->i", plain)).is_right
    assert not certify(module, claim("i,i->i", torch)).is_right
    assert certify(module, claim("i,i->i")).is_right


@pytest.mark.parametrize(
    "edit",
    [
        ("return x @ w", "return (x @ w).reshape(2, 4)"),
        ("dw = x.T @ dz", "dw = np.broadcast_to(x.T @ dz, (3, 4))"),
        ("dx = dz @ w.T", "dx = np.einsum('ik,jk->ij', dz, w) * (5 - w.shape[1])"),
    ],
)
def test_a_hard_coded_size_is_found(edit: tuple[str, str]) -> None:
    assert not certified(MODULE.replace(*edit)).is_right


def test_a_product_of_sizes_is_not_mistaken_for_another_size() -> None:
    text = eg.compile("atb,bbb,br,cb,c->atc", wrt=3).source
    wrong = text.replace(
        ".reshape(d.shape[0], a.shape[0] * a.shape[1])",
        ".reshape(a.shape[0] * a.shape[1], d.shape[0])",
    )
    assert wrong != text
    assert not certified(wrong).is_right


def test_a_backward_without_gradients_is_run() -> None:
    text = emit("ij->i", wrt=())
    assert certified(text).is_right
    lines = told(certified(text.replace("return ()", "return (dz,)")))
    told_of_all = "the tuple of gradients is WRONG: backward returns 1 gradients"
    assert lines[1:] == [f"{told_of_all}, but should return 0"]


def test_the_gradient_of_a_real_operand_is_the_real_part() -> None:
    def module(dx: Any, conj: bool) -> Any:
        def backward(dz: Any, x: Any, w: Any) -> Any:
            return dx(dz * (w.conj() if conj else w)), x * dz

        return SimpleNamespace(forward=lambda x, w: x * w, backward=backward)

    def real(array: Any) -> Any:
        return part(array, "real")

    for conj in (True, False):
        read = claim("i,i->i", Traits(complex=True, conjugate=conj))
        mixed = dataclasses.replace(read, real=(0,))
        assert certify(module(lambda dx: dx, conj), mixed).is_right
        assert certify(module(real, conj), mixed).is_right
        assert not certify(module(real, conj), read).is_right
        assert not certify(module(real, not conj), mixed).is_right
        assert not certify(module(lambda dx: real(dx) * 2, conj), mixed).is_right


def test_a_real_part_of_complex_numbers_is_refused() -> None:
    text = emit("i,i->i", numbers="complex").replace("dz * w.conj()", "(dz * w.conj()).real")
    (_, finding, _) = certified(text).findings
    assert ".real" in text
    assert str(finding) == "dX is WRONG: backward uses real, which residues can't model"


def test_given_sizes_are_kept_and_others_are_small() -> None:
    text = emit("bij,jk->ik")
    assert certified(text).shapes == (((2, 3, 4), (4, 5)), ((3, 4, 5), (5, 2)))
    first, second = certified(text, sizes={"j": 7, "i": 1}).shapes
    assert first == ((2, 1, 7), (7, 3))
    assert second == ((3, 1, 7), (7, 2))
    assert certified(text, sizes={"j": 7, "i": 1}).is_right


def test_a_size_of_0_is_refused() -> None:
    with pytest.raises(ArgumentError, match="sizes of at least 1, but i has size 0"):
        certified(emit("ij->i"), sizes={"i": 0})
    with pytest.raises(ArgumentError, match="sizes of at least 1, but b has size 0"):
        certified(emit("i->ib", sizes={"b": 0}))


def test_a_size_in_the_code_cannot_be_changed() -> None:
    text = emit("i->ib", sizes={"b": 3})
    assert certified(text, sizes={"b": 3}).is_right
    with pytest.raises(ArgumentError, match="b is 4 in sizes, but 3 in the code"):
        certified(text, sizes={"b": 4})
    with pytest.raises(ArgumentError, match="no label"):
        certified(text, sizes={"c": 4})


@pytest.mark.parametrize("trials", [0, -1, 1.5, "2"])
def test_trials_must_be_a_positive_int(trials: Any) -> None:
    with pytest.raises(ArgumentError, match="trials"):
        certified(emit("i->"), trials=trials)


def test_trials_have_new_numbers_and_a_seed_repeats_them() -> None:
    seen: list[int] = []

    def forward(x: Any) -> Any:
        seen.append(x[0].re)
        return x

    module = SimpleNamespace(forward=forward, backward=lambda dz, x: (dz,))
    for seed in (1, 1, None, None):
        assert certify(module, claim("i->i"), trials=3, seed=seed).trials == 3
    first, again, new, newer = np.array(seen).reshape(4, 12)
    assert len(set(first)) == 12
    assert first.tolist() == again.tolist()
    assert len({*first, *new, *newer}) == 36


def test_nondeterministic_code_is_found() -> None:
    calls: list[int] = []

    def forward(x: Any) -> Any:
        calls.append(1)
        return x if len(calls) <= 2 else x[None]

    module = SimpleNamespace(forward=forward, backward=lambda dz, x: (dz,))
    assert told(certify(module, claim("i->i")))[1] == (
        "dX is WRONG: the output with v: it has shape (1, 2), but should have (2,)"
    )
