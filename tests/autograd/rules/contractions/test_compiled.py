"""Compiled functions of Tensors: the results of arrays, all of them recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError, DTypeError, OperandError
from tests.autograd.rules.table import np, numbers, tensor
from tests.strategies import Case, cases, seeds, whole

DTYPES = ("f2", "f4", "f8", "c16")


def values(found: Any) -> list[Any]:
    """The arrays of Tensors in nested tuples."""
    if isinstance(found, tuple):
        return [array for part in found for array in values(part)]
    assert isinstance(found, eg.Tensor)
    return [found.data]


def arrays(found: Any) -> list[Any]:
    if isinstance(found, tuple):
        return [array for part in found for array in arrays(part)]
    return [np.asarray(found)]


CALLS: dict[str, Callable[[eg.Function, Any, Sequence[Any], Sequence[Any], bool], Any]] = {
    "call": lambda f, g, x, t, conj: f(*x),
    "vjp": lambda f, g, x, t, conj: f.vjp(*x)[0],
    "pullback": lambda f, g, x, t, conj: f.vjp(*x, conj=conj)[1](g),
    "pullback in the other convention": lambda f, g, x, t, conj: f.vjp(*x)[1](g, conj=conj),
    "value_and_gradients": lambda f, g, x, t, conj: f.value_and_gradients(g, *x, conj=conj),
    "backward": lambda f, g, x, t, conj: f.backward(g, *x, conj=conj),
    "jvp": lambda f, g, x, t, conj: f.jvp(x, t),
    "hvp": lambda f, g, x, t, conj: f.hvp(x, t, g, conj=conj),
}


@pytest.mark.parametrize("name", CALLS)
@given(st.booleans(), cases(most_operands=3), seeds, st.booleans(), st.data())
def test_results_equal_those_of_arrays(
    name: str, requires_grad: bool, case: Case, seed: int, conj: bool, data: st.DataObject
) -> None:
    count = len(case.shapes)
    dtypes = [data.draw(st.sampled_from(DTYPES)) for _ in range(count)]
    drawn = [
        whole(s, d, seed + n) for n, (s, d) in enumerate(zip(case.shapes, dtypes, strict=True))
    ]
    others = st.sampled_from(("f8", "f4", "i8"))  # tangents may have another dtype
    moving: list[Any] = [
        whole(a.shape, data.draw(others | st.just(a.dtype.str)), seed + 50 + n)
        for n, a in enumerate(drawn)
    ]
    for place in data.draw(st.sets(st.sampled_from(range(count)))):
        moving[place] = None
    kind = data.draw(others | st.just(np.result_type(*dtypes).str))
    g = whole(case.result_shape, kind, seed + 99)
    wrt = data.draw(st.permutations(range(count)))[: data.draw(st.integers(1, count))]
    f = eg.compile(case.letters, wrt, sizes=case.given or None)
    expected = arrays(CALLS[name](f, g, drawn, moving, conj))
    # The first operand is a Tensor, so that each call has one; some of the others are.
    chosen = iter([True, *data.draw(st.lists(st.booleans(), min_size=9, max_size=9))])

    def some(array: Any) -> Any:
        traced = array is not None and next(chosen)
        return eg.Tensor(array, requires_grad and array.dtype.kind in "fc") if traced else array

    given, along, cotangent = [*map(some, drawn)], [*map(some, moving)], some(g)
    got = values(CALLS[name](f, cotangent, given, along, conj))
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


PATTERNS: dict[str, tuple[str, dict[str, int] | None, tuple[tuple[int, ...], ...]]] = {
    "written diagonal": ("i->ii", None, ((3,),)),
    "repeated": ("i->ib", {"b": 2}, ((3,),)),
    "product": ("bij,jk->ik", None, ((2, 2, 3), (3, 2))),
    "broadcast": ("ij,ij->j", None, ((2, 1), (2, 3))),
    "three": ("i,ij,j->", None, ((2,), (2, 3), (3,))),
    "trace": ("...ii->...", None, ((2, 2, 2),)),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("complex_numbers", [False, True], ids=["real", "complex"])
def test_every_call_can_be_differentiated(name: str, pattern: str, complex_numbers: bool) -> None:
    text, sizes, shapes = PATTERNS[pattern]
    f = eg.compile(text, sizes=sizes)
    turn = np.exp(0.7j) if complex_numbers else 1.0
    operands = [numbers(*shape) * turn for shape in shapes]
    tangents = [x[::-1] * np.conj(turn) for x in operands]
    out = np.shape(f(*operands))
    count = len(operands)

    def function(*given: Any) -> Any:
        g, x, t = given[0], given[1 : count + 1], given[count + 1 :]
        found = CALLS[name](f, g, x, t, False)
        parts = found if isinstance(found, tuple) else (found,)
        flat = [one for part in parts for one in (part if isinstance(part, tuple) else (part,))]
        return np.concatenate([np.ravel(one) for one in flat])

    eg.check_gradients(function, numbers(*out) * turn, *operands, *tangents, step=1e-3)


def test_whatever_wrt_says_the_output_is_recorded() -> None:
    x, w = tensor(np.array([1.0, 2.0])), tensor(np.array([3.0, 4.0]))
    eg.compile("i,i->", wrt=0)(x, w).backward()
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    np.testing.assert_array_equal(w.grad, [1.0, 2.0])


def test_a_cotangent_alone_may_be_a_tensor() -> None:
    f = eg.compile("i->ii")
    x, g = np.array([1.0, 2.0]), tensor(np.array([[1.0, 9.0], [9.0, 3.0]]))
    _, pullback = f.vjp(x)
    for gradient in (pullback(g)[0], f.backward(g, x)[0], f.value_and_gradients(g, x)[1][0]):
        np.testing.assert_array_equal(gradient.data, [1.0, 3.0])
        g.grad = None
        gradient.backward([1.0, 10.0])
        np.testing.assert_array_equal(g.grad, [[1.0, 0.0], [0.0, 10.0]])


def test_large_operands_in_another_order_have_the_gradients_of_tensors() -> None:
    f, x = eg.compile("ij->i"), np.ones((300, 400)).T
    _, pullback = f.vjp(x)
    (gradient,) = pullback(tensor(np.arange(400.0)))
    np.testing.assert_array_equal(gradient.data, np.repeat(np.arange(400.0)[:, None], 300, axis=1))


def test_nothing_is_recorded_under_no_grad() -> None:
    x, f = tensor(np.array([1.0, 2.0])), eg.compile("i,i->")
    with eg.no_grad():
        found = (f(x, x), f.backward(1.0, x, x), f.jvp((x, x), (x, None)), f.vjp(x, x)[1](1.0))
    for result in (found[0], *found[1], *found[2], *found[3]):
        assert isinstance(result, eg.Tensor)
        assert not result.requires_grad


def test_a_later_write_is_not_seen_in_a_gradient() -> None:
    x, g = np.ones(3), np.ones(3)
    (gradient,) = eg.compile("i->i").backward(g, eg.Tensor(x))
    out, tangent = eg.compile("i->i").jvp((eg.Tensor(x),), (g,))
    g[...] = 7.0
    results: tuple[Any, ...] = (gradient, tangent, out)
    for result in results:
        np.testing.assert_array_equal(result.data, np.ones(3))
        result.data[...] = 5.0
    np.testing.assert_array_equal(g, np.full(3, 7.0))


def test_sizes_that_only_chose_an_order_bind_no_operand() -> None:
    x = tensor(np.ones(3))
    (gradient,) = eg.compile("i,i->", wrt=0, sizes={"i": 100}).backward(2.0, x, x)
    np.testing.assert_array_equal(gradient.data, [2.0, 2.0, 2.0])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f, x: f(x), OperandError, "2 operands, but 1 was given"),
        (lambda f, x: f(x, np.ones(4)), OperandError, "sizes of 'i' disagree"),
        (lambda f, x: f.backward(1j, x, x), DTypeError, "cotangent has dtype complex128"),
        (lambda f, x: f.backward([1.0], x, x), OperandError, r"shape \(1,\), and the output"),
        (lambda f, x: f.backward(1.0, x, [1, 2]), DTypeError, "operand 1.*int64.*out of wrt"),
        (lambda f, x: f.jvp((x, x), (x,)), ArgumentError, "2 operands and 1 tangents"),
        (lambda f, x: f.jvp(x, x), ArgumentTypeError, "operands is a tuple"),
        (lambda f, x: f.jvp((x, x), (np.ones(3), None)), OperandError, "tangent 0 has shape"),
        (lambda f, x: f.jvp((x, x), (1j * x, None)), DTypeError, "tangent 0 is complex128"),
        (lambda f, x: f(x, np.ma.array([1.0, 2.0], mask=[0, 1])), DTypeError, "mask"),
    ],
)
def test_what_does_not_fit_is_refused_as_of_arrays(
    call: Callable[[Any, Any], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(eg.compile("i,i->"), tensor(np.array([1.0, 2.0])))
