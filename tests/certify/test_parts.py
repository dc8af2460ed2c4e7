"""Real parts are found wherever a function takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from einsum_grad.certify.parts import parts_taken


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


def test_what_is_no_python_function_has_none() -> None:
    assert parts_taken(np.einsum) == frozenset()
