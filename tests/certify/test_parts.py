"""Real parts are found wherever a function takes them."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from einsum_grad.certify.parts import part, parts_taken, with_parts
from einsum_grad.certify.residue import Residue, filled


def helper(x: Any) -> Any:
    return np.real(x)


def caller(x: Any) -> Any:
    return helper(x) + caller(x)


def plain(real: Any) -> Any:
    return real.conj() * 2


def nested(x: Any) -> Any:
    return [entry.imag for entry in x]


def test_a_part_is_found_in_what_is_called() -> None:
    assert parts_taken(caller) == {"real"}


def test_a_part_is_found_in_a_comprehension() -> None:
    assert parts_taken(nested) == {"imag"}


def test_a_conjugate_is_no_part_and_neither_is_a_parameter() -> None:
    assert parts_taken(plain) == frozenset()


def test_a_part_that_is_read_becomes_a_call() -> None:
    text, needed = with_parts("def f(x):\n    return np.real(x.T).sum() + x.imag.real")
    called: dict[str, Any] = {"np": np, **needed}
    exec(text, called)
    array = filled([Residue(1, 2, 1), Residue(3, 4, 1)], (2,))
    assert list(map(str, called["f"](array))) == ["Residue(6, 0)", "Residue(8, 0)"]
    assert parts_taken(called["f"]) == frozenset()


@pytest.mark.parametrize("text", ["y = x.real", "def f(x):\n    x.real = 1", "real = 1"])
def test_other_code_is_unchanged(text: str) -> None:
    assert ast.unparse(ast.parse(with_parts(text)[0])) == text


def test_parts_are_read_only() -> None:
    array = filled([Residue(1, 2, 3)], (1, 1))
    taken = part(array, "imag")
    assert (taken.shape, taken[0, 0].re, taken[0, 0].degree) == ((1, 1), 2, 3)
    assert not taken.flags.writeable
    assert part(Residue(1, 2), "real").im == 0
    assert part(1j, "imag") == 1.0


def test_only_python_functions_take_parts() -> None:
    assert parts_taken(np.einsum) == frozenset()
