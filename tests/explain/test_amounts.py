"""Readable amounts."""

import pytest

from einsum_grad.explain.amounts import in_bytes, in_flops, in_labels
from einsum_grad.explain.spelling import ASCII, UNICODE
from einsum_grad.lower.cost import Term


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "no arithmetic"),
        (1, "1 flop"),
        (999, "999 flop"),
        (1000, "1 kflop"),
        (8_388_608, "8.4 Mflop"),
        (999_949, "999.9 kflop"),
        (999_951, "1 Mflop"),
        (10**30, "1.0e+12 Eflop"),
        (10**2000, "1.0e+1982 Eflop"),
    ],
)
def test_flops_have_decimal_prefixes(number: int, text: str) -> None:
    assert in_flops(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (3 << 29, "1.5 GiB")]
)
def test_bytes_have_binary_prefixes(number: int, text: str) -> None:
    assert in_bytes(number) == text


def test_flops_are_symbolic_until_all_sizes_are_known() -> None:
    terms = (Term(1, ("b", "i")), Term(2, ("i", "j")))
    assert in_labels(terms, UNICODE) == "b·i + 2·i·j flops"
    assert in_labels(terms, ASCII) == "b*i + 2*i*j flops"
    assert in_labels([term.at({"b": 5, "i": 3, "j": 4}) for term in terms], UNICODE) == "39 flop"
    assert in_labels((), UNICODE) == "no arithmetic"


def test_the_axes_of_an_ellipsis_are_one_factor() -> None:
    assert in_labels([Term(2, ("...", "i"))], UNICODE) == "2·(...)·i flops"


def test_many_terms_and_labels_are_left_out() -> None:
    labels = tuple(f"l{n}" for n in range(20))
    assert in_labels([Term(3, labels)], UNICODE) == "3·l0·l1·l2·…·l18·l19 flops"
    assert in_labels([Term(2, (label,)) for label in labels], UNICODE) == (
        "2·l0 + 2·l1 + 2·l2 + … + 2·l18 + 2·l19 flops"
    )
