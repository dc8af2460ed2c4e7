"""`einsum-grad check`: right gradients pass, wrong ones do not."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import einsum_grad.functions
from einsum_grad.cli import main
from einsum_grad.cli.commands.differences import points, steps, verdict
from einsum_grad.cli.shapes import default_shapes, written
from einsum_grad.functions import compile
from einsum_grad.plan import pattern_of
from einsum_grad.syntax import parse
from tests.emit.libraries import EVERY

Capture = pytest.CaptureFixture[str]

LINE = re.compile(
    r"(d\w+) is (right|WRONG): largest deviation (\S+) on whole numbers, (\S+) on fractions, (.*)"
)


@pytest.mark.oracle
@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize(
    "arguments",
    [
        ["bij,jk->ik"],
        ["ii,ij->j"],
        ["ab,cd->ab"],
        ["...i,ij->...j"],
        ["i,i->", "--shapes", "3,1"],
        ["ij,ij->ij", "--shapes", "3x4,1x4"],
        ["i->iib", "--sizes", "b=3"],
        ["->"],
        ["->i", "--sizes", "i=2"],
        ["ij,jk->ik", "--sizes", "i=0"],
        ["ab,bc,cd,de->ae"],
        ["x x, x out_1 -> out_1", "--notation", "named"],
    ],
)
def test_gradients_are_right(arguments: list[str], target: str, capsys: Capture) -> None:
    assert main(["check", *arguments, "--target", target]) == 0
    head, *lines, meaning = capsys.readouterr().out.splitlines()
    assert meaning == "dZ is ∂L/∂Z, the derivative of a loss L"
    assert head.startswith(f"target {target}, shapes ")
    assert lines
    for line in lines:
        found = LINE.fullmatch(line)
        assert found
        assert found[2] == "right"
        assert found[3] == "0"
        assert float(found[4]) < 1e-13


def test_only_the_operands_in_wrt_are_checked(capsys: Capture) -> None:
    assert main(["check", "ab,bc,cd->ad", "--wrt", "2,0"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:-1]
    assert [line.split()[0] for line in lines] == ["dC", "dA"]


def test_sizes_are_those_given_and_small_distinct_ones(capsys: Capture) -> None:
    assert main(["check", "bij,jk->ik", "--sizes", "i=7"]) == 0
    assert capsys.readouterr().out.startswith("target numpy, shapes 2x7x3,3x4\n")


def test_several_patterns_have_headings(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("i->\n\nij->z\nij->ji\n"))
    assert main(["check", "-"]) == 1
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0] == "# i->"
    assert "# ij->ji" in captured.out
    assert captured.err.startswith("einsum-grad: line 3: ")


@pytest.mark.parametrize("size", [10**8, 10**11])
def test_running_out_of_memory_is_one_line(size: int, capsys: Capture) -> None:
    assert main(["check", "ij", "--sizes", f"i={size},j={size}"]) == 1
    error = capsys.readouterr().err
    assert error == "einsum-grad: there is not enough memory for arrays of these sizes\n"


class Broken:
    """A compiled function with spoiled gradients."""

    def __init__(self, pattern: str, spoil: Callable[[Any], Any]) -> None:
        self.function = compile(pattern)
        self.wrt = self.function.wrt
        self.spoil = spoil

    def __call__(self, *operands: Any) -> Any:
        return self.function(*operands)

    def backward(self, cotangent: Any, *operands: Any) -> tuple[Any, ...]:
        first, *others = self.function.backward(cotangent, *operands)
        return (self.spoil(first), *others)


def with_one_entry_off(gradient: Any) -> Any:
    spoiled = np.array(gradient)
    spoiled.flat[-1] += 1
    return spoiled


SPOILS: list[Callable[[Any], Any]] = [
    with_one_entry_off,
    lambda gradient: gradient * 2,
    lambda gradient: -gradient,
    lambda gradient: gradient.T,
    lambda gradient: gradient[:1],
    lambda gradient: gradient * np.nan,
    lambda gradient: gradient + np.inf,
    lambda gradient: gradient * (1 + 1e-9),
    lambda gradient: gradient.sum(),
]


@pytest.mark.parametrize("shapes", [[(2, 2), (2, 3)], [(9, 9), (9, 3)]])
@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoiled_gradient_is_wrong(
    spoil: Callable[[Any], Any], shapes: list[tuple[int, int]]
) -> None:
    function = Broken("ij,jk->ik", spoil)
    found = points(function, shapes, trials=2, seed=0)
    assert not verdict(found, 0, shapes[0], seed=0).is_right
    assert verdict(found, 1, shapes[1], seed=0).is_right


def test_a_wrong_gradient_ends_with_1(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(
        einsum_grad.functions, "compile", lambda pattern, **_: Broken(pattern, with_one_entry_off)
    )
    assert main(["check", "ij,jk->ik"]) == 1
    first, second = capsys.readouterr().out.splitlines()[1:-1]
    assert first.startswith("dX is WRONG: largest deviation ")
    assert second.startswith("dW is right: ")


def test_a_wrong_shape_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(
        einsum_grad.functions, "compile", lambda pattern, **_: Broken(pattern, lambda g: g[:1])
    )
    assert main(["check", "ij,jk->ik"]) == 1
    told = capsys.readouterr().out.splitlines()[1]
    assert told == "dX is WRONG: it has shape (1, 3), but the operand has (2, 3)"


def test_a_small_operand_is_moved_along_each_entry() -> None:
    assert np.array_equal(sum(steps((2, 3), seed=0)), np.ones((2, 3)))
    assert len(list(steps((2, 3), seed=0))) == 6
    assert len(list(steps((), seed=0))) == 1
    assert list(steps((0, 3), seed=0)) == []


def test_a_large_operand_is_moved_in_many_directions_at_once() -> None:
    directions = list(steps((40, 40), seed=0))
    assert len(directions) == 64
    assert all(set(np.unique(step)) == {-1.0, 1.0} for step in directions)


def test_the_seed_draws_the_operands() -> None:
    function = compile("ij->i")
    one, same, other = (points(function, [(3, 4)], 1, seed)[0].operands[0] for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("pattern", "shapes"),
    [
        ("bij,jk->ik", ((2, 3, 4), (4, 5))),
        ("...i,i->...", ((2, 3, 2), (2,))),
        ("ii->", ((2, 2),)),
    ],
)
def test_default_sizes_are_small_and_distinct(pattern: str, shapes: tuple[Any, ...]) -> None:
    assert default_shapes(pattern_of(parse(pattern)), {}) == shapes


@pytest.mark.parametrize("axes", [8, 12, 30, 64])
def test_default_shapes_of_many_axes_stay_small(axes: int) -> None:
    labels = "".join(chr(0x4E00 + 100 + n) for n in range(axes))
    (shape,) = default_shapes(pattern_of(parse(labels)), {})
    assert np.prod(shape) <= 4096


def test_shapes_are_written_as_they_are_read() -> None:
    assert written([(2, 3), (), (4,)]) == "2x3,scalar,4"
    assert written([(1,)] * 20).endswith(",…")
