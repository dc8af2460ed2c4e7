from typing import Any

import pytest

from einsum_grad.emit import TARGETS
from einsum_grad.emit.request import emit, target_of
from einsum_grad.errors import ArgumentError, ArgumentTypeError, EinsumGradError, PatternError
from tests.emit.generated import run
from tests.emit.libraries import RUNNABLE


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"pattern": "ij->>i"}, PatternError, "the arrow is written ->"),
        ({"pattern": "i->ib"}, PatternError, "the output has b"),
        ({"pattern": 3}, ArgumentTypeError, "a pattern is a str"),
        (
            {"target": "fortran"},
            ArgumentError,
            r"one of numpy, .*, and not 'fortran'",
        ),
        ({"target": None}, ArgumentError, "target is one of"),
        ({"target": ["numpy"]}, ArgumentError, "target is one of"),
        ({"numbers": "quaternion"}, ArgumentError, "numbers is one of real, complex, and not"),
        ({"numbers": []}, EinsumGradError, "numbers is one of"),
        ({"wrt": 5}, ArgumentError, "wrt names operand 5"),
        ({"shapes": [(2,)]}, EinsumGradError, "operand"),
        ({"notation": "words"}, ArgumentError, "notation is one of"),
    ],
)
def test_what_cannot_be_used_is_refused(
    arguments: dict[str, Any], error: type[EinsumGradError], message: str
) -> None:
    with pytest.raises(error, match=message):
        emit(**{"pattern": "ij,jk->ik", **arguments})


def test_targets_are_found_by_their_name() -> None:
    assert sorted(TARGETS) == ["array_api", "einops", "jax", "numba", "numpy", "torch"]
    assert all(target_of(name) is target for name, target in TARGETS.items())


def test_emit_is_a_public_name() -> None:
    import einsum_grad as eg

    eg.compile("i->")  # which imports the folder of the same name
    assert eg.emit("i->") == emit("i->")


def test_wrt_chooses_the_gradients_and_their_order() -> None:
    import numpy as np

    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    for target in RUNNABLE:
        dw, dx = run(emit("ij,jk->ik", target, wrt=(1, 0)), target).backward(np.ones((2, 4)), x, w)
        assert (dx.shape, dw.shape) == (x.shape, w.shape)
        for wrt, count in (((), 0), (1, 1)):
            module = run(emit("ij,jk->ik", target, wrt=wrt), target)
            assert len(module.backward(np.ones((2, 4)), x, w)) == count


def test_shapes_make_a_module_for_broadcasting_sizes() -> None:
    import numpy as np

    for target in RUNNABLE:
        module = run(emit("ij,ij->i", target, shapes=[(2, 3), (2, 1)]), target)
        x, w = np.arange(6.0).reshape(2, 3), np.array([[2.0], [3.0]])
        np.testing.assert_array_equal(module.forward(x, w), (x * w).sum(1))
        dx, dw = module.backward(np.array([1.0, 10.0]), x, w)
        np.testing.assert_array_equal(dx, [[2.0] * 3, [30.0] * 3])
        np.testing.assert_array_equal(dw, [[3.0], [120.0]])


def test_complex_modules_conjugate() -> None:
    import numpy as np

    x, w = np.array([1 + 2j]), np.array([3 - 1j])
    for target in RUNNABLE:
        dx, dw = run(emit("i,i->", target, numbers="complex"), target).backward(
            np.array(1 + 1j), x, w
        )
        traits = TARGETS[target].traits
        conj = np.conj if traits is None or traits.conjugate else np.asarray
        np.testing.assert_array_equal(dx, (1 + 1j) * conj(w))
        np.testing.assert_array_equal(dw, (1 + 1j) * conj(x))


def test_complex_numbers_have_twice_the_bytes() -> None:
    sizes = {"i": 120, "j": 120}
    assert "empty(" not in emit("ij,ij->ij", sizes=sizes, blocked=True)
    assert "empty(" in emit("ij,ij->ij", sizes=sizes, numbers="complex", blocked=True)


def test_sizes_choose_the_order_of_contraction() -> None:
    left = emit("ab,bc,cd->ad", sizes={"a": 2, "b": 50, "c": 50, "d": 50})
    right = emit("ab,bc,cd->ad", sizes={"a": 50, "b": 50, "c": 50, "d": 2})
    assert "a @ b" in left
    assert "b @ c" in right


def test_two_targets_write_what_their_readers_expect() -> None:
    assert 'np.einsum("bij,jk->ik", x, w)' in emit("bij,jk->ik", "einops")
    assert 'einops.repeat(dx_ij, "i j -> b i j", b=x.shape[0])' in emit("bij,jk->ik", "einops")
    numpy = emit("ij,jk->ik", "numpy")
    assert "return x @ w" in numpy
    assert "dz @ w.T" in numpy
    assert "x.T @ dz" in numpy
    assert "einsum(" not in numpy


def test_a_file_is_plain_unless_blocks_are_asked_for() -> None:
    large = {"i": 2048, "j": 2048}
    plain = emit("ij,ij->ij", sizes=large)
    assert plain == emit("ij,ij->ij", shapes=[(2048, 2048)] * 2) == emit("ij,ij->ij")
    for known in ({"sizes": large}, {"shapes": [(2048, 2048)] * 2}):
        assert "in_blocks(" in emit("ij,ij->ij", blocked=True, **known)
    assert emit("ij,ij->ij", sizes={"i": 2, "j": 3}, blocked=True) == plain


def test_blocks_need_sizes_and_a_target_that_has_them() -> None:
    with pytest.raises(ArgumentError, match="give sizes or shapes as well"):
        emit("ij,ij->ij", blocked=True)
    with pytest.raises(ArgumentError, match="the target einops has no blocks; these have: numpy"):
        emit("ij,ij->ij", "einops", sizes={"i": 2048, "j": 2048}, blocked=True)


@pytest.mark.parametrize("target", RUNNABLE)
@pytest.mark.parametrize("pattern", ["ab,bc,cd->ad", "ijk,ir,jr,kr->", "ii,ij->j", "a,b,c,d->abcd"])
def test_a_file_for_readers_frees_nothing(pattern: str, target: str) -> None:
    text = emit(pattern, target)
    assert "del " not in text
    assert "clear()" not in text
