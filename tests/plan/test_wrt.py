"""Operands by position and by name, and what they are called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad.errors import ArgumentError, ArgumentTypeError
from einsum_grad.plan import Names, check_wrt, read_names


def test_a_name_is_a_position() -> None:
    assert check_wrt(("W", 0), 2) == (1, 0)
    assert check_wrt(("K",), 2, Names(("Q", "K"), "S")) == (1,)
    with pytest.raises(ArgumentError, match="twice"):
        check_wrt(("W", 1), 2)
    with pytest.raises(ArgumentError, match="wrt names 'K', but the operands are called X, W"):
        check_wrt(("K",), 2)


def test_every_function_takes_a_name() -> None:
    f = eg.compile("bij,jk->ik", wrt="W")
    assert f.wrt == (1,)
    assert eg.emit("bij,jk->ik", wrt="W") == eg.emit("bij,jk->ik", wrt=1)
    assert str(f.jacobian("X")) == str(f.jacobian(0))
    assert f.certify().is_right
    (dw,) = f.backward(np.ones((3, 5)), np.ones((2, 3, 4)), np.ones((4, 5)))
    assert np.array_equal(dw, np.full((4, 5), 6.0))
    gradients = eg.explain("a,a,a,a->", wrt=["D", 1]).to_dict()["gradients"]
    assert [gradient["name"] for gradient in gradients] == ["dD", "dB"]


@pytest.mark.parametrize(
    ("names", "read"),
    [
        ("Q,K", Names(("Q", "K"), "Z")),
        (" Q , K -> S ", Names(("Q", "K"), "S")),
        (["Q", "K"], Names(("Q", "K"), "Z")),
        ("Z,W->Y", Names(("Z", "W"), "Y")),
        ("α,Key_1->out", Names(("α", "Key_1"), "out")),
        (None, Names(("X", "W"), "Z")),
    ],
)
def test_names_are_read(names: Any, read: Names) -> None:
    assert read_names(names, 2) == read


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        ("Q", ArgumentError, "there are 1 names, but 2 operands"),
        ("Q,Q", ArgumentError, "a name of its own"),
        ("Q,Z", ArgumentError, "a name of its own"),
        ("Q,K->", ArgumentError, "'' is no name"),
        ("Q,1K", ArgumentError, "'1K' is no name"),
        ("Q,K L", ArgumentError, "is no name"),
        ("Q,K->\x1b", ArgumentError, r"'\\x1b' is no name"),
        ("Q,e\u0301", ArgumentError, "is no name"),
        ("Q," + "K" * 21, ArgumentError, "at most 20"),
        ("Q,dQ", ArgumentError, "names that begin with d are those of gradients"),
        (3, ArgumentTypeError, "names is a text such as"),
        ([1, 2], ArgumentTypeError, "names is a text such as"),
    ],
)
def test_what_is_no_name_is_refused(names: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        read_names(names, 2)


def test_an_explanation_uses_the_names() -> None:
    explanation = eg.explain("bqd,bkd->bqk", names="Q,K->S", wrt="K")
    told = str(explanation)
    assert told.startswith("S[b,q,k] = Σ_d  Q[b,q,d] · K[b,k,d]")
    assert "dS is ∂L/∂S, the derivative of a loss L" in told
    assert "dK[b,k,d] = Σ_q  Q[b,q,d] · dS[b,q,k]" in told
    assert "put dS in the place of K" in told
    assert "every label of K is on the left" in told
    document = explanation.to_dict()
    assert document["output"]["name"] == "S"
    assert document["gradients"][0]["name"] == "dK"
    derived = str(explanation.derive())
    assert "∂S[b,q,k]/∂K[b',k',d']" in derived
    assert not any(name in derived for name in ("X[", "W[", "Z["))


def test_a_loss_is_called_otherwise_where_an_operand_is_called_l() -> None:
    assert "dZ is ∂loss/∂Z, the derivative of a loss" in str(eg.explain("i,i->", names="L,M"))
