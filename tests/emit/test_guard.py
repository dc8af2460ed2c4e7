"""What `check_sizes` refuses, and in which words."""

import numpy as np
import pytest

from einsum_grad.emit.request import emit
from tests.emit.generated import run


@pytest.mark.parametrize(
    ("pattern", "shapes", "message"),
    [
        ("ij,jk->ik", [(2, 3, 4), (3, 4)], "x needs 2 axes"),
        ("ij,jk->ik", [(2, 3), (4,)], "w needs 2 axes"),
        ("i,->i", [(2,), (3,)], "w needs 0 axes"),
        ("i->i", [()], "x needs 1 axis"),
        ("ij,jk->ik", [(2, 3), (4, 5)], "j has the sizes 3 and 4"),
        ("ii->i", [(2, 3)], "i has the sizes 2 and 3"),
        ("i,i,i->", [(2,), (2,), (3,)], "i has"),
        ("...i,i...->i", [(4, 3), (3, 5)], r"the axes of \.\.\. differ"),
        ("...i,i...->...", [(4, 3), (3, 5)], r"the axes of \.\.\. differ"),
        ("...ij->...", [(3,)], "x needs at least 2 axes"),
        ("i...j,j->i...", [(2, 3, 4), (3,)], "j has the sizes 4 and 3"),
    ],
)
def test_operands_that_do_not_fit(
    pattern: str, shapes: list[tuple[int, ...]], message: str
) -> None:
    module = run(emit(pattern))
    with pytest.raises(ValueError, match=message):
        module.check_sizes(*map(np.ones, shapes))


@pytest.mark.parametrize(
    ("pattern", "shapes"),
    [
        ("ij,jk->ik", [(2, 3), (3, 4)]),
        ("ij,jk->ik", [(0, 1), (1, 0)]),
        ("...i,...i->...", [(4, 5, 3), (4, 5, 3)]),
        ("...i->...", [(3,)]),
        ("i...j,j->i...", [(2, 3, 4), (4,)]),
    ],
)
def test_operands_that_fit(pattern: str, shapes: list[tuple[int, ...]]) -> None:
    run(emit(pattern)).check_sizes(*map(np.ones, shapes))


def test_nothing_to_check_takes_no_function() -> None:
    assert "check_sizes" not in emit("...->...")


def test_many_operands_of_one_label() -> None:
    pattern = ",".join("i" * 30) + "->i"
    module = run(emit(pattern))
    module.check_sizes(*[np.ones(2)] * 30)
    with pytest.raises(ValueError, match="i has more than one size"):
        module.check_sizes(*[np.ones(2)] * 29, np.ones(3))


def test_a_number_stands_for_an_array_without_axes() -> None:
    module = run(emit(",i->"))
    (dx, dw) = module.backward(1.0, 2.0, np.ones(3))
    assert dx == 3
    np.testing.assert_array_equal(dw, [2.0, 2.0, 2.0])
