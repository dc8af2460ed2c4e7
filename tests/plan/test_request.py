import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from einsum_grad.errors import (
    ArgumentError,
    ArgumentTypeError,
    EinsumGradError,
    OperandError,
    PatternError,
)
from einsum_grad.plan import request
from einsum_grad.syntax import parse


@pytest.mark.parametrize(
    ("wrt", "positions"),
    [
        (None, (0, 1, 2)),
        (1, (1,)),
        ([2, 0], (2, 0)),
        ((), ()),
        (range(2), (0, 1)),
        (np.int64(2), (2,)),
        (np.array([1, 2]), (1, 2)),
        (iter([1]), (1,)),
    ],
)
def test_wrt_is_a_position_or_several(wrt: Any, positions: tuple[int, ...]) -> None:
    assert request("a,b,c->", wrt).wrt == positions


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"wrt": 2}, ArgumentError, "wrt names operand 2, but the operands are numbered 0 to 1"),
        ({"wrt": -1}, ArgumentError, "wrt names operand -1"),
        ({"wrt": [0, 0]}, ArgumentError, "wrt names an operand twice"),
        ({"wrt": 1.0}, ArgumentTypeError, "wrt is the position or name of an operand"),
        ({"wrt": True}, ArgumentTypeError, "wrt is the position or name of an operand"),
        ({"wrt": "01"}, ArgumentError, "wrt names '01', but the operands are called X, W"),
        ({"wrt": [None]}, ArgumentTypeError, "wrt is the position or name of an operand"),
        ({"wrt": np.array(0.5)}, ArgumentTypeError, "wrt is the position or name of an operand"),
        ({"sizes": [("i", 2)]}, ArgumentTypeError, "sizes is a dict from labels to sizes"),
        ({"sizes": 3}, ArgumentTypeError, "sizes is a dict from labels to sizes"),
        ({"sizes": {"i": 2.0}}, ArgumentTypeError, "the size of i must be an int, and not 2.0"),
        ({"sizes": {"i": True}}, ArgumentTypeError, "the size of i must be an int, and not True"),
        ({"sizes": {"i": -1}}, ArgumentError, "the size of i must not be negative, and is -1"),
        ({"sizes": {"i\n\x1b": -1}}, ArgumentError, r"the size of i\\n\\x1b must not be negative"),
        ({"sizes": {"q": 2}}, ArgumentError, "sizes has 'q', which is no label.*i, j, k$"),
        ({"sizes": {"...": 2}}, ArgumentError, "sizes has '...', which is no label"),
        ({"shapes": 3}, ArgumentTypeError, "shapes is a tuple of sizes for each operand"),
        ({"shapes": [3, 4]}, ArgumentTypeError, "shapes is a tuple of sizes for each operand"),
        ({"shapes": [(2, 3), (3, 1.5)]}, ArgumentTypeError, "the size of an axis must be an int"),
        ({"shapes": [(2, 3), (3, -1)]}, ArgumentError, "the size of an axis must not be negative"),
        ({"shapes": [(2, 3)]}, OperandError, "has 2 operands, but 1 was given"),
        ({"shapes": []}, OperandError, "has 2 operands, but 0 were given"),
        ({"notation": "words"}, ArgumentError, "notation is one of"),
    ],
)
def test_invalid_arguments_are_refused(
    arguments: dict[str, Any], error: type[EinsumGradError], message: str
) -> None:
    with pytest.raises(error, match=message):
        request("ij,jk->ik", **arguments)


def test_output_only_label_needs_its_size() -> None:
    with pytest.raises(PatternError, match="sizes="):
        request("i->ib")
    assert request("i->ib", sizes={"b": 0}).sizes == (("b", 0),)


def test_an_equation_is_taken_as_it_is() -> None:
    assert request(parse("i j -> j", "named")) == request("i j -> j", notation="named")


def test_shapes_bind_the_pattern_and_keep_the_unbound_one() -> None:
    asked = request("...i,i->...i", sizes={"i": 3}, shapes=[(5, 3), (1,)])
    assert (str(asked.unbound), str(asked.pattern)) == ("...i,i->...i", "ai,1->ai")
    assert asked.given == (("i", 3),)
    assert asked.sizes == (("i", 3), ("a", 5)) or dict(asked.sizes) == {"a": 5, "i": 3}
    assert asked.stretched == ((1, 0, "i"),)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 5) | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=2)
    ),
)


@given(anything, anything, anything, anything)
def test_any_arguments_are_accepted_or_refused(
    wrt: Any, notation: Any, sizes: Any, shapes: Any
) -> None:
    for arguments in (
        {"wrt": wrt},
        {"notation": notation},
        {"sizes": sizes},
        {"shapes": shapes},
        {"wrt": wrt, "notation": notation, "sizes": sizes, "shapes": shapes},
    ):
        try:
            request("ij,jk->ik", **arguments)
        except EinsumGradError:
            continue


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"wrt": itertools.repeat(0)}, "more than 10000 positions in wrt"),
        ({"wrt": range(10**15)}, "more than 10000 positions in wrt"),
        ({"shapes": itertools.repeat((2, 2))}, "more than 10000 shapes"),
        ({"shapes": [itertools.repeat(2)]}, "more than 64 axes in a shape"),
        ({"shapes": [range(10**15)]}, "more than 64 axes in a shape"),
        ({"optimize": range(10**15)}, "more than 20000 steps in a path"),
        ({"optimize": [itertools.count()]}, "more than 10000 positions in a step"),
        ({"pattern": (itertools.repeat((0, 1)), None)}, "more than 10000 sublists"),
        ({"pattern": ([itertools.count()], None)}, "more than 64 labels"),
    ],
)
def test_endless_iterables_are_refused(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(EinsumGradError, match=told):
        request(**{"pattern": "ij->i", **arguments})


def test_a_pattern_may_be_sublists() -> None:
    sizes: dict[Any, int] = {"b": 3, 60: 5}
    asked = request(([(0, 60), (60, 2)], (0, 2, "b")), sizes=sizes)
    assert (str(asked.pattern), asked.sizes) == ("AB,BC->ACD", (("D", 3), ("B", 5)))
