from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.emit.view import aligning, index, inserting, transposing

labels = st.permutations("abcd").flatmap(
    lambda order: st.integers(0, 4).map(lambda length: tuple(order[:length]))
)


def array(given_: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    sizes = {"a": 2, "b": 3, "c": 4, "d": 5}
    shape = tuple(sizes[label] for label in given_)
    return np.arange(int(np.prod(shape))).reshape(shape)


@given(labels, st.randoms(use_true_random=False))
def test_transposing_permutes(given_: tuple[str, ...], random: Random) -> None:
    output = tuple(random.sample(given_, len(given_)))
    x = array(given_)
    found = eval(f"x{transposing(given_, output)}", {"x": x})
    np.testing.assert_array_equal(
        found, np.einsum(f"{''.join(given_)}->{''.join(output)}", x), strict=True
    )


@given(labels, labels)
def test_aligned_arrays_broadcast_against_the_output(
    given_: tuple[str, ...], more: tuple[str, ...]
) -> None:
    output = tuple(dict.fromkeys((*more, *given_)))
    x, full = array(given_), array(output)
    found = eval(f"x{aligning(given_, output)}", {"x": x})
    expected = np.einsum(f"{''.join(given_)},{''.join(output)}->{''.join(output)}", x, full)
    np.testing.assert_array_equal(found * full, expected, strict=True)
    assert found.ndim <= full.ndim
    assert np.shares_memory(found, x)


@pytest.mark.parametrize(
    ("given_", "output", "text"),
    [
        ("ij", "ij", ""),
        ("ij", "ji", ".T"),
        ("ijk", "kji", ".T"),
        ("ijk", "jik", ".transpose(1, 0, 2)"),
        ("ijk", "jki", ".transpose(1, 2, 0)"),
        ("", "", ""),
    ],
)
def test_transposing_is_short(given_: str, output: str, text: str) -> None:
    assert transposing(tuple(given_), tuple(output)) == text


@pytest.mark.parametrize(
    ("given_", "output", "text"),
    [
        ("i", "bi", ""),
        ("i", "ib", "[:, None]"),
        ("ij", "ibj", "[:, None, :]"),
        ("ji", "bij", ".T"),
        ("ji", "ibj", ".T[:, None, :]"),
        ("", "ij", ""),
        ("ij", "ij", ""),
    ],
)
def test_aligning_inserts_no_axis_in_front(given_: str, output: str, text: str) -> None:
    assert aligning(tuple(given_), tuple(output)) == text


def test_inserting_and_index() -> None:
    assert inserting(("i",), ("b", "i")) == "[None, :]"
    assert inserting(("i",), ("i",)) == ""
    assert index(("1", "i", "1"), "0") == "0, :, 0"
