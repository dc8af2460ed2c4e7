"""Differences are described in helpful words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from einsum_grad.certify.compare import difference, misfit
from einsum_grad.certify.residue import Residue, filled


def column(*numbers: int) -> Any:
    return filled(map(Residue, numbers), (len(numbers), 1))


@pytest.mark.parametrize(
    ("got", "told"),
    [
        (None, "it is of type NoneType, and no array"),
        ((1, 2), "it is of type tuple, and no array"),
        (column(1, 2).T, "it has shape (1, 2), but should have (2, 1)"),
        (Residue(1), "it has shape (), but should have (2, 1)"),
        (np.ones((2, 1)), "it has dtype float64, whatever the operands have"),
        (np.array([[1], [None]], object), "an entry is None, which is no number"),
    ],
)
def test_misfits_are_described(got: Any, told: str) -> None:
    assert misfit(got, (2, 1)) == told


@pytest.mark.parametrize("got", [column(1, 2), np.array([[0], [1]], object)])
def test_residues_and_constants_fit(got: Any) -> None:
    assert misfit(got, (2, 1)) is None


def test_a_bare_number_fits_a_0d_shape() -> None:
    assert misfit(Residue(1), ()) is None
    assert misfit(0, ()) is None


@pytest.mark.parametrize(
    ("got", "told"),
    [
        (column(3, 5, 7), None),
        (column(6, 10, 14), "it is 2 times what it should be"),
        (column(-3, -5, -7), "it is -1 times what it should be"),
        (column(3, 5, 8), "1 of 3 entries differ, [2,0] the first"),
        (column(0, 0, 0), "it is 0 times what it should be"),
        (column(3, 6, 8), "2 of 3 entries differ, [1,0] the first"),
    ],
)
def test_a_common_factor_is_reported_instead_of_entries(got: Any, told: str | None) -> None:
    assert difference(got, column(3, 5, 7)) == told


def test_a_common_fraction_is_reported() -> None:
    expected = column(3, 5, 7)
    assert difference(expected / 4, expected) == "it is 1/4 of what it should be"
    assert difference(expected * 3 / 2, expected) == "it is 3/2 of what it should be"


def test_a_large_factor_is_no_help() -> None:
    assert difference(column(3 * 10**9, 5 * 10**9), column(3, 5)) == (
        "2 of 2 entries differ, [0,0] the first"
    )
    assert difference(Residue(10**9), np.asarray(Residue(1), object)) == "it is another number"


@pytest.mark.parametrize("unit", [1.0, 1 + 2j])
@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (1, None),
        (2, "it is 2 times what it should be"),
        (-1 / 3, "it is -1/3 of what it should be"),
        (0, "it is 0 times what it should be"),
        (1 + 1e-15, "it differs in the last digits alone"),
        (1 + 1e-8, "3 of 3 entries differ, [0,0] the first"),
        (1j, "3 of 3 entries differ, [0,0] the first"),
        (3**0.5, "3 of 3 entries differ, [0,0] the first"),
    ],
)
def test_the_factor_of_doubles_is_found_although_it_rounds(
    factor: complex, told: str | None, unit: complex
) -> None:
    expected = np.array([[0.375], [-0.625], [0.875]]) * unit
    got = difference(expected * factor, expected)
    assert got is None if told is None else got is not None and got.startswith(told)


def test_doubles_that_should_be_zero_have_no_factor() -> None:
    assert difference(np.ones((2, 1)), np.zeros((2, 1))) == (
        "2 of 2 entries differ, [0,0] the first"
    )
    assert difference(np.ones(()), np.zeros(())) == "it is another number"
