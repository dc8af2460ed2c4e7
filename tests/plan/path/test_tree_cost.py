import pytest

from einsum_grad.plan.path.tree_cost import MOVED, Measure, labels

A, B, C, D = 1, 2, 4, 8


def test_entries_are_the_product_of_the_sizes() -> None:
    entries = Measure([2, 3, 5, 7]).entries
    assert [entries[term] for term in (0, A, B | D, A | B | C | D)] == [1, 2, 21, 210]


def test_a_pair_costs_its_multiplications_and_what_it_writes() -> None:
    assert Measure([2, 3, 5]).pair(A | B, B | C, A | C) == 2 * 3 * 5 + MOVED * 2 * 5


@pytest.mark.parametrize(
    ("other", "result", "copied"),
    [
        (C | D, A | B | D, False),  # the last axis is summed
        (A | D, B | C | D, False),  # the first axis is summed
        (B | D, A | C | D, True),  # the middle axis is summed, and the rows are apart
        (A | C | D, B | D, True),  # the summed axes are apart
        (B | C | D, A | B | D, False),  # batch in the middle, summed axis last
        (B | C | D, A | C | D, True),  # batch last
        (B, A | C, False),  # no columns: a matrix and a vector, or a sum of rows
        (B | D, A | B | C | D, False),  # nothing is summed
        (A | B | C | D, D, False),  # no rows
    ],
)
def test_an_operand_is_copied_where_no_view_is_a_matrix(
    other: int, result: int, copied: bool
) -> None:
    measure = Measure([2, 3, 5, 7], {A | B | C: (A, B, C)})
    assert measure.copied(A | B | C, other, result) == (MOVED * 30 if copied else 0)
    assert measure.copied(other, A | B | C, result) == 0


def test_labels_are_the_bits() -> None:
    assert list(labels(A | C | D)) == [A, C, D]
