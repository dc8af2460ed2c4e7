import ast
import itertools
from collections.abc import Callable
from typing import Any

import pytest

from einsum_grad.emit.layout import (
    WIDTH,
    comment,
    folded,
    indented,
    returned,
    tupled,
    unpacked,
    wrapped,
)

MANY = [f"operand_{number}" for number in range(40)]


def test_short_lists_stay_on_their_line() -> None:
    assert wrapped("f(", ["a", "b"], ")") == ["f(a, b)"]
    assert wrapped("f(", [], ")") == ["f()"]
    assert returned(["a", "b"]) == ["return a, b"]
    assert returned(["a"]) == ["return (a,)"]
    assert returned([]) == ["return ()"]
    assert folded("z = f(a, b)") == ["z = f(a, b)"]


@pytest.mark.parametrize(
    "lines",
    [
        wrapped("f(", MANY, ")"),
        folded(f"z = f({', '.join(MANY)})"),
        folded(f"z = x.reshape({', '.join(MANY)}).transpose(1, 0)"),
        unpacked(MANY, "saved"),
        ["def f():", *indented(returned(MANY))],
        comment("word " * 60),
    ],
    ids=["wrapped", "folded", "folded method", "unpacked", "returned", "comment"],
)
def test_long_lines_are_taken_apart_and_mean_the_same(lines: list[str]) -> None:
    assert len(lines) > 1
    assert all(len(line) <= WIDTH - 4 for line in lines)
    ast.parse("\n".join(lines))


def test_folded_text_is_the_same_code() -> None:
    line = f"z = f({', '.join(MANY)})"
    assert ast.dump(ast.parse("\n".join(folded(line)))) == ast.dump(ast.parse(line))


def test_a_long_line_with_a_text_that_has_spaces_stays() -> None:
    line = f'z = f("i j -> b i j", {", ".join(MANY)})'
    for part in folded(line):
        assert part.count('"') % 2 == 0


def test_empty_lines_stay_empty() -> None:
    assert indented(["a", "", "b"]) == ["    a", "", "    b"]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "()"),
        (1, "(operand_0,)"),
        (2, "(operand_0, operand_1)"),
        (12, f"({', '.join(MANY[:12])})"),
        (13, "(operand_0, operand_1, ..., operand_12)"),
    ],
)
def test_tuples_are_told_by_their_ends_where_they_are_long(count: int, text: str) -> None:
    assert tupled(MANY[:count]) == text


def test_a_long_comment_stays_a_comment() -> None:
    lines = folded(f"# {'what is said (of this) ' * 9}")
    assert len(lines) > 1
    assert all(line.startswith("# ") and len(line) <= 96 for line in lines)


def test_a_line_inside_a_function_is_folded_inside_it() -> None:
    call = f"np.matmul(left, {'right, ' * 14}out=z)"
    lines = folded(f"    {call}")
    assert [lines[0], lines[-1]] == ["    np.matmul(", "    )"]
    assert len(lines) > 3
    assert all(line.startswith(" " * 8) for line in lines[1:-1])
    remarks = folded(f"    # {'word ' * 25}")
    assert len(remarks) > 1
    assert all(line.startswith("    # ") for line in remarks)
    assert max(map(len, lines + remarks)) <= WIDTH - 4


EXPRESSIONS: dict[str, Callable[[list[str]], str]] = {
    "a sum": " + ".join,
    "a product": " * ".join,
    "a comparison": " == ".join,
    "a call": lambda names: f"np.einsum({', '.join(names)})",
    "a call with a text": lambda names: f'einops.repeat(x, "a b -> c a b", {", ".join(names)})',
    "a method": lambda names: f"x.T.reshape({', '.join(names)})",
    "a method of a call": lambda names: f"x.reshape({', '.join(names)}).T.dot(w)",
    "a method of a sum": lambda names: f"({' + '.join(names)}).reshape(2, 3)",
    "a product of calls": lambda names: f"f({names[0]}) * g({', '.join(names)})",
    "an index": lambda names: f"x[{', '.join(names)}]",
    "a list": lambda names: f"[{', '.join(names)}]",
    "a tuple": lambda names: f"({', '.join(names)},)",
    "a negation": lambda names: f"not {' == '.join(names)}",
    "a comparison with a tuple": lambda names: f"x.shape != ({', '.join(names)},)",
    "a name": "_".join,
}
STATEMENTS: dict[str, Callable[[str], str]] = {
    "assigned": "z = {}".format,
    "assigned to a part": "z_part[:, part] = {}".format,
    "returned": "return {}".format,
    "done": "{}".format,
    "asked": "if {}:\n    pass".format,
}


def named(count: int, length: int) -> list[str]:
    """So many names of about that length, all different."""
    return [f"{'n' * (1 + number % length)}{number}" for number in range(count)]


def code_of(lines: list[str]) -> tuple[object, ...]:
    """What a function of these lines does, wherever they are broken."""
    defined: dict[str, Any] = {}
    exec("\n".join(["def f():", *indented(lines)]), defined)
    code = defined["f"].__code__
    return code.co_code, code.co_names, code.co_varnames, code.co_consts


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_statement_of_any_length_stays_the_same_code(expression: str) -> None:
    for count, statement in zip(range(1, 201), itertools.cycle(STATEMENTS.values()), strict=False):
        text = EXPRESSIONS[expression](named(count, 1 + 7 * count % 30))
        first, *body = statement(text).split("\n")
        lines = folded(first)
        assert code_of([*lines, *body]) == code_of([first, *body])
        if expression != "a name":
            assert max(map(len, lines)) <= WIDTH - 4


LISTS: dict[str, Callable[[list[str]], tuple[list[str], str]]] = {
    "wrapped": lambda names: (wrapped("f(", names, ")"), f"f({', '.join(names)})"),
    "returned": lambda names: (returned(names), f"return ({', '.join(names)},)"),
    "unpacked": lambda names: (unpacked(names, "saved"), f"({', '.join(names)},) = saved"),
    "deleted": lambda names: (folded(f"del {', '.join(names)}"), f"del ({', '.join(names)},)"),
}


@pytest.mark.parametrize("layout", LISTS)
def test_every_list_of_any_length_stays_the_same_code(layout: str) -> None:
    for count in range(1, 201):
        lines, code = LISTS[layout](named(count, 1 + 7 * count % 30))
        assert code_of(lines) == code_of([code])
        assert max(map(len, lines)) <= WIDTH - 4


@pytest.mark.parametrize("count", [1, 5, 40, 200])
def test_a_comment_of_any_length_stays_one(count: int) -> None:
    words = " ".join(named(count, 8))
    lines = comment(words)
    assert " ".join(line.removeprefix("# ") for line in lines) == words
    assert all(line.startswith("# ") and len(line) <= WIDTH - 4 for line in lines)
