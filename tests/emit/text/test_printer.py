"""Statements to text: short ones on their line, long ones broken and the same code."""

import ast
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from einsum_grad.emit import TARGETS
from einsum_grad.emit.text import printer
from einsum_grad.emit.text.printer import WIDTH, Printer, filled
from einsum_grad.emit.text.tree import (
    BLANK,
    Assign,
    Call,
    Comment,
    Define,
    Do,
    Expression,
    For,
    Free,
    If,
    Lines,
    Raise,
    Return,
    Statement,
    call,
    ended,
    names,
)

COUNTS = (*range(1, 41), *range(41, 201, 8))
"""How many names are written: few, and as many as fill dozens of lines."""

Names = Sequence[str]
Make = Callable[[Names], Expression]


def written(*statements: Statement, target: str = "numpy") -> str:
    """The text of statements that follow each other in a function."""
    return Printer(TARGETS[target]).write([Define("f", ["x", "w"], "", statements)])


def lines(*statements: Statement) -> list[str]:
    return [line.removeprefix("    ") for line in written(*statements).splitlines()[1:]]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (Assign("z", call("dot", "x", "w")), "z = x.dot(w)"),
        (Assign(names(["a", "b"]), "saved"), "a, b = saved"),
        (Assign(names(["a"]), "saved"), "(a,) = saved"),
        (Assign(call("index", "z", ":", "part"), "z_part"), "z[:, part] = z_part"),
        (Do(call("own", "check_sizes", "x", "w")), "check_sizes(x, w)"),
        (Do(call("matmul into", "x", "w", out="z")), "np.matmul(x, w, out=z)"),
        (Return(names([])), "return ()"),
        (Return(names(["a"])), "return (a,)"),
        (Return(names(["a", "b"])), "return a, b"),
        (Return(call("list", "a", "b")), "return [a, b]"),
        (Free(("a",)), "del a"),
        (Free(("a", "b")), "del a, b"),
        (Comment("why"), "# why"),
        (BLANK, ""),
        (Raise("w needs 2 axes"), 'raise ValueError("w needs 2 axes")'),
        (Raise("x has {}", ("x.shape",)), 'raise ValueError(f"x has {x.shape}")'),
        (Lines("failed = 0"), "failed = 0"),
    ],
)
def test_a_short_statement_is_one_line(statement: Statement, text: str) -> None:
    assert lines(statement) == [text]


def test_what_belongs_to_a_statement_stands_deeper() -> None:
    body = [If(call("unlike", "x.ndim", 3), [For("i", "x", [Raise("no")]), Lines("a\n\nb")])]
    assert written(*body) == (
        "def f(x, w):\n    if x.ndim != 3:\n        for i in x:\n"
        '            raise ValueError("no")\n        a\n\n        b\n'
    )
    documented = Define("f", [], "Words " * 20 + "end.", [Return("1")])
    text = Printer(TARGETS["numpy"]).write([documented, documented])
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.count("\n\n\ndef f():") == 1
    assert (ast.get_docstring(ast.parse(text).body[0]) or "").split()[-1] == "end."  # type: ignore[arg-type]  # it is a function


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (call("reshape", call("matmul", "x", "w"), 2, 3), "(x @ w).reshape(2, 3)"),
        (call("transpose", call("multiply", "x", "w"), 1, 0), "(x * w).T"),
        (call("transpose", call("dot", "x", "w"), 1, 0, 2), "x.dot(w).transpose(1, 0, 2)"),
        (call("multiply", call("add", "x", "w"), "y"), "(x + w) * y"),
        (call("dot", call("transpose", "x", 1, 0), "w"), "x.T.dot(w)"),
        (call("index", call("add", "x", "w"), ":", "None"), "(x + w)[:, None]"),
        (call("zeros", call("tuple", 2), "x.dtype"), "np.zeros((2,), x.dtype)"),
        (call("sum", "x", axis=call("tuple", 0, 1)), "x.sum(axis=(0, 1))"),
        (call("unlike", "x", "w"), "x != w"),
        (call("unlike", "x", "w", "y"), "not x == w == y"),
    ],
)
def test_an_operator_is_in_parentheses_beside_what_binds_more(value: Call, text: str) -> None:
    assert lines(Return(value)) == [f"return {text}"]


def test_the_printer_remembers_what_a_module_needs() -> None:
    einops = Printer(TARGETS["einops"])
    einops.write([Return(call("dot", "x", "w"))])
    assert einops.used == set()
    product = call("reshape", "x", call("product", "x.shape"))
    repeated = call("expand", "x", ("i",), ("b", "i"), "shape", (("b", 4),))
    einops.write([Return(product), Return(repeated), Do(call("in_blocks", "work", 4, 2))])
    assert einops.used == {"math", "einops", "in_blocks"}


def test_a_returned_expression_is_not_assigned_before() -> None:
    assigned = Assign("z", call("dot", "x", "w"))
    assert list(ended([Comment("why"), assigned], "z")) == [Comment("why"), Return(assigned.value)]
    assert list(ended([assigned], "y")) == [assigned, Return("y")]
    assert list(ended([], "x")) == [Return("x")]


# What is long.

EXPRESSIONS: dict[str, Make] = {
    "a sum": lambda given: Call("add", tuple(given)),
    "a product": lambda given: Call("times", tuple(given)),
    "a comparison": lambda given: Call("unlike", (*given, "z")),
    "a comparison with a tuple": lambda given: call("unlike", "x", Call("tuple", tuple(given))),
    "a comparison with a product": lambda given: call("unlike", "x", Call("times", tuple(given))),
    "a shape": lambda given: call("plus", "x.shape", Call("tuple", tuple(given))),
    "a function": lambda given: Call("einsum", (call("text", "a b c -> a"), *given)),
    "a function with a tuple": lambda given: call("zeros", Call("tuple", tuple(given)), "x.dtype"),
    "a function of functions": lambda given: Call("vecdot", (call("reshape", *given), "w")),
    "a method": lambda given: Call("reshape", ("x", *given)),
    "a method of a method": lambda given: call("dot", call("reshape", "x", *given), "w"),
    "a method of a sum": lambda given: call("reshape", Call("add", ("x", *given)), 2, 3),
    "a product of methods": lambda given: call("matmul", "x", Call("reshape", ("w", *given))),
    "a transposition": lambda given: call("transpose", call("reshape", "x", *given), 1, 0),
    "an index": lambda given: Call("index", ("x", *given)),
    "a list": lambda given: Call("list", tuple(given)),
    "a list of tuples": lambda given: Call("list", tuple(call("tuple", n, 1) for n in given)),
    "a tuple": lambda given: Call("tuple", tuple(given)),
    "a call of ours": lambda given: call("own", "check_sizes", *given),
    "a name": "_".join,
}
STATEMENTS: dict[str, Callable[[Expression], Statement]] = {
    "assigned": lambda value: Assign("z", value),
    "assigned to a part": lambda value: Assign(call("index", "z_part", ":", "part"), value),
    "returned": Return,
    "asked": lambda value: If(value, [Return("x")]),
    "looped over": lambda value: For("each", value, [Return("x")]),
}


def named(count: int, length: int) -> list[str]:
    """So many names of about that length, all different."""
    return [f"{'n' * (1 + number % length)}{number}" for number in range(count)]


def code_of(text: str) -> tuple[object, ...]:
    """What the function `f` of a text does, wherever its lines are broken."""
    defined: dict[str, Any] = {}
    exec(text, defined)
    code = defined["f"].__code__
    return code.co_code, code.co_names, code.co_varnames, code.co_consts


def on_one_line(statement: Statement, monkeypatch: pytest.MonkeyPatch) -> str:
    with monkeypatch.context() as patch:
        patch.setattr(printer, "WIDTH", 10**6)
        return written(statement)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_statement_of_any_length_stays_the_same_code(
    expression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for count, statement in zip(COUNTS, itertools.cycle(STATEMENTS.values()), strict=False):
        made = statement(EXPRESSIONS[expression](named(count, 1 + 7 * count % 30)))
        text = written(made)
        assert code_of(text) == code_of(on_one_line(made, monkeypatch))
        if expression != "a name":
            assert max(map(len, text.splitlines())) <= WIDTH


LISTS: dict[str, Callable[[Names], Statement]] = {
    "unpacked": lambda given: Assign(names(given), "saved"),
    "returned": lambda given: Return(names(given)),
    "freed": lambda given: Free(tuple(given)),
    "called": lambda given: Do(call("own", "save", *given)),
    "written": lambda given: Do(call("multiply into", "x", "w", out=call("reshape", "z", *given))),
    "defined": lambda given: Define("work", given, "What it does.", [Return("x")]),
}


@pytest.mark.parametrize("layout", LISTS)
def test_a_list_of_any_length_stays_the_same_code(
    layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for count in COUNTS:
        made = LISTS[layout](named(count, 1 + 7 * count % 30))
        text = written(made)
        whole = on_one_line(made, monkeypatch)
        # `del (a, b)` has another tree than `del a, b`, and the same code.
        same_tree = ast.dump(ast.parse(text)) == ast.dump(ast.parse(whole))
        assert same_tree or code_of(text) == code_of(whole)
        assert max(map(len, text.splitlines())) <= WIDTH


@pytest.mark.parametrize("count", [1, 5, 40, 200])
def test_a_comment_of_any_length_stays_one(count: int) -> None:
    words = " ".join(named(count, 8))
    found = lines(Comment(words))
    assert " ".join(line.removeprefix("# ") for line in found) == words
    assert all(line.startswith("# ") and len(line) <= WIDTH - 4 for line in found)


@pytest.mark.parametrize("count", range(1, 60, 7))
def test_a_text_is_not_broken_at_its_spaces(count: int) -> None:
    arrow = f"i j -> {' '.join(named(count, 3))} i j"
    sizes = tuple((name, 1) for name in named(count, 3))
    made = Assign("z", Call("repeat", ("x", call("text", arrow)), sizes))
    assert f'"{arrow}"' in written(made, target="einops")


def test_lines_are_broken_between_arguments_before_they_are_within_one() -> None:
    sizes = [f"x.shape[{axis}]" for axis in range(8)]
    pairs = tuple(call("times", one, two) for one, two in itertools.pairwise(sizes))
    assert lines(Assign("left", Call("reshape", (call("transpose", "x", 1, 0, 2), *pairs)))) == [
        "left = x.transpose(1, 0, 2).reshape(",
        "    x.shape[0] * x.shape[1], x.shape[1] * x.shape[2], x.shape[2] * x.shape[3],",
        "    x.shape[3] * x.shape[4], x.shape[4] * x.shape[5], x.shape[5] * x.shape[6],",
        "    x.shape[6] * x.shape[7]",
        ")",
    ]


def test_an_entry_that_is_too_long_is_broken_between_its_own_entries() -> None:
    sizes = [call("times", f"first.shape[{axis}]", f"second.shape[{axis}]") for axis in range(3)]
    place = Call("reshape", ("z_reduced", *sizes))
    assert lines(Do(call("matmul into", "left", "right", out=place))) == [
        "np.matmul(",
        "    left, right, out=z_reduced.reshape(first.shape[0] * second.shape[0],",
        "    first.shape[1] * second.shape[1], first.shape[2] * second.shape[2])",
        ")",
    ]


def test_entries_of_entries_have_plain_spaces() -> None:
    sizes = [f"first.shape[{axis}]" for axis in range(4)]
    nested = call("own", "f", call("own", "g", call("own", "h", *sizes)))
    assert lines(Do(nested)) == [f"f(g(h({', '.join(sizes)})))"]


def test_a_word_that_is_too_long_has_a_line_of_its_own() -> None:
    assert filled("a bbbbbbbb c", "# ", width=6) == ["# a", "# bbbbbbbb", "# c"]
