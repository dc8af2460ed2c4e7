"""Numbers that decide by size stand in lower/machine.py, and nowhere else."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import einsum_grad
from einsum_grad.lower import machine

SOURCES = Path(einsum_grad.__file__).parent
MACHINE = SOURCES / "lower" / "machine.py"
MODULES = sorted(path for path in SOURCES.rglob("*.py") if path != MACHINE)
TREES = {path: ast.parse(path.read_text("utf-8")) for path in (*MODULES, MACHINE)}

OTHERS = {
    "_LONGEST": "characters of a name",
    "_READABLE_OPERANDS": "operands that a reader takes in at once",
    "_DIGITS": "characters of a setting",
    "_MOST": "the threads that a user may ask for",
    "_BY_ROWS, _TRANSPOSED": "CBLAS's names",
    "_SQUARE": "an exponent",
}
"""Numbers at the top of a module of `lower` or `kernels` that are none of the machine's."""


def _within(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        place = path.relative_to(SOURCES)
        if place.parts[0] in folders:
            yield place.as_posix(), TREES[path]


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in tree.body:
        if isinstance(node, ast.Assign):
            yield ", ".join(ast.unparse(target).strip("()") for target in node.targets), node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield ast.unparse(node.target), node.value


NAMES = [name for names, _ in _assignments(TREES[MACHINE]) for name in names.split(", ")]


def test_no_constant_of_a_stage_that_decides_by_size_is_a_number_of_its_own() -> None:
    found = {
        f"{place}: {name}"
        for place, tree in _within("lower", "kernels")
        for name, value in _assignments(tree)
        if name not in OTHERS and name.isupper() and any(map(_is_number, ast.walk(value)))
    }
    assert not found


def test_no_size_is_written_as_a_power_of_two_within_a_stage() -> None:
    found = {
        f"{place}:{node.lineno}: {ast.unparse(node)}"
        for place, tree in _within("lower", "kernels", "emit", "runtime")
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.LShift | ast.Pow)
        and _is_number(node.left)
        and _is_number(node.right)
    }
    assert not found


def test_every_number_of_the_machine_decides_something() -> None:
    used = {
        node.attr
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "machine"
    }
    assert used == set(NAMES)


def test_every_number_of_the_machine_is_documented() -> None:
    for node, after in itertools.pairwise([*TREES[MACHINE].body, ast.Pass()]):
        if isinstance(node, ast.Assign):
            assert isinstance(after, ast.Expr), ast.unparse(node)
            assert isinstance(after.value, ast.Constant)
            assert str(after.value.value).strip().endswith("."), ast.unparse(node)


def test_numbers_are_positive() -> None:
    assert all(getattr(machine, name) > 0 for name in NAMES)
