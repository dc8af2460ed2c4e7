from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.errors import ArgumentTypeError, EinsumGradError, OperandError
from einsum_grad.syntax import parse, read_call


def test_text_and_operands() -> None:
    equation, operands = read_call(("ij,jk->ik", 1, 2))
    assert equation == parse("ij,jk->ik")
    assert operands == (1, 2)


@pytest.mark.parametrize(
    ("args", "text", "operands"),
    [
        (("x", [0, 1]), "AB", ("x",)),
        (("x", [0, 1], [1, 0]), "AB->BA", ("x",)),
        (("x", [0, 0], []), "AA->", ("x",)),
        (("x", [Ellipsis, 0], "y", (0,), [Ellipsis]), "...A,A->...", ("x", "y")),
        (("x", [25, 26, 51]), "Zaz", ("x",)),
        (("x", np.array([0, 1]), np.array([1])), "AB->B", ("x",)),
        (("x", []), "", ("x",)),
        (([1, 2], range(1)), "A", ([1, 2],)),
        (("x", [True, np.int8(2)]), "BC", ("x",)),
    ],
)
def test_sublists_are_the_same_language(
    args: tuple[Any, ...], text: str, operands: tuple[Any, ...]
) -> None:
    args = tuple(object() if isinstance(arg, str) else arg for arg in args)
    equation, found = read_call(args)
    assert equation == parse(text)
    assert len(found) == len(operands)
    assert all(one is other for one, other in zip(found, args[: 2 * len(found) : 2], strict=True))


def test_integers_sort_as_np_einsum_sorts_them() -> None:
    """The implicit output is sorted by number, and A to Z stand before a to z."""
    equation, _ = read_call((np.ones((2, 3)), [30, 2]))
    assert equation.text == "eC"
    numpys: Any = np.einsum
    assert numpys(np.ones((2, 3)), [30, 2]).shape == (3, 2)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        ((), OperandError, "needs a pattern and at least one operand"),
        ((3,), OperandError, "an einsum needs a pattern, and has one operand of type int"),
        ((object(), 1), ArgumentTypeError, "followed by its sublist of integers.*type int"),
        ((object(), "ij"), ArgumentTypeError, "followed by its sublist of integers.*type str"),
        ((object(), [0], 3), ArgumentTypeError, "followed by its sublist.*type int"),
        ((object(), [0.5]), ArgumentTypeError, "a sublist holds integers and Ellipsis.*float"),
        ((object(), ["i"]), ArgumentTypeError, "a sublist holds integers and Ellipsis.*str"),
        ((object(), [None]), ArgumentTypeError, "a sublist holds integers and Ellipsis.*NoneType"),
        ((object(), [-1]), OperandError, "from 0 to 51, and not -1; for more labels write"),
        ((object(), [52]), OperandError, "from 0 to 51, and not 52; for more labels write"),
    ],
)
def test_mistakes_in_a_call(
    args: tuple[Any, ...], error: type[EinsumGradError], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_call(args)


things = (
    st.none() | st.integers() | st.text() | st.lists(st.integers() | st.just(...)) | st.floats()
)


@given(st.lists(things, max_size=5))
def test_any_call_is_read_or_refused(args: list[Any]) -> None:
    try:
        equation, operands = read_call(args)
    except EinsumGradError:
        return
    assert len(operands) == len(args) // 2 or isinstance(args[0], str)
    assert equation.notation == "letters"


def test_subscripts_of_bytes_are_read() -> None:
    equation, operands = read_call((b"ij->ji", 1))
    assert (equation.text, operands) == ("ij->ji", (1,))
    with pytest.raises(EinsumGradError):
        read_call((b"\x80", 1))
