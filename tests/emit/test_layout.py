import ast

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
