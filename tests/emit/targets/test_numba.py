"""The target numba, compiled: elsewhere its kernels run as plain Python."""

from typing import Any

import numpy as np
import pytest

from einsum_grad.emit import emit
from tests.emit.generated import run

pytest.importorskip("numba")
pytestmark = pytest.mark.oracle

PATTERNS = ["ij,j->ij", "i,i->", "ii,ij->j", "ij,cij->ij", "bij,bjk->bik"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_compiled_kernels_equal_plain_python(pattern: str) -> None:
    text = emit(pattern, "numba", sizes=dict.fromkeys(set(pattern) & set("bcijk"), 3))
    compiled: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), compiled)
    random, terms = np.random.default_rng(0), pattern.partition("->")[0].split(",")
    operands = [random.integers(-4, 5, (3,) * len(term)).astype("f4") for term in terms]
    plain = run(text, "numba")
    dz = np.ones(plain.forward(*operands).shape, "f4")
    for one, other in zip(
        (plain.forward(*operands), *plain.backward(dz, *operands)),
        (compiled["forward"](*operands), *compiled["backward"](dz, *operands)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other, strict=True)


def test_small_matrices_have_their_sizes_in_the_code() -> None:
    text = emit("bij,bjk->bik", "numba", sizes={"b": 100, "i": 4, "j": 5, "k": 6})
    assert "for j in range(5):" in text
    with pytest.raises(ValueError, match="label j has size 5, and not 3"):
        run(text, "numba").forward(np.ones((2, 4, 3)), np.ones((2, 3, 6)))
    assert "for j in range(" not in emit("bij,bjk->bik", "numba", sizes=dict.fromkeys("bijk", 100))


@pytest.mark.parametrize(
    ("number", "array"),
    [(0.5, np.array([1, 2])), (np.float64(0.5), np.ones(2, "f4")), (np.array(2j), np.ones(2))],
)
def test_a_number_that_the_arrays_dtype_would_cut_is_refused(number: Any, array: Any) -> None:
    module = run(emit(",i->i", "numba"), "numba")
    with pytest.raises(ValueError, match="more than one dtype"):
        module.forward(number, array)
    np.testing.assert_array_equal(module.forward(2, np.array([1, 3])), [2, 6])
