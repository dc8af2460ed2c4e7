"""Which module a call finds: for the path that its sizes choose, or that `optimize` gives."""

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, OrderError
from einsum_grad.lower import Lowering, lowering
from einsum_grad.plan import Pattern
from tests import definition
from tests.emit.libraries import ON_NUMPY
from tests.programs import special, text_of
from tests.strategies import Case, cases, seeds, whole

CHAIN = "ij,jk,kl->il"


@pytest.fixture(autouse=True)
def _cold() -> None:
    eg.cache_clear()


def modules() -> int:
    return eg.cache_info().modules.currsize


def operands(i: int, j: int, k: int, l: int) -> tuple[Any, ...]:  # noqa: E741  # labels of CHAIN
    return np.ones((i, j)), np.ones((j, k)), np.ones((k, l))


def test_every_size_gets_its_own_order_regardless_of_earlier_calls() -> None:
    f = eg.compile(CHAIN)
    chosen = ((2, 50, 50, 50), (50, 50, 50, 2), (2, 50, 50, 50))
    paths = [text_of(special(f._specializations, *operands(*sizes))) for sizes in chosen]
    assert [" t1 = a" in text for text in paths] == [True, False, True]
    assert [" t1 = b" in text for text in paths] == [False, True, False]


def test_the_same_path_is_the_same_module() -> None:
    f = eg.compile(CHAIN)
    for size in range(2, 20):
        f(*operands(size, 50, 50, 50))
    assert modules() == 1
    f(*operands(50, 50, 50, 2))
    assert modules() == 2


@pytest.mark.parametrize("optimize", [False, "greedy", [(0, 1, 2)], [(0, 1), (0, 1)]])
def test_a_path_that_sizes_do_not_change_is_one_module(optimize: Any) -> None:
    f = eg.compile(CHAIN, optimize=optimize)
    for sizes in ((2, 50, 51, 52), (60, 50, 51, 53)):
        f(*operands(*sizes))
    assert modules() == 1


def test_the_cost_is_that_of_the_order_that_runs() -> None:
    f = eg.compile(CHAIN)
    for sizes in ((2, 50, 50, 50), (50, 50, 50, 2)):
        known = dict(zip("ijkl", sizes, strict=True))
        cheapest = 2 * 2 * 50 * 50 * 2
        assert f.cost(known).forward.flops == cheapest
        total = eg.explain(CHAIN, sizes=known).to_dict()["cost"]["total"]
        assert total["forward"]["flops"] == cheapest
    left = eg.compile(CHAIN, optimize=[(0, 1), (0, 1)])
    known = {"i": 50, "j": 50, "k": 50, "l": 2}
    expected = 2 * (50**3 + 2 * 50 * 50)
    assert left.cost(known).forward.flops == expected
    told = eg.explain(CHAIN, sizes=known, optimize=[(0, 1), (0, 1)]).to_dict()["cost"]["total"]
    assert told["forward"]["flops"] == expected


@pytest.mark.parametrize("target", ON_NUMPY)
@given(case=cases(), seed=seeds)
def test_output_and_gradients_are_right_along_any_path(target: str, case: Case, seed: int) -> None:
    random = Random(seed)
    path: list[tuple[int, ...]] = []
    left = len(case.terms)
    while left > 1 or not path:
        step = random.sample(range(left), random.randint(1, left))
        path.append(tuple(step))
        left += 1 - len(step)
    arrays = [whole(shape, "f8", number) for number, shape in enumerate(case.shapes)]
    f = eg.compile(case.letters, sizes=case.given, optimize=path, target=target)
    out, pullback = f.vjp(*arrays)
    np.testing.assert_array_equal(out, definition.forward(case, arrays))
    cotangent = np.arange(1.0, np.size(out) + 1).reshape(np.shape(out))
    for found, expected in zip(
        pullback(cotangent), definition.gradients(case, cotangent, arrays), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_false_is_one_einsum_for_each() -> None:
    text = eg.emit("ab,bc,cd->ad", optimize=False)
    assert text.count('np.einsum("') == 4
    assert "t1" not in text


def test_a_readable_target_follows_an_order_that_is_asked_for() -> None:
    assert "t1" not in eg.emit(CHAIN, "einops")
    assert "t1" in eg.emit(CHAIN, "einops", optimize=[(0, 1), (0, 1)])


def test_einsums_too_large_for_np_einsum_run_in_pairs_alone() -> None:
    pattern = ",".join("i" * 70) + "->"
    arrays = [np.array([1.0, 2.0])] + [np.ones(2)] * 69
    with pytest.raises(OrderError, match="70 terms"):
        eg.compile(pattern, optimize=False)(*arrays)
    assert eg.compile(pattern)(*arrays) == 3


def test_an_order_is_refused_where_it_is_given() -> None:
    for optimize in ("nonsense", [(0, 1)], [(0, 5), (0, 1)]):
        for call in (eg.compile, eg.emit, eg.explain):
            with pytest.raises(ArgumentError):
                call(CHAIN, optimize=optimize)


def test_an_unhashable_optimizer_is_asked_once_for_the_same_sizes() -> None:
    class Optimizer:
        __hash__: Any = None
        calls = 0

        def __call__(self, inputs: Any, output: Any, sizes: Any) -> list[tuple[int, ...]]:
            self.calls += 1
            return [(1, 2), (0, 1)]

    optimizer = Optimizer()
    for _ in range(3):
        f = eg.compile(CHAIN, optimize=optimizer)
        f(*operands(2, 3, 4, 5))
        assert " t1 = b" in f.source
    assert optimizer.calls == 2
    assert eg.compile(CHAIN, optimize=optimizer) is f


@pytest.mark.parametrize(("count", "lowered"), [(1, "bchw,oc->bohw"), (1 << 12, "b1hw,o1->bohw")])
def test_large_operands_have_units_for_labels_of_size_1(
    count: int, lowered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[str]()

    def watched(pattern: Pattern, *args: Any, **kwargs: Any) -> Lowering:
        seen.append(str(pattern))
        return lowering(pattern, *args, **kwargs)

    monkeypatch.setattr("einsum_grad.runtime.specializations.lowering", watched)
    x, w = np.arange(2.0 * 3 * 2 * count).reshape(2, 1, 3, 2 * count), np.arange(5.0).reshape(5, 1)
    found = eg.compile("bchw,oc->bohw")(x, w)
    assert seen == [lowered]
    np.testing.assert_array_equal(found, np.einsum("bchw,oc->bohw", x, w), strict=True)
