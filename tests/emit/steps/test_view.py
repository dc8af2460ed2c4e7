from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.emit import TARGETS
from einsum_grad.emit.steps.view import aligned, indexed, inserted, transposed
from einsum_grad.emit.text.printer import Printer
from einsum_grad.emit.text.spelling import reindexed
from einsum_grad.emit.text.tree import Expression, call

labels = st.permutations("abcd").flatmap(
    lambda order: st.integers(0, 4).map(lambda length: tuple(order[:length]))
)


def array(given_: tuple[str, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    sizes = {"a": 2, "b": 3, "c": 4, "d": 5}
    shape = tuple(sizes[label] for label in given_)
    return np.arange(int(np.prod(shape))).reshape(shape)


def text(value: Expression) -> str:
    return Printer(TARGETS["numpy"]).text(value)


@given(labels, st.randoms(use_true_random=False))
def test_transposing_permutes(given_: tuple[str, ...], random: Random) -> None:
    output = tuple(random.sample(given_, len(given_)))
    x = array(given_)
    found = eval(text(transposed("x", given_, output)), {"x": x})
    np.testing.assert_array_equal(
        found, np.einsum(f"{''.join(given_)}->{''.join(output)}", x), strict=True
    )


@given(labels, labels)
def test_aligned_arrays_broadcast_against_the_output(
    given_: tuple[str, ...], more: tuple[str, ...]
) -> None:
    output = tuple(dict.fromkeys((*more, *given_)))
    x, full = array(given_), array(output)
    found = eval(text(aligned("x", given_, output)), {"x": x})
    expected = np.einsum(f"{''.join(given_)},{''.join(output)}->{''.join(output)}", x, full)
    np.testing.assert_array_equal(found * full, expected, strict=True)
    assert found.ndim <= full.ndim
    assert np.shares_memory(found, x)


@pytest.mark.parametrize(
    ("given_", "output", "method"),
    [
        ("ij", "ij", ""),
        ("ij", "ji", ".T"),
        ("ijk", "kji", ".T"),
        ("ijk", "jik", ".transpose(1, 0, 2)"),
        ("ijk", "jki", ".transpose(1, 2, 0)"),
        ("", "", ""),
    ],
)
def test_transposing_is_short(given_: str, output: str, method: str) -> None:
    assert text(transposed("x", tuple(given_), tuple(output))) == f"x{method}"


@pytest.mark.parametrize(
    ("given_", "output", "how"),
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
def test_aligning_inserts_no_axis_in_front(given_: str, output: str, how: str) -> None:
    assert text(aligned("x", tuple(given_), tuple(output))) == f"x{how}"


def test_inserting_and_index() -> None:
    assert text(inserted("x", ("i",), ("b", "i"))) == "x[None, :]"
    assert text(inserted("x", ("i",), ("i",))) == "x"
    assert text(indexed("x", ("1", "i", "1"), "0")) == "x[0, :, 0]"


@pytest.mark.parametrize("seed", range(50))
def test_an_axis_dropped_and_inserted_again_stays(seed: int) -> None:
    random = Random(seed)
    own = tuple(random.choice(["1", letter]) for letter in "ijkl"[: random.randint(1, 4)])
    kept = tuple(label for label in own if label != "1")
    entries = [entry for _ in kept for entry in [*["None"] * random.randint(0, 2), ":"]]
    entries += ["None"] * random.randint(0, 2)
    if not entries:
        return
    array = np.arange(1.0, 121.0)[: 2 ** len(kept)].reshape([1 + (label != "1") for label in own])
    dropped = call("units", "x", own, kept)
    found = call("index", call("conjugate", dropped), *entries)
    got = eval(Printer(TARGETS["numpy"]).text(found), {"x": array})
    expected = eval(f"x[{', '.join(entries)}]", {"x": array.reshape([2] * len(kept))})
    np.testing.assert_array_equal(got, expected, strict=True)


def test_a_unit_that_broadcasts_has_no_index() -> None:
    dropped = call("units", "x", ("i", "1"), ("i",))
    assert reindexed(call("index", dropped, ":", "None")) == "x"
    assert reindexed(call("index", "x", ":", "None")) == call("index", "x", ":", "None")
