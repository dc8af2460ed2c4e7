"""What NumPy's own tests of einsum (test_numpy_suite) don't cover."""

import itertools
from typing import Any

import numpy as np
import opt_einsum  # type: ignore[import-untyped]  # it has no type hints
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.errors import EinsumGradError, OperandError, OrderError
from tests import definition
from tests.strategies import Case, cases, laid_out, seeds, whole
from tests.tries import tries

MANY = "".join(chr(0x4E00 + number) for number in range(70))


@settings(max_examples=tries(300))
@given(
    cases(generalised=False, letters="abcijAZ"),
    st.sampled_from(("?", "i1", "i8", "f4", "f8", "c16")),
    seeds,
    st.data(),
)
def test_equals_np_einsum_in_value_shape_dtype_and_type(
    case: Case, dtype: str, seed: int, data: st.DataObject
) -> None:
    operands = [
        data.draw(laid_out(whole(shape, dtype, seed + n))) for n, shape in enumerate(case.shapes)
    ]
    if case.sums_ellipsis:
        for call in (np.einsum, eg.einsum):
            with pytest.raises(ValueError, match=r"ellips|more dimensions"):
                call(case.letters, *operands)
        return
    expected = np.einsum(case.letters, *operands)
    found = eg.einsum(case.letters, *operands)
    assert type(found) is type(expected)
    np.testing.assert_array_equal(found, expected, strict=True)


@given(
    cases(generalised=False, letters="abcijAZ"),
    st.sampled_from((True, None, "greedy", "auto-hq")),
    seeds,
)
def test_an_ellipsis_is_summed_over_where_np_einsum_takes_a_path(
    case: Case, optimize: Any, seed: int
) -> None:
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    assert_sums(case, operands, eg.einsum(case.letters, *operands, optimize=optimize))
    if case.sums_ellipsis:
        with pytest.raises(OperandError, match="give optimize=True, or use compile"):
            eg.einsum(case.letters, *operands, optimize=False)


@pytest.mark.parametrize("number", [52, -1, 10**30])
def test_integers_have_np_einsums_limit_only_where_all_is_contracted_at_once(number: int) -> None:
    x, y = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    args: list[Any] = [x, [0, number], y, [number, 2], [0, 2]]
    for optimize in (True, None, "greedy", "auto"):
        np.testing.assert_array_equal(eg.einsum(*args, optimize=optimize), x @ y)
    np.testing.assert_array_equal(eg.einsum(*args), x @ y)
    for operand in (x, eg.Tensor(x, requires_grad=True)):
        with pytest.raises(OperandError, match=r"from 0 to 51 with optimize=False.*leave optimize"):
            eg.einsum(operand, *args[1:], optimize=False)


def test_labels_are_what_opt_einsum_takes() -> None:
    x, y = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    calls: list[list[Any]] = [
        [x, ("a", "b"), y, ("b", "c"), ("a", "c")],
        [x, ("time", "space"), y, ("space", "batch")],
        [x, "ab", y, "bc"],
        [x, ((0,), (1, 2)), y, ((1, 2), (3,))],
        [x, (..., "b"), y, ("b", "c"), (..., "c")],
        [x, (0.5, "b"), y, ("b", None), (0.5, None)],
        [x, [70, 60], y, [60, 52]],
    ]
    for args in calls:
        theirs = x @ y
        if not any(isinstance(label, float) for label in args[1]):  # they have to be sorted there
            theirs = opt_einsum.contract(*args)
        np.testing.assert_array_equal(eg.einsum(*args), theirs, strict=True)


def assert_sums(case: Case, operands: list[Any], found: Any) -> None:
    np.testing.assert_array_equal(found, definition.forward(case, operands))
    try:
        theirs = np.einsum(case.letters, *operands, optimize=True)
    except ValueError:
        return  # it has no path where a size is 1 against another, or 0
    np.testing.assert_array_equal(found, theirs, strict=True)


@given(cases(generalised=False, letters="abcijAZ"), seeds)
def test_interleaved_form_is_the_same(case: Case, seed: int) -> None:
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]

    def sublist(term: tuple[str, ...]) -> list[Any]:
        return [... if label == "..." else "abcijAZ".index(label) for label in term]

    lists = [sublist(term) for term in case.inputs]
    args: list[Any] = list(itertools.chain(*zip(operands, lists, strict=True)))
    args += [] if case.output is None else [sublist(case.output)]
    if case.sums_ellipsis:
        path = ["einsum_path", tuple(range(len(operands)))]
        assert_sums(case, operands, eg.einsum(*args, optimize=path))
        return
    np.testing.assert_array_equal(eg.einsum(*args), np.einsum(*args), strict=True)


@pytest.mark.parametrize(
    "call",
    [
        ("ij->k", np.ones((2, 2))),
        ("ij->ii", np.ones((2, 2))),
        ("ij,jk", np.ones((2, 2))),
        ("ij", np.ones((2, 2)), np.ones(2)),
        ("ij", np.ones(2)),
        ("i", np.ones((2, 2))),
        ("ii->i", np.ones((1, 3))),
        ("ij,jk", np.ones((2, 3)), np.ones((4, 5))),
        ("i..j", np.ones((2, 2))),
        ("i->j->k", np.ones(2)),
        ("i->ij", np.ones(2)),
        ("i%", np.ones(2)),
        ("",),
        (),
        (np.ones(2), [[0]]),
        (np.ones(2), "i->i"),
        (np.ones(2),),
        ("i", [[1], [1, 2]]),
        ("i...", np.ones((2, 2)), np.ones(2)),
        ("i...->i", np.ones((2, 2))),
        (3, np.ones(2)),
    ],
    ids=lambda call: f"{call!r:.40}",
)
def test_invalid_calls_raise_what_np_einsum_raises(call: tuple[Any, ...]) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)) as theirs:
        np.einsum(*call)
    with pytest.raises(EinsumGradError) as ours:
        eg.einsum(*call)
    kind = ValueError if isinstance(theirs.value, ValueError) else TypeError
    assert isinstance(ours.value, kind)


@pytest.mark.parametrize(
    ("call", "keywords"),
    [
        (("i->", np.ones(2)), {"dtype": "nonsense"}),
        (("i->", np.ones(2)), {"dtype": int}),
        (("i->", np.ones(2)), {"casting": "nonsense"}),
        (("i->i", np.ones(2)), {"order": "Q"}),
        (("i->i", np.ones(2)), {"out": np.ones(3)}),
        (("i->i", np.ones(2)), {"out": [1, 2]}),
        (("i->i", np.ones(2)), {"out": np.ones(2, int)}),
        (("ij,jk,kl->il", *[np.ones((2, 2))] * 3), {"optimize": "nonsense"}),
        (("ij,jk,kl->il", *[np.ones((2, 2))] * 3), {"optimize": ["einsum_path", (0, 9), (0, 1)]}),
        (("ij,jk,kl->il", *[np.ones((2, 2))] * 3), {"optimize": 3.5}),
        (("i->i", np.ones(2)), {"order": np.array([1, 2])}),
        (("i->i", np.ones(2)), {"casting": np.array([1, 2])}),
        (("i->", np.array(["a"])), {}),
        (("i->", np.array([None])), {}),
        (("i->", np.zeros(2, "i4,i4")), {}),
    ],
    ids=lambda value: f"{value!r:.50}",
)
def test_keywords_that_cannot_be_used_are_refused(
    call: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    with pytest.raises(EinsumGradError):
        eg.einsum(*call, **keywords)


@pytest.mark.parametrize(
    "keywords",
    [
        {"order": "F"},
        {"order": "C"},
        {"order": "A"},
        {"order": None},
        {"dtype": np.float32, "casting": "same_kind"},
        {"dtype": complex},
        {"casting": "no"},
        {"casting": "unsafe", "dtype": int},
        {"optimize": True},
        {"optimize": False},
        {"optimize": None},
        {"optimize": "greedy"},
        {"optimize": "optimal"},
        {"optimize": ("greedy", 10)},
        {"optimize": ["einsum_path", (0, 1), (0, 1)]},
        {"optimize": ["einsum_path", (0, 1, 2)]},
        {"optimize": ["einsum_path", (0, 1), (0, 1)], "order": "F"},
        {"optimize": "greedy", "dtype": complex},
    ],
    ids=str,
)
def test_keywords_do_what_they_do_in_np_einsum(keywords: dict[str, Any]) -> None:
    a, b, c = (whole(shape, "f8", 3) for shape in ((2, 3), (3, 4), (4, 5)))
    expected = np.einsum("ij,jk,kl->il", a, b, c, **keywords)
    found = eg.einsum("ij,jk,kl->il", a, b, c, **keywords)
    np.testing.assert_array_equal(found, expected, strict=True)
    if "order" in keywords:
        assert found.flags.f_contiguous == expected.flags.f_contiguous


@pytest.mark.parametrize(
    "optimize",
    [True, False, None, "greedy", "optimal", ("greedy", 10), ["greedy", 10], ["einsum_path"]],
)
@pytest.mark.parametrize("casting", [{}, {"casting": "safe"}, {"casting": "unsafe"}])
@pytest.mark.parametrize(
    ("pattern", "kinds"), [("z,z->", "dd"), ("ij,j->i", "dd"), ("ij,j,->i", "ddd"), ("i,i->", "di")]
)
@pytest.mark.parametrize("to", ["f4", "f8", "c8"])
def test_what_is_converted_is_what_np_einsum_converts(
    optimize: Any, casting: dict[str, Any], pattern: str, kinds: str, to: str
) -> None:
    terms, _, output = pattern.partition("->")
    each = zip(terms.split(","), kinds, strict=True)
    operands = [whole((2,) * len(term), kind, n) for n, (term, kind) in enumerate(each)]
    if optimize == ["einsum_path"]:
        optimize = ["einsum_path", tuple(range(len(operands)))]
    for keywords in ({"dtype": to}, {"out": np.zeros((2,) * len(output), to)}):
        found: list[Any] = []
        for function in (np.einsum, eg.einsum):
            try:
                result = function(pattern, *operands, optimize=optimize, **keywords, **casting)
                found.append((result.dtype, result.tolist()))
            except TypeError:
                found.append(TypeError)
        assert found[0] == found[1]


@pytest.mark.parametrize("pattern", ["i,i->", "i,i,i->"])
def test_no_digits_are_lost_unless_a_cast_is_asked_for(pattern: str) -> None:
    operands = [np.ones(2)] * pattern.count("i")
    for function in (np.einsum, eg.einsum):
        with pytest.raises(TypeError):
            function(pattern, *operands, dtype="f4")


def test_objects_are_contracted_along_numpys_own_path() -> None:
    objects = [np.array(2, object), np.array(3, object), np.array([1, 2], object)]
    assert eg.einsum(",,i->i", *objects, optimize="optimal").tolist() == [6, 12]
    # NumPy itself multiplies 0-d objects to something that isn't an array.
    both = [*objects[:2], np.ones((2, 2, 3), object), np.ones(2, object)]
    with pytest.raises(OperandError):
        eg.einsum(",,yyA,a->aA", *both, optimize="optimal")


def test_paths_and_optimizers_run_compiled_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (whole(shape, "f8", 3) for shape in ((2, 3), (3, 4), (4, 5)))
    expected = np.einsum("ij,jk,kl->il", a, b, c)
    monkeypatch.setattr("einsum_grad.functions.np_einsum._letters", None)
    for optimize in (
        [(1, 2), (0, 1)],
        ["einsum_path", (0, 1), (0, 1)],
        "dp",
        lambda *_: [(0, 1, 2)],
    ):
        np.testing.assert_array_equal(
            eg.einsum("ij,jk,kl->il", a, b, c, optimize=optimize, casting="safe"), expected
        )


@pytest.mark.parametrize(
    "optimize",
    ["auto", "dp", [(1, 2), (0, 1)], lambda *_: [(1, 2), (0, 1)]],
    ids=["auto", "dp", "path", "optimizer"],
)
def test_our_orders_are_paths_to_np_einsum(optimize: Any) -> None:
    a, b, c = (whole(shape, "f8", 3) for shape in ((2, 3), (3, 4), (4, 5)))
    out = np.empty((2, 5))
    eg.einsum("ij,jk,kl->il", a, b, c, out=out, optimize=optimize)
    np.testing.assert_array_equal(out, a @ b @ c)


def test_out_is_written_and_returned() -> None:
    x, w = whole((2, 3), "f8", 1), whole((3, 4), "f8", 2)
    out = np.empty((2, 4))
    assert eg.einsum("ij,jk->ik", x, w, out=out) is out
    np.testing.assert_array_equal(out, x @ w)


def test_views_are_views_of_the_operand() -> None:
    x = np.arange(9.0).reshape(3, 3)
    eg.einsum("ii->i", x)[...] = -1
    np.testing.assert_array_equal(np.diag(x), [-1, -1, -1])
    assert np.shares_memory(eg.einsum("ij->ji", x), x)


def test_objects_are_handed_over_as_np_einsum_takes_them() -> None:
    x = np.array([[1, 2], [3, 4]], object)
    np.testing.assert_array_equal(eg.einsum("ij,jk", x, x), np.einsum("ij,jk", x, x))


def test_any_letter_is_a_label() -> None:
    x, w = whole((2, 3), "f8", 1), whole((3, 4), "f8", 2)
    np.testing.assert_array_equal(eg.einsum("βж,ж字->β字", x, w), x @ w)
    np.testing.assert_array_equal(eg.einsum("一二,二三", x, w), x @ w)
    np.testing.assert_array_equal(eg.einsum("βж,ж字->字β", x, w, order="F"), (x @ w).T)


def big(count: int, dtype: Any = "f8") -> np.ndarray[Any, Any]:
    return np.arange(6, dtype=dtype).reshape(2, *(1,) * (count - 2), 3)


def test_more_labels_than_numpy_has_letters() -> None:
    labels, x = MANY[:60], big(60)
    assert eg.einsum(f"{labels},{labels}->", x, x) == np.sum(x * x)
    assert eg.einsum(f"{labels}->{labels[0]}", x).tolist() == [3, 12]
    np.testing.assert_array_equal(eg.einsum(f"{labels}->{labels[::-1]}", x), x.T)


@pytest.mark.parametrize("count", [31, 32, 33, 63, 64, 65, 100])
def test_more_operands_than_numpy_takes(count: int) -> None:
    operands = [np.array([1.0, 2.0])] + [np.ones(2)] * (count - 1)
    pattern = ",".join("i" * count)
    assert eg.einsum(f"{pattern}->", *operands) == 3
    assert eg.einsum(f"{pattern}->", *operands, optimize=False) == 3
    assert eg.einsum(f"{pattern}->i", *operands, dtype=complex).tolist() == [1, 2]


class TestKeywordsBeyondNumPysLetters:
    pattern = f"{MANY[:60]},{MANY[:60]}->{MANY[0]}"

    def test_out(self) -> None:
        out = np.empty(2)
        assert eg.einsum(self.pattern, big(60), big(60), out=out) is out
        assert out.tolist() == [5, 50]

    def test_dtype(self) -> None:
        found = eg.einsum(self.pattern, big(60, "i8"), big(60, "i8"), dtype=float)
        assert found.dtype == float
        assert found.tolist() == [5, 50]

    def test_order(self) -> None:
        found = eg.einsum(f"{MANY[:60]}->{MANY[:60]}", big(60), order="F")
        assert found.flags.f_contiguous

    @pytest.mark.parametrize("path", [((0, 1),), lambda *given: [(0, 1)]])
    @pytest.mark.parametrize("keywords", [{"dtype": float}, {"order": "C"}, {"out": np.empty(())}])
    def test_optimize(self, path: Any, keywords: dict[str, Any]) -> None:
        pattern, operands = ",".join("i" * 70), [np.ones(2)] * 70
        with pytest.raises(OrderError, match="leaves 69 of 70 operands"):
            eg.einsum(f"{pattern}->", *operands, optimize=path, **keywords)

    @pytest.mark.parametrize(
        "keywords",
        [
            {"dtype": int},
            {"dtype": "nonsense"},
            {"casting": "nonsense", "dtype": float},
            {"order": "Q"},
            {"out": 3},
            {"out": np.empty(())},
            {"out": np.empty((2, 2))},
            {"out": np.empty(2, int)},
        ],
        ids=str,
    )
    def test_refusals(self, keywords: dict[str, Any]) -> None:
        with pytest.raises(EinsumGradError):
            eg.einsum(self.pattern, big(60), big(60), **keywords)

    def test_more_axes_than_an_array_has(self) -> None:
        ones = np.ones((1,) * 35)
        with pytest.raises(EinsumGradError, match="70 axes"):
            eg.einsum(f"{MANY[:35]},{MANY[35:]}", ones, ones)
        with pytest.raises(EinsumGradError, match="70 axes"):
            eg.einsum(f"{MANY[:35]},{MANY[35:]}", ones, ones, order="C")


things: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["ij,jk->ik", "ii", "...", "i->", "ij=>ij"]),
    st.sampled_from([np.ones((2, 2)), np.ones(2), np.ones(()), np.array([None]), 3, 2.5, None]),
    st.lists(st.integers(-2, 60) | st.just(...) | st.none(), max_size=3),
    st.binary(max_size=2),
    st.dictionaries(st.integers(), st.integers(), max_size=1),
)


@settings(max_examples=tries(300))
@given(st.lists(things, max_size=4))
def test_any_call_is_answered_or_refused(args: list[Any]) -> None:
    try:
        eg.einsum(*args)
    except EinsumGradError:
        return
    try:
        expected = np.einsum(*args)
    except (ValueError, TypeError, OverflowError):
        return  # np.einsum refuses letters that our language has
    np.testing.assert_array_equal(eg.einsum(*args), expected)
