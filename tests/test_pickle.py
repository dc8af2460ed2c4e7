"""What goes to other processes: by pickle, and by cloudpickle as joblib, Dask and Ray do it."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cloudpickle
import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad import Function

X, W = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 4) / 7
F = eg.compile("ij,jk->ik")
HESSIAN = F.hessian(0, 1)

FUNCTIONS = {
    "plain": F,
    "everything": eg.compile(
        "i j, j -> i out", 1, "named", {"out": 3}, "einops", shapes=[(2, 3), (3,)]
    ),
    "a search": eg.compile("ij,jk,kl->il", optimize="greedy"),
    "a path": eg.compile("ij,jk,kl->il", optimize=[(1, 2), (0, 1)]),
}
VALUES = {
    "a Jacobian": F.jacobian(1),
    "a Hessian": HESSIAN,
    "a certificate": F.certify(seed=0),
    "an explanation": eg.explain("ij,jk->ik"),
    "a derivation": eg.explain("ij,jk->ik").derive(),
    "a verdict": eg.check_guess("ij,jk->ik", 0, "ik,kj->ij"),
    "a cost": F.cost({"i": 2, "j": 3, "k": 4}),
    "a plan": F.plan,
    "counts": eg.cache_info(),
}


def again(value: Any, by: Any) -> Any:
    return by.loads(by.dumps(value))


def in_another_process(*calls: Any) -> Any:
    """The results of some calls there."""
    script = (
        "import pickle, sys; calls = pickle.load(sys.stdin.buffer); "
        "sys.stdout.buffer.write(pickle.dumps([call() for call in calls]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        input=cloudpickle.dumps(calls),
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return pickle.loads(ended.stdout)


@pytest.fixture(params=[pickle, cloudpickle], ids=["pickle", "cloudpickle"])
def by(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_a_compiled_function_is_its_arguments(f: Function, by: Any) -> None:
    other = again(f, by)
    assert (repr(other), other.source) == (repr(f), f.source)
    assert len(by.dumps(f)) < 500  # its arguments, and nothing of what was made of them


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES.keys())
def test_what_is_made_is_the_same(value: Any, by: Any) -> None:
    assert str(again(value, by)) == str(value)


@pytest.mark.parametrize("name", sorted(set(vars(eg)["__all__"]) - {"TARGETS", "scipy"}))
def test_public_names_are_the_same_object(name: str, by: Any) -> None:
    value = getattr(eg, name)
    assert again(value, by) is value or name == "__version__"


def test_linear_maps_and_patterns_work_on(by: Any) -> None:
    pattern, at = again((HESSIAN, HESSIAN.at(X, W)), by)
    wanted = HESSIAN.at(X, W)
    np.testing.assert_array_equal(at.materialize(), wanted.materialize())
    np.testing.assert_array_equal(pattern.at(X, W).T.materialize(), wanted.T.materialize())


def test_a_tensor_is_its_numbers(by: Any) -> None:
    for requires_grad in (False, True):
        other = again(eg.Tensor(X, requires_grad=requires_grad), by)
        assert other.requires_grad is requires_grad
        np.testing.assert_array_equal(other.data, X)


def test_a_recorded_tensor_says_what_to_do(by: Any) -> None:
    with pytest.raises(eg.EinsumGradError, match="detach"):
        by.dumps(eg.Tensor(X, requires_grad=True) * 2)


def test_a_refusal_keeps_its_place(by: Any) -> None:
    with pytest.raises(eg.EinsumGradError) as caught:
        eg.compile("i.j")
    other = again(caught.value, by)
    assert (str(other), vars(other)) == (str(caught.value), vars(caught.value))


def test_functions_pullbacks_and_gradients_go_by_cloudpickle() -> None:
    from einsum_grad import emit, errors

    def work() -> Any:
        out, pullback = F.vjp(X, W)
        text = eg.emit("ij->ji"), emit("ij->ji"), eg.explain("ij->ji").pattern
        return (
            out,
            pullback(out),
            eg.einsum("ij,jk->ik", X, W),
            text,
            issubclass(errors.PatternError, eg.EinsumGradError),
        )

    _, pullback = F.vjp(X, W)
    calls: list[Callable[[], Any]] = [
        work,
        lambda: pullback(X @ W),
        lambda: eg.grad(lambda x: (x * x).sum())(X),
    ]
    for call in calls:
        call.__module__ = "__main__"  # as in a script or a notebook: pickled with what it refers to
    for call, found in zip(calls, in_another_process(*calls), strict=True):
        assert repr(found) == repr(call())
