"""The syntax of arguments."""

import argparse

import pytest

from einsum_grad.cli.arguments import (
    as_count,
    as_number,
    as_operands,
    as_order,
    as_shapes,
    as_sizes,
    as_text,
    protected,
)


def test_arguments_are_read() -> None:
    assert as_operands("0,2") == (0, 2)
    assert as_sizes("b=64, i=0") == {"b": 64, "i": 0}
    assert as_sizes("batch=3") == {"batch": 3}
    assert as_shapes("2x3,scalar,4") == ((2, 3), (), (4,))
    assert as_shapes("scalar") == ((),)
    assert as_order("greedy") == "greedy"
    assert as_order("1-2,0-1") == ((1, 2), (0, 1))
    assert as_order("0-1-2") == ((0, 1, 2),)
    assert as_number("0") == 0
    assert as_count("1") == 1


@pytest.mark.parametrize("text", ["-1", "+1", "1_0", "١", "", " ", "1e3", "0x1", "9" * 19])
def test_numbers_are_plain_digits(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        as_number(text)


def test_arrows_survive_argparse() -> None:
    minus = ["derive", "-x@x", "--guess", "-x", "-h", "-", "--wrt"]
    assert protected(minus) == ["derive", " -x@x", "--guess", " -x", "-h", "-", "--wrt"]
    twice = ["check", "--x@x", "--given=x: n", "--wrt", "x", "--guess", "-2*-x", "--json"]
    assert protected(twice) == ["check", " --x@x", *twice[2:5], "--guess", " -2*-x", "--json"]
    pattern = ["check", "-x", "--wrt", "x"]
    assert protected(pattern) == pattern
    given = ["explain", "->i", "--wrt", "0", "-", "i->"]
    assert protected(given) == ["explain", " ->i", "--wrt", "0", "-", "i->"]
    assert [as_text(argument) for argument in protected(given)] == given
