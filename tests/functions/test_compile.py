import gc
import itertools
import linecache
import pickle
import threading
import tracemalloc
from random import Random
from typing import Any

import numpy as np
import opt_einsum  # type: ignore[import-untyped]  # it has no type hints
import pytest

import einsum_grad as eg
from einsum_grad.errors import EinsumGradError
from einsum_grad.functions import compile as compile_function
from einsum_grad.functions.compile import FUNCTIONS
from einsum_grad.runtime.generated import modules
from einsum_grad.runtime.generated.modules import MODULES
from einsum_grad.syntax import parse
from tests.tries import tries


@pytest.fixture(autouse=True)
def _cold() -> None:
    eg.cache_clear()
    gc.collect()


def test_the_same_arguments_give_the_same_function() -> None:
    assert eg.compile("ij,jk->ik") is eg.compile("ij,jk->ik")
    assert eg.compile("ij,jk->ik", wrt=[1]) is eg.compile("ij,jk->ik", wrt=iter((1,)))
    assert eg.compile("i->ib", sizes={"b": 2}) is eg.compile("i->ib", sizes={"b": 2})
    assert eg.compile("ij,jk->ik", shapes=[(2, 3), (3, 4)]) is eg.compile(
        "ij,jk->ik", shapes=((2, 3), (3, 4))
    )


def test_different_arguments_give_different_functions() -> None:
    functions = [
        eg.compile("ij,jk->ik"),
        eg.compile("ij,jk->ik", wrt=0),
        eg.compile("ij,jk->ik", wrt=(1, 0)),
        eg.compile("ij,jk->ik", target="einops"),
        eg.compile("ij,jk->ik", shapes=[(2, 3), (3, 4)]),
        eg.compile("i j, j k -> i k", notation="named"),
        eg.compile("i->ib", sizes={"b": 2}),
        eg.compile("i->ib", sizes={"b": 3}),
        eg.compile("ij,jk->ik", optimize="dp"),
        eg.compile("ij,jk->ik", optimize=False),
        eg.compile("ij,jk->ik", optimize=[(0, 1)]),
    ]
    assert len(set(functions)) == len(functions)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"wrt": 1}, {"wrt": True}),
        ({"wrt": 1}, {"wrt": 1.0}),
        ({"sizes": {"i": 1}}, {"sizes": {"i": True}}),
        ({"sizes": {"i": 2}}, {"sizes": {"i": 2.0}}),
        ({"shapes": [(2, 2), (2,)]}, {"shapes": [(2.0, 2), (2,)]}),
    ],
)
def test_wrong_arguments_are_refused_also_when_equal_ones_are_known(
    good: dict[str, Any], bad: dict[str, Any]
) -> None:
    eg.compile("ij,j->i", **good)
    with pytest.raises(EinsumGradError):
        eg.compile("ij,j->i", **bad)


@pytest.mark.parametrize(
    "arguments",
    [
        {"pattern": ["i"]},
        {"pattern": None},
        {"pattern": "i" * 10_000_000},
        {"pattern": "ij=>i"},
        {"wrt": object()},
        {"wrt": {"a": 1}},
        {"wrt": np.array(0.5)},
        {"wrt": 10**5000},
        {"notation": ["letters"]},
        {"sizes": [1]},
        {"sizes": {"i": []}},
        {"sizes": {"i": -(10**5000)}},
        {"target": {}},
        {"target": "cuda"},
        {"shapes": 5},
        {"shapes": [5]},
        {"shapes": [[None]]},
        {"shapes": np.array(3)},
    ],
)
def test_arguments_that_cannot_be_used_are_refused(arguments: dict[str, Any]) -> None:
    before = FUNCTIONS.info().currsize
    with pytest.raises(EinsumGradError):
        eg.compile(**{"pattern": "i->", **arguments})
    assert FUNCTIONS.info().currsize == before


def test_sizes_that_no_array_can_have_are_refused() -> None:
    for size in (2**62, 2**70, 10**5000):
        with pytest.raises(EinsumGradError):
            eg.compile("i->ib", sizes={"b": size})(np.ones(3))


def test_an_equation_is_compiled_as_its_text() -> None:
    f = eg.compile(parse("ij,jk->ik"))
    assert f.pattern == "ij,jk->ik"
    assert pickle.loads(pickle.dumps(f)) is f


def test_32_threads_on_a_cold_pattern_build_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    together, built, found = threading.Barrier(32), [], []
    load = vars(modules)["load"]

    def counting(*args: Any) -> Any:
        built.append(args)
        return load(*args)

    monkeypatch.setattr(modules, "load", counting)
    x, w = np.ones((2, 3)), np.ones((3, 4))

    def work() -> None:
        together.wait()
        f = eg.compile("ij,jk->ik")
        found.append((f, f(x, w)))

    threads = [threading.Thread(target=work) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
    assert len({id(f) for f, _ in found}) == 1
    assert all(np.array_equal(out, x @ w) for _, out in found)
    assert eg.cache_info().misses == 1
    assert eg.cache_info().modules.misses == 1


def test_a_pattern_that_is_refused_is_not_kept() -> None:
    for _ in range(2):
        with pytest.raises(EinsumGradError):
            eg.compile("ij->k")
    assert eg.cache_info().currsize == 0
    assert eg.cache_info().misses == 2


def test_shapes_share_one_module_and_broadcasting_has_its_own() -> None:
    f = eg.compile("ij,jk->ik")
    for size in range(2, 30):
        f(np.ones((size, 3)), np.ones((3, size)))
    assert eg.cache_info().modules.currsize == 1
    f(np.ones((2, 3)), np.ones((1, 4)))
    assert eg.cache_info().modules.currsize == 2


def test_other_functions_of_one_pattern_share_its_modules() -> None:
    x = np.ones((2, 3))
    for f in (
        eg.compile("ij->ji"),
        eg.compile("i j -> j i", notation="named"),
        eg.compile("ij->ji", shapes=[(2, 3)]),
        eg.compile("ij->ji", sizes={"i": 2}),
    ):
        f(x)
    assert eg.cache_info().modules.currsize == 1


def names(count: int) -> list[str]:
    return [f"n{number} k -> k n{number}" for number in range(count)]


def lines() -> int:
    return sum(name.startswith("<einsum-grad ") for name in linecache.cache)


def test_many_patterns_leave_bounded_caches_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with smaller bounds: the real ones take thousands of patterns."""
    monkeypatch.setattr(FUNCTIONS, "_maxsize", 20)
    monkeypatch.setattr(MODULES, "_maxsize", 20)
    before = lines()
    x = np.ones((2, 2, 2))
    orders = ["".join(order) for order in itertools.permutations("abcdef", 3)]
    tracemalloc.start()
    sizes = []
    for number, order in enumerate(orders):
        f = eg.compile(f"{order}->{order[::-1]}")
        f.vjp(x)[1](x)
        if number in (60, 119):
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    eg.compile("abc->cba", sizes={"a": 2})(
        x
    )  # its lines are added, and those of the others dropped
    info = eg.cache_info()
    assert info.currsize == info.maxsize == 20
    assert info.modules.currsize == info.modules.maxsize == 20
    assert lines() - before <= 21
    assert sizes[1] < sizes[0] * 1.5 + 200_000


def test_thousands_of_patterns_leave_bounded_caches() -> None:
    for name in names(tries(10_000)):
        eg.compile(name, notation="named")
    info = eg.cache_info()
    assert info.currsize == info.maxsize <= 1024
    assert lines() <= info.modules.maxsize + 1024


def test_many_shapes_leave_a_bounded_function(monkeypatch: pytest.MonkeyPatch) -> None:
    f = eg.compile("i,i->")
    for size in range(1500):
        f(np.ones(size), np.ones(size))
    assert len(f._specializations) <= 1024
    assert eg.cache_info().modules.currsize == 2  # arrays of one element have a module of their own


def test_clearing_the_caches_harms_no_function() -> None:
    f = eg.compile("ij,jk->ik")
    x, w = np.ones((2, 3)), np.ones((3, 4))
    out, pullback = f.vjp(x, w)
    eg.cache_clear()
    gc.collect()
    assert eg.cache_info().currsize == 0
    np.testing.assert_array_equal(f(x, w), out)
    assert [gradient.shape for gradient in pullback(out)] == [(2, 3), (3, 4)]
    assert eg.compile("ij,jk->ik") is not f


@pytest.mark.parametrize(
    "arguments",
    [
        {"pattern": "ij,jk->ik"},
        {"pattern": "ij,jk->ik", "wrt": (1,)},
        {"pattern": "i->ib", "sizes": {"b": 4}},
        {"pattern": "a i, i -> a", "notation": "named", "target": "einops"},
        {"pattern": "i,i->", "shapes": [(3,), (1,)]},
        {"pattern": "ij->i", "sizes": {}},
        {"pattern": "ij->i", "wrt": ()},
    ],
    ids=str,
)
def test_functions_pickle_by_compiling_again(arguments: dict[str, Any]) -> None:
    f = eg.compile(**arguments)
    packed = pickle.dumps(f)
    assert len(packed) < 500
    assert pickle.loads(packed) is f
    eg.cache_clear()
    again = pickle.loads(packed)
    assert again is not f
    assert (again.pattern, again.wrt, again.source) == (f.pattern, f.wrt, f.source)


def test_cache_info_counts_hits_and_misses() -> None:
    eg.compile("ij->i")
    eg.compile("ij->i")
    eg.compile("ij->j")
    info = eg.cache_info()
    assert (info.hits, info.misses, info.currsize) == (1, 2, 2)
    assert info.modules.currsize == 0
    assert compile_function is eg.compile


def test_every_symbol_of_opt_einsum_is_a_label() -> None:
    random = Random(0)
    numbers = [*range(70, 300), 8090, 8454, 20_000, 55_200, 55_296, 1_112_063]
    numbers += random.sample(range(1_112_064), 100)
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    for number in numbers:
        sign = opt_einsum.get_symbol(number)
        text = f"i{sign},{sign}k->ik"
        f = eg.compile(text)
        np.testing.assert_array_equal(f(x, w), x @ w)
        np.testing.assert_array_equal(f.backward(x @ w, x, w)[0], x @ w @ w.T)
        np.testing.assert_array_equal(eg.einsum(text, x, w), x @ w)
        assert f.source == eg.emit("ia,ak->ik")


def test_symbols_are_sorted_by_code_point_in_an_implicit_output() -> None:
    x = np.arange(6.0).reshape(2, 3)
    for text in ("×a", "a×", "ÿ×", "×ÿ", "Ā\U0001f642", "\U0001f642Ā"):
        np.testing.assert_array_equal(eg.compile(text)(x), opt_einsum.contract(text, x))
        np.testing.assert_array_equal(eg.einsum(text, x), opt_einsum.contract(text, x))


def test_labels_without_a_text_are_a_pattern() -> None:
    x, w = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4)
    for pattern in (
        ([(0, 99), (99, 1)], (0, 1)),
        ([("b", "i"), ("i", "o")], None),
        (["ij", "jk"], "ik"),
    ):
        f = eg.compile(pattern)
        np.testing.assert_array_equal(f(x, w), x @ w)
        assert eg.compile(pattern) is f
        assert pickle.loads(pickle.dumps(f)).pattern == f.pattern
        assert eg.explain(pattern, wrt=0).to_dict()["pattern"] == f.pattern
        assert eg.emit(pattern) == f.source
    with pytest.raises(EinsumGradError, match=r"a pattern is a str, or a pair .* such as"):
        eg.compile(["ij", "jk", "ik"])  # type: ignore[arg-type]


def test_a_wide_comma_is_named_where_it_does_not_fit() -> None:
    with pytest.raises(EinsumGradError, match="1 operand, but 2 were given; '，' is a label here"):
        eg.compile("ij，jk->ik")(np.ones((2, 3)), np.ones((3, 4)))
    with pytest.raises(EinsumGradError, match=r"names 3; '\\u0301' is a label here"):
        eg.compile("ie\u0301->i")(np.ones((2, 3)))
