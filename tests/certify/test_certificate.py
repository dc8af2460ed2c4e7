"""A certificate states its bound and prints its findings."""

from __future__ import annotations

import json

import pytest

from einsum_grad.certify import Certificate, Finding
from einsum_grad.certify.residue import PRIME

RIGHT = Finding("Z", True, "as it should be")
WRONG = Finding("dX", False, "it is 2 times what it should be")


def certificate(*findings: Finding, degree: int = 3, trials: int = 1) -> Certificate:
    return Certificate("ij->i", (((2, 3),),), findings, degree, trials)


@pytest.mark.parametrize(("degree", "trials"), [(3, 1), (3, 2), (40, 3)])
def test_the_bound_is_degree_over_prime_to_the_trials(degree: int, trials: int) -> None:
    bound = certificate(RIGHT, degree=degree, trials=trials).bound
    assert bound == pytest.approx((degree / PRIME) ** trials, rel=1e-12)


def test_the_bound_is_a_probability() -> None:
    assert certificate(RIGHT, degree=2 * PRIME).bound == 1.0


def test_one_wrong_finding_makes_it_wrong() -> None:
    assert certificate(RIGHT).is_right
    assert not certificate(RIGHT, WRONG).is_right


def test_it_prints_the_findings_and_the_bound() -> None:
    assert str(certificate(RIGHT, WRONG, trials=2)).splitlines() == [
        "ij->i, shapes 2x3",
        "Z is right: as it should be",
        "dX is WRONG: it is 2 times what it should be",
        "if something called right is wrong, that had a chance of at most 1.7e-36:",
        f"    degree 3, 2 trials, modulo the prime {PRIME}",
    ]


def test_it_prints_on_what_other_arrays_than_residues_it_ran() -> None:
    ran = Certificate(
        *("ij->i", (((2, 3),),), (RIGHT,), 3, 4),
        choices=1001,
        library="PyTorch",
        dtypes=("complex128", "float64"),
    )
    assert ran.bound == pytest.approx((3 / 1001) ** 4, rel=1e-12)
    assert str(ran).splitlines()[2:] == [
        "if something called right is wrong, that had a chance of at most 8.1e-11:",
        "    degree 3, 4 trials, each number one of 1001 in complex128 and float64 of PyTorch,",
        "    if the code adds, multiplies and moves numbers of at most 53 bits, to that degree",
    ]
    document = json.loads(json.dumps(ran.to_dict()))
    assert (document["choices"], document["library"]) == (1001, "PyTorch")
    assert document["dtypes"] == ["complex128", "float64"]


def test_no_bound_is_printed_if_nothing_is_right() -> None:
    assert str(certificate(WRONG)).splitlines()[1:] == [str(WRONG)]


def test_it_is_plain_data() -> None:
    document = json.loads(json.dumps(certificate(RIGHT, WRONG).to_dict()))
    assert document["findings"][1] == {
        "name": "dX",
        "is_right": False,
        "told": "it is 2 times what it should be",
    }
    assert (document["is_right"], document["shapes"], document["prime"]) == (
        False,
        [[[2, 3]]],
        PRIME,
    )
