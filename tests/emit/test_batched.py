"""Arrays with an ellipsis that stays one."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from einsum_grad.emit import emit
from tests.emit.generated import exit_code, run
from tests.emit.libraries import EVERY
from tests.tries import tries

LINES = [
    ("...ij,jk->...ik", ["x @ w", "dz @ w.T", "tensordot(x, dz, axes=(axes, axes))"]),
    ("...ij,...jk->...ik", ["x @ w", "dz @ w.swapaxes(-1, -2)", "x.swapaxes(-1, -2) @ dz"]),
    ("...i,ij->...j", ["x @ w", "dz @ w.T", "axes = range(x.ndim - 1)"]),
    ("...i,i->...", ["x @ w", "dz[..., None] * w"]),
    ("...ij,...ij->", ["np.vdot(x, w)", "dz * w", "x * dz"]),
    ("...,i->...i", ["x[..., None] * w", "dz @ w"]),
    ("...ijk,...kl->...ijl", ['np.einsum("...ijk,...kl->...ijl", x, w)']),
    ("...i->...", ["[..., None], x.shape)"]),
    ("...hqd,...hkd->...hqk", ["x @ w.swapaxes(-1, -2)", "dz @ w", "dz.swapaxes(-1, -2) @ x"]),
    ("a...,a...->a...", ["x * w", "dz * w", "x * dz"]),
    ("...ii,...i->...", ['np.einsum("...ii->...i", x)', "dw = x_ai * dz[..., None]"]),
]


@pytest.mark.parametrize(("pattern", "lines"), LINES)
def test_calls_loop_over_an_ellipsis(pattern: str, lines: list[str]) -> None:
    text = emit(pattern)
    assert "reshape" not in text[: text.index("def check_sizes")].partition("def tensordot")[0]
    for line in lines:
        assert line in text
    code, printed = exit_code(text)
    assert code == 0, printed


@pytest.mark.parametrize("pattern", ["...i->i", "...ij,...jk->ik", "i...j,jk->k...i"])
def test_the_rest_takes_an_ellipsis_for_one_axis(pattern: str) -> None:
    text = emit(pattern)
    assert "reshape" in text
    code, printed = exit_code(text)
    assert code == 0, printed


def _random_pattern(random: Random) -> str:
    letters = "ijkl"[: random.randint(1, 4)]
    terms = []
    for _ in range(random.randint(1, 3)):
        own = random.sample(letters, random.randint(0, min(3, len(letters))))
        dots = random.choice(["...", "...", ""])
        terms.append(dots + "".join(own) if random.random() < 0.8 else "".join(own) + dots)
    there = [letter for letter in letters if any(letter in term for term in terms)]
    output = "".join(random.sample(there, random.randint(0, len(there))))
    dots = "..." if any("..." in term for term in terms) and random.random() < 0.8 else ""
    return f"{','.join(terms)}->{dots}{output}"


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        ("...i->...", ["xp.sum(x, axis=-1", "xp.broadcast_to(dz[..., None], x.shape)"]),
        ("...ij->...", ["xp.sum(x, axis=(-2, -1)", "dz[..., None, None]"]),
        ("...ii->...i", ["diagonal(x, -2, -1)", "embed(dz)"]),
        ("...ii,...i->...", ["diagonal(x, -2, -1)", "xp.sum(x_ai * w, axis=-1"]),
    ],
)
def test_an_ellipsis_stays_without_einsums_too(pattern: str, lines: list[str]) -> None:
    text = emit(pattern, "array_api", bare=True)
    computing, checks, _ = text.partition("def namespace")
    assert checks
    assert "reshape" not in computing
    for line in lines:
        assert line in computing


@pytest.mark.oracle
@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize("numbers", ["real", "complex"])
@pytest.mark.parametrize("seed", range(tries(100)))
def test_forward_is_the_einsum_and_gradients_are_its_own(
    seed: int, numbers: str, target: str
) -> None:
    random = Random(seed)
    pattern = _random_pattern(random)
    text = emit(pattern, target, numbers=numbers)
    code, printed = exit_code(text)
    assert code == 0, printed
    module = run(text, target)
    drawn = np.random.default_rng(seed)
    sizes = {"i": 2, "j": 3, "k": 4, "l": 2}
    for lead in ((), (3,), (2, 3), (0, 2)):
        shapes = [
            sum(
                ((lead if part == "." else (sizes[part],)) for part in term.replace("...", ".")), ()
            )
            for term in pattern.split("->")[0].split(",")
        ]
        arrays = [drawn.integers(-9, 10, shape).astype(float) for shape in shapes]
        # An ellipsis that the output lacks is summed, as NumPy does where it optimizes.
        spelled = pattern.replace("...", "ABC"[: len(lead)])
        z = module.forward(*arrays)
        np.testing.assert_array_equal(z, np.einsum(spelled, *arrays))
        gradients = module.backward(np.ones_like(z), *arrays)
        assert [np.shape(each) for each in gradients] == shapes
