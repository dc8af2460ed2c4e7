import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import einsum_grad as eg
from einsum_grad.emit import TARGETS
from einsum_grad.errors import ArgumentError, DTypeError, EinsumGradError, OperandError
from tests import definition
from tests.emit.libraries import ON_NUMPY
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries


def backward(pattern: str, cotangent: Any, *operands: Any, **arguments: Any) -> Any:
    return eg.compile(pattern, **arguments).backward(cotangent, *operands)


def test_vjp_returns_the_output_and_a_pullback() -> None:
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    out, pullback = eg.compile("ij,jk->ik").vjp(x, w)
    g = np.arange(8.0).reshape(2, 4)
    dx, dw = pullback(g)
    np.testing.assert_array_equal(out, x @ w)
    np.testing.assert_array_equal(dx, g @ w.T)
    np.testing.assert_array_equal(dw, x.T @ g)


def test_a_pullback_can_be_called_again() -> None:
    _, pullback = eg.compile("bij,jk->ik").vjp(np.ones((2, 3, 4)), np.ones((4, 5)))
    for scale in (1.0, 2.0, 3.0):
        dx, dw = pullback(np.full((3, 5), scale))
        assert dx[0, 0, 0] == 5 * scale
        assert dw[0, 0] == 6 * scale


def test_gradients_are_those_of_wrt_in_its_order() -> None:
    a, b, c = (np.full((2, 2), number) for number in (2.0, 3.0, 5.0))
    found = backward("ij,ij,ij->ij", np.ones((2, 2)), a, b, c, wrt=(2, 0))
    assert [gradient[0, 0] for gradient in found] == [6.0, 15.0]
    assert backward("ij,ij,ij->ij", np.ones((2, 2)), a, b, c, wrt=()) == ()
    assert len(backward("ij,ij,ij->ij", np.ones((2, 2)), a, b, c, wrt=1)) == 1


@pytest.mark.parametrize("target", ON_NUMPY)
@pytest.mark.parametrize("value", [3.0, np.float64(3.0), np.array(3.0), np.float32(3), 3])
def test_scalars_stay_0d(target: str, value: Any) -> None:
    f = eg.compile(",i->i", target=target)
    out, pullback = f.vjp(value, [1.0, 2.0])
    scalar, vector = pullback([1.0, 1.0])
    assert scalar.shape == ()
    assert isinstance(scalar, np.ndarray)
    assert scalar.dtype == np.asarray(value).dtype
    np.testing.assert_array_equal(out, np.array([1.0, 2.0]) * value)
    np.testing.assert_array_equal(vector, [1.0 * value] * 2)


def test_a_0d_output_is_a_scalar_as_in_np_einsum() -> None:
    for pattern, operands in (("i,i->", [[1.0], [2.0]]), (",->", [1.0, 2.0]), ("ii->", [[[5.0]]])):
        out = eg.compile(pattern)(*operands)
        assert isinstance(out, np.float64)
        assert type(out) is type(np.einsum(pattern, *operands))
        assert isinstance(eg.compile(pattern).vjp(*operands)[0], np.float64)


@pytest.mark.parametrize("target", ON_NUMPY)
@pytest.mark.parametrize(
    ("pattern", "shapes"),
    [
        ("ij,jk->ik", [(2, 0), (0, 3)]),
        ("ij,jk->ik", [(0, 2), (2, 3)]),
        ("bij,jk->ik", [(0, 2, 3), (3, 4)]),
        ("ab,cd->ab", [(2, 2), (0, 3)]),
        ("ii->i", [(0, 0)]),
        ("i->", [(0,)]),
        ("...i,ij->...j", [(0, 4, 3), (3, 2)]),
        ("...i,ij->...j", [(4, 0), (0, 2)]),
    ],
)
def test_zero_size_axes_give_zeros(
    target: str, pattern: str, shapes: list[tuple[int, ...]]
) -> None:
    operands = [np.ones(shape) for shape in shapes]
    out, pullback = eg.compile(pattern, target=target).vjp(*operands)
    np.testing.assert_array_equal(out, np.einsum(pattern, *operands), strict=True)
    for gradient, operand in zip(pullback(np.ones_like(out)), operands, strict=True):
        assert gradient.shape == operand.shape
        assert gradient.dtype == operand.dtype
        if 0 in out.shape or operand.size == 0:
            assert not gradient.any()


def test_a_repetition_is_a_read_only_view_of_what_it_repeats() -> None:
    g = np.ones((3, 5))
    dx, dw = backward("bij,jk->ik", g, np.ones((1000, 3, 4)), np.ones((4, 5)))
    assert dx.strides[0] == 0
    assert not dx.flags.writeable
    assert dw.flags.writeable
    assert not np.shares_memory(dx, g)


@pytest.mark.parametrize("dtypes", [("f2", "f2"), ("f4", "f8"), ("f8", "c16")])
def test_a_converted_repetition_is_still_a_view(dtypes: tuple[str, str]) -> None:
    x, w = np.ones((1000, 3, 4), dtypes[0]), np.ones((4, 5), dtypes[1])
    dx, _ = backward("bij,jk->ik", np.ones((3, 5), dtypes[0]), x, w)
    assert dx.dtype == dtypes[0]
    assert dx.strides[0] == 0
    assert not dx.flags.writeable


def arrays_of(case: Case, dtype: str, seed: int) -> list[Any]:
    return [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]


@settings(max_examples=tries(200))
@given(cases(), seeds)
def test_writing_to_one_gradient_changes_no_other_result(case: Case, seed: int) -> None:
    """Write into the operands, the cotangent, and each gradient in turn: the others stay.

    Only a gradient that nobody can write to may be a view, and only of the cotangent.
    """
    for target in (name for name in ON_NUMPY if TARGETS[name].copies):
        operands = arrays_of(case, "f8", seed)
        cotangent = whole(case.result_shape, "f8", seed + 99)
        f = eg.compile(case.letters, sizes=case.given, target=target)
        wanted = definition.gradients(case, cotangent, operands)
        found = list(zip(f.vjp(*operands)[1](cotangent), wanted, strict=True))
        overwrite(operands)
        all_equal(found)
        own = [pair for pair in found if not is_read_only_view(pair[0], cotangent)]
        overwrite([cotangent])
        for number, (gradient, _) in enumerate(own):
            all_equal(own[number:])
            if gradient.flags.writeable:
                gradient[...] = np.inf
        assert all(np.isnan(array).all() for array in (*operands, cotangent))


def is_read_only_view(array: Any, of: Any) -> bool:
    return not array.flags.writeable and np.shares_memory(array, of)


def overwrite(arrays: list[Any]) -> None:
    for array in arrays:
        array.flags.writeable = True
        array[...] = np.nan


def all_equal(pairs: list[tuple[Any, Any]]) -> None:
    for found, wanted in pairs:
        np.testing.assert_array_equal(found, wanted)


@given(cases(), seeds)
def test_operands_and_cotangent_are_unchanged(case: Case, seed: int) -> None:
    for target in ON_NUMPY:
        operands = arrays_of(case, "f8", seed)
        cotangent = whole(case.result_shape, "f8", seed + 99)
        for array in (*operands, cotangent):
            array.flags.writeable = False
        before = [array.copy() for array in (*operands, cotangent)]
        out, pullback = eg.compile(case.letters, sizes=case.given, target=target).vjp(*operands)
        np.asarray(out).copy()
        pullback(cotangent)
        for array, kept in zip((*operands, cotangent), before, strict=True):
            np.testing.assert_array_equal(array, kept, strict=True)


def test_writing_into_the_output_does_not_change_the_gradients_of_a_product() -> None:
    for pattern in ("ab,cd->ab", "ab,bc,cd->ad", "ij,jk->ik", "i,i->i"):
        terms = pattern.split("->")[0].split(",")
        operands = [np.full((2,) * len(term), 2.0) for term in terms]
        out, pullback = eg.compile(pattern).vjp(*operands)
        wanted = pullback(np.ones_like(out))
        out[...] = np.nan
        for gradient, expected in zip(pullback(np.ones_like(out)), wanted, strict=True):
            np.testing.assert_array_equal(gradient, expected)


def test_float16_is_summed_in_float32() -> None:
    x = np.full(5000, 1.0, np.float16)
    out, pullback = eg.compile("i,i->").vjp(x, x)
    assert out == 5000  # float16 itself stops at 2048
    assert out.dtype == np.float16
    assert pullback(np.float16(1))[0].dtype == np.float16
    (dx,) = backward("ij->j", np.ones(3, "f2"), np.ones((5000, 3), "f2"))
    assert dx.dtype == np.float16
    big, _ = backward("i,->i", np.ones(5000, "f2"), x, np.float16(1)), None
    assert big[1] == 5000


def test_a_float16_chain_is_not_rounded_in_between() -> None:
    a = np.full((1, 4000), 1.0, np.float16)
    b = np.full((4000, 1), 1.0, np.float16)
    c = np.full((1, 1), 1 / 4096, np.float16)
    out = eg.compile("ab,bc,cd->ad")(a, b, c)
    assert out[0, 0] == np.float16(4000 / 4096)


@pytest.mark.parametrize("dtype", ["i1", "u1", "i2", "i4", "i8", "u8"])
def test_integers_are_exact_and_keep_their_dtype(dtype: str) -> None:
    x, w = np.array([[1, 2], [3, 4]], dtype), np.array([[5, 6], [7, 8]], dtype)
    out, pullback = eg.compile("ij,jk->ik").vjp(x, w)
    assert out.dtype == dtype
    np.testing.assert_array_equal(out, x @ w)
    for gradient in pullback(np.ones((2, 2), dtype)):
        assert gradient.dtype == dtype
    np.testing.assert_array_equal(pullback(np.ones((2, 2), dtype))[0], [[11, 15], [11, 15]])


def test_large_integers_are_exact() -> None:
    x = np.array([2**62 - 1, 1])
    assert eg.compile("i->")(x) == 2**62
    (dx,) = backward("i->", 2**60 + 1, x)
    np.testing.assert_array_equal(dx, [2**60 + 1] * 2)


def test_integer_sums_wrap_around_as_np_einsums_do() -> None:
    x = np.full(200, 100, np.int8)
    assert eg.compile("i->")(x) == np.einsum("i->", x)
    assert eg.compile("i,j->")(x, x) == np.einsum("i,j->", x, x)


def test_bools_are_added_as_or_and_multiplied_as_and() -> None:
    x = np.array([[True, False], [True, True]])
    np.testing.assert_array_equal(eg.compile("ij,jk->ik")(x, x), np.einsum("ij,jk->ik", x, x))
    out, pullback = eg.compile("ij,j->i").vjp(x, x[0])
    assert out.dtype == bool
    cotangent = np.array([True, False])
    gradients = pullback(cotangent)
    np.testing.assert_array_equal(gradients[0], [[True, False], [False, False]])
    np.testing.assert_array_equal(gradients[1], [True, False])
    assert [gradient.dtype for gradient in gradients] == [bool, bool]
    with pytest.raises(DTypeError, match="dtype bool can't hold"):
        pullback(out)  # counts two


@pytest.mark.parametrize(
    ("cotangent", "x", "w"),
    [
        (1.0, np.array([1]), np.array([0.5])),
        (np.nan, np.array([1]), np.array([1.0])),
        (np.inf, np.array([1], "i1"), np.array([1.0])),
        (1.0, np.array([1], "i1"), np.array([1000.0])),
        (1, np.array([1], "i1"), np.array([1000])),
        (1, np.array([1], "u1"), np.array([-1])),
        (1, np.array([True]), np.array([2])),
        (0.5, np.array([1]), np.array([1])),
        (-1, np.array([1], "u1"), np.array([1], "u1")),
    ],
)
def test_what_an_integer_dtype_cannot_hold_is_refused(cotangent: Any, x: Any, w: Any) -> None:
    with pytest.raises(DTypeError, match="can't hold"):
        backward("i,i->", cotangent, x, w)


def test_whole_gradients_of_integer_operands_are_given_in_their_dtype() -> None:
    dx, dw = backward("i,i->", 2.0, np.array([1, 2]), np.array([3.0, 4.0]))
    assert (dx.dtype, dw.dtype) == (np.dtype("i8"), np.dtype("f8"))
    np.testing.assert_array_equal(dx, [6, 8])


def test_complex_gradients_are_conjugated_unless_asked_otherwise() -> None:
    x, w = np.array([1 + 2j, 3j]), np.array([2 - 1j, 1 + 1j])
    f, g = eg.compile("i,i->"), 1 - 1j
    for conj, dx in ((True, g * w.conj()), (False, g * w)):
        out, pullback = f.vjp(x, w, conj=conj)
        assert out == x @ w
        np.testing.assert_array_equal(pullback(g)[0], dx)
        np.testing.assert_array_equal(f.backward(g, x, w, conj=conj)[0], dx)
        np.testing.assert_array_equal(f.vjp(x, w)[1](g, conj=conj)[0], dx)
        np.testing.assert_array_equal(f.vjp(x, w, conj=not conj)[1](g, conj=conj)[0], dx)


def test_a_complex_gradient_points_along_the_steepest_ascent() -> None:
    """For L = |z|², dL = 2 Re(conj(z) dz): the gradient of the real and the imaginary part."""
    x, w = np.array([1.0 + 2j]), np.array([2.0 - 3j])
    f = eg.compile("i,i->")

    def loss(x: Any) -> float:
        return float(abs(f(x, w)) ** 2)

    (dx, _) = f.vjp(x, w)[1](2 * f(x, w))
    for step in (1.0, 1j):
        numeric = (loss(x + step) - loss(x - step)) / 2
        assert numeric == pytest.approx((np.conj(step) * dx[0]).real)


def test_real_operand_has_a_real_gradient() -> None:
    x, w = np.array([1.0, 2.0]), np.array([1 + 2j, 3 - 1j])
    dx, dw = backward("i,i->", 1 + 1j, x, w)
    assert dx.dtype == np.float64
    np.testing.assert_array_equal(dx, ((1 + 1j) * w.conj()).real)
    np.testing.assert_array_equal(dw, (1 + 1j) * x)


def test_real_cotangent_of_a_complex_output_is_taken() -> None:
    dx, _ = backward("i,i->", 1.0, np.array([1j]), np.array([2 + 1j]))
    np.testing.assert_array_equal(dx, [2 - 1j])


def test_paths_of_two_conventions_do_not_mix() -> None:
    """Each convention has its own module, with the order for the first sizes it saw."""
    eg.cache_clear()
    f = eg.compile("ab,bc,cd->ad")

    def operands(*sizes: int) -> list[Any]:
        random = np.random.default_rng(0)
        return [
            random.integers(-3, 4, shape) + 1j * random.integers(-3, 4, shape)
            for shape in itertools.pairwise(sizes)
        ]

    wide, narrow = operands(2, 3, 4, 50), operands(50, 3, 4, 2)
    out, pullback = f.vjp(*wide)
    f.vjp(*narrow, conj=False)
    g = np.ones_like(out)
    a, _, c = wide
    np.testing.assert_array_equal(pullback(g, conj=False)[1], a.T @ g @ c.T)
    np.testing.assert_array_equal(pullback(g)[1], a.conj().T @ g @ c.conj().T)


def test_a_pullback_outlives_the_caches() -> None:
    eg.cache_clear()
    f = eg.compile("ab,bc,cd->ad")
    a, b, c = (np.ones(shape) for shape in ((2, 3), (3, 4), (4, 50)))
    out, pullback = f.vjp(a, b, c)
    eg.cache_clear()
    f._specializations.clear()
    f(np.ones((50, 3)), b, np.ones((4, 2)))
    assert [gradient.shape for gradient in pullback(out)] == [(2, 3), (3, 4), (4, 50)]


@pytest.mark.parametrize(
    "value",
    [
        np.array([None, 1]),
        np.array(["a"]),
        np.array([b"a"]),
        np.array(["2020-01-01"], "M8[D]"),
        np.array([1], "m8[s]"),
        np.zeros(2, "i4,f8"),
        ["a", "b"],
        [None],
        [10**400],
        {"a": 1},
        None,
        object(),
        {1, 2},
    ],
    ids=lambda value: f"{value!r:.20}",
)
def test_dtypes_without_arithmetic_are_refused(value: Any) -> None:
    f = eg.compile("...->...")
    with pytest.raises(DTypeError, match=r"operand 0 \(X\) has dtype .* no arithmetic here"):
        f(value)
    with pytest.raises(DTypeError):
        f.vjp(value)
    with pytest.raises(EinsumGradError):
        f.backward(value, np.ones(2))


def test_ragged_lists_are_refused() -> None:
    with pytest.raises(OperandError, match="operand 1 can't be made an array"):
        eg.compile("i,ij->")([1.0], [[1.0], [1.0, 2.0]])
    with pytest.raises(OperandError, match="the cotangent can't be made an array"):
        eg.compile("ij->ij").backward([[1.0], [1.0, 2.0]], np.ones((2, 2)))


@pytest.mark.parametrize("shape", [(), (1,), (2,), (3, 1), (1, 3), (2, 3)])
def test_cotangents_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    f = eg.compile("ij->j")
    x = np.ones((2, 3))
    message = r"the cotangent has shape .*, and the output \(3,\)"
    with pytest.raises(OperandError, match=message):
        f.vjp(x)[1](np.ones(shape))
    with pytest.raises(OperandError, match=message):
        f.backward(np.ones(shape), x)


@pytest.mark.parametrize("cotangent", [1j, "a", None, np.array("2020", "M8[Y]")])
def test_cotangents_of_another_kind_are_refused(cotangent: Any) -> None:
    with pytest.raises(DTypeError, match="the cotangent has dtype"):
        backward("i->", cotangent, np.ones(2))


def test_cotangents_are_converted_where_nothing_is_lost() -> None:
    for cotangent in (1, True, np.float32(1), [1.0][0], np.array(1, "u1")):
        (dx,) = backward("i->", cotangent, np.ones(2, "f4"))
        assert dx.dtype == np.float32
        np.testing.assert_array_equal(dx, [1, 1])


@pytest.mark.parametrize(
    ("operands", "message"),
    [
        ([np.ones((2, 3))], "the pattern has 2 operands, but 1 was given"),
        ([], "the pattern has 2 operands, but 0 were given"),
        ([np.ones((2, 3))] * 3, "the pattern has 2 operands, but 3 were given"),
        ([np.ones((2, 3)), np.ones((4, 5))], "the sizes of 'j' disagree: 3 in operand 0"),
        ([np.ones(3), np.ones((3, 5))], r"operand 0 \(X\) has shape \(3,\), which is 1 axis"),
    ],
)
def test_operands_that_do_not_fit_are_refused(operands: list[Any], message: str) -> None:
    f = eg.compile("ij,jk->ik")
    for run in (f, f.vjp, lambda *xs: f.backward(np.ones((2, 5)), *xs)):
        with pytest.raises(OperandError, match=message):
            run(*operands)


def test_shapes_determine_plan_and_source_and_never_bind_a_call() -> None:
    f = eg.compile("...i,i->...", shapes=[(5, 6, 3), (1,)])
    assert f.plan.gradients[0].expanded == ("i",)
    assert "shape[0] != 1" in f.source
    for shapes in ([(5, 6, 3), (1,)], [(4, 3), (3,)], [(3,), (3,)], [(2, 2, 2, 1), (5,)]):
        x, w = (np.ones(shape) for shape in shapes)
        out, pullback = f.vjp(x, w)
        np.testing.assert_array_equal(out, np.einsum("...i,i->...", x, w))
        assert [gradient.shape for gradient in pullback(np.ones(np.shape(out)))] == shapes


def test_sizes_of_operands_labels_are_hints() -> None:
    f = eg.compile("ij,jk->ik", sizes={"i": 100, "j": 100, "k": 100})
    assert f(np.ones((2, 3)), np.ones((3, 4))).shape == (2, 4)


@pytest.mark.parametrize("target", ON_NUMPY)
def test_generalised_outputs(target: str) -> None:
    x = np.array([1.0, 2.0, 3.0])
    out, pullback = eg.compile("i->ii", target=target).vjp(x)
    np.testing.assert_array_equal(out, np.diag(x))
    np.testing.assert_array_equal(pullback(np.arange(9.0).reshape(3, 3))[0], [0, 4, 8])
    out, pullback = eg.compile("i->ib", sizes={"b": 2}, target=target).vjp(x)
    np.testing.assert_array_equal(out, np.stack([x, x], 1))
    np.testing.assert_array_equal(pullback(np.arange(6.0).reshape(3, 2))[0], [1, 5, 9])


class Sub(np.ndarray[Any, Any]):
    """A subclass whose arrays mean nothing beyond their numbers."""


class Units(np.ndarray[Any, Any]):
    def __array_ufunc__(self, *args: Any, **keywords: Any) -> Any:
        raise AssertionError("a subclass must not see the call")


def test_plain_subclasses_are_taken_as_arrays() -> None:
    x = np.arange(6.0).reshape(2, 3)
    out, pullback = eg.compile("ij->j").vjp(x.view(Sub))
    assert type(out) is np.ndarray
    np.testing.assert_array_equal(out, x.sum(0))
    assert [type(gradient) for gradient in pullback(out.view(Sub))] == [np.ndarray]


def test_subclasses_with_a_meaning_of_their_own_are_refused() -> None:
    x = np.arange(6.0).reshape(2, 3)
    f = eg.compile("ij->j")
    with pytest.raises(DTypeError, match=r"operand 0: a Units .* pass np.asarray"):
        f(x.view(Units))
    with pytest.raises(DTypeError, match=r"the cotangent: a Units"):
        f.backward(np.ones(3).view(Units), x)


class Convertible:
    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.arange(3.0)


def test_lists_tuples_and_what_converts_are_arrays() -> None:
    f = eg.compile("i,i->")
    for value in ([0, 1, 2], (0.0, 1.0, 2.0), range(3), Convertible(), memoryview(b"\0\1\2")):
        assert f(value, [1, 1, 1]) == 3


def test_the_same_array_twice_has_two_gradients() -> None:
    x = np.array([1.0, 2.0])
    one, other = backward("i,i->", 1.0, x, x)
    np.testing.assert_array_equal(one + other, 2 * x)
    assert not np.shares_memory(one, x)


@pytest.mark.parametrize("dtype", [">f8", ">f4", ">i4", ">c16", "g", "G"])
def test_other_widths_and_byte_orders(dtype: str) -> None:
    x = whole((2, 3), dtype, 1)
    out, pullback = eg.compile("ij,ij->i").vjp(x, x)
    np.testing.assert_array_equal(out, np.einsum("ij,ij->i", x, x))
    for gradient in pullback(out):
        assert gradient.dtype == x.dtype


def test_a_function_has_a_repr_and_attributes() -> None:
    f = eg.compile("b i, i j", notation="named", wrt=0)
    assert f.pattern == "bi,ij->bj"
    assert f.wrt == (0,)
    assert f.plan.gradients[0].pattern == "bj,ij->bi"
    assert repr(f) == "<einsum-grad function 'bi,ij->bj', gradients of operands (0,)>"
    assert f.module.forward(np.ones((2, 3)), np.ones((3, 4))).shape == (2, 4)


@pytest.mark.parametrize(
    ("pattern", "shapes", "given"),
    [
        ("ae,efec->ceaf", [(4, 2), (2, 4, 2, 0)], {}),
        ("bi,bij->bj", [(3, 0), (3, 0, 2)], {}),
        ("ib,jb->b", [(2, 0), (2, 0)], {}),
        ("ij,jk,kl->il", [(2, 3), (3, 0), (1, 4)], {}),
        ("i->ib", [(3,)], {"b": 0}),
    ],
)
def test_where_a_size_is_0_np_einsum_is_not_called(
    pattern: str, shapes: list[Any], given: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # np.einsum writes out of bounds for some empty results.
    monkeypatch.setattr(np, "einsum", None)
    operands = [np.ones(shape, np.float32) for shape in shapes]
    function = eg.compile(pattern, sizes=given)
    output, pullback = function.vjp(*operands)
    assert not np.any(output)
    cotangent = np.ones(output.shape, np.float32)
    for gradients in (
        pullback(cotangent),
        function.backward(cotangent, *operands),
        *function.hvp(operands, operands, cotangent),
    ):
        for gradient, operand in zip(gradients, operands, strict=True):
            np.testing.assert_array_equal(gradient, np.zeros_like(operand), strict=True)
    for result in function.jvp(operands, operands):
        np.testing.assert_array_equal(result, np.zeros_like(output), strict=True)


def test_the_cost_has_the_sizes_that_a_function_was_compiled_with() -> None:
    f = eg.compile("i->ib", sizes={"b": 4})
    assert f.cost({"i": 2}) == f.cost({"i": 2, "b": 4})
    with pytest.raises(ArgumentError, match="b was compiled with size 4, not 5"):
        f.cost({"i": 2, "b": 5})
