"""`einsum-grad emit`."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from einsum_grad.cli import main
from einsum_grad.emit import emit

Capture = pytest.CaptureFixture[str]


def test_module_is_printed(capsys: Capture) -> None:
    assert main(["emit", "bij,jk->ik"]) == 0
    assert capsys.readouterr().out == emit("bij,jk->ik")


def test_options_are_the_arguments_of_emit(capsys: Capture) -> None:
    line = "--target einops --wrt 1 --sizes out=7 --shapes 2x3,1 --notation named"
    assert main(["emit", "i j, j -> i out", *shlex.split(line)]) == 0
    assert capsys.readouterr().out == emit(
        "i j, j -> i out", "einops", 1, {"out": 7}, "named", [(2, 3), (1,)]
    )


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_module_is_written_to_a_file(option: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "gradients.py"
    assert main(["emit", "bij,jk->ik", option, str(path)]) == 0
    assert path.read_bytes() == emit("bij,jk->ik").encode()
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == [path]


def test_written_module_checks_itself(tmp_path: Path) -> None:
    path = tmp_path / "gradients.py"
    assert main(["emit", "bij,jk->ik", "--target", "einops", "-o", str(path)]) == 0
    assert subprocess.run([sys.executable, str(path)], check=False, timeout=120).returncode == 0


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_invalid_file_names_are_refused(name: str, capsys: Capture) -> None:
    assert main(["emit", "i->", "-o", name]) == 2
    assert "this is not a file name" in capsys.readouterr().err


def test_a_refused_pattern_leaves_the_file_alone(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")
    assert main(["emit", "ij->z", "-o", str(path)]) == 1
    assert path.read_text() == "old"


@pytest.mark.parametrize(
    ("name", "message"),
    [("missing/gradients.py", "No such file or directory"), ("", "Is a directory")],
)
def test_a_file_that_cannot_be_written_is_one_line(
    name: str, message: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / name
    assert main(["emit", "i->", "-o", str(path)]) == 1
    assert capsys.readouterr().err == f"einsum-grad: {path}: {message}\n"


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ("--bare", {"bare": True}),
        ("--numbers complex", {"numbers": "complex"}),
        (
            "--sizes i=2048,j=2048 --blocked",
            {"sizes": {"i": 2048, "j": 2048}, "blocked": True},
        ),
        ("--shapes 2048x2048,2048x2048", {}),
    ],
)
def test_how_the_file_is_written_is_asked_for(
    line: str, arguments: dict[str, Any], capsys: Capture
) -> None:
    assert main(["emit", "ij,ij->ij", *shlex.split(line)]) == 0
    assert capsys.readouterr().out == emit("ij,ij->ij", **arguments)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--blocked", "blocks are for large arrays: give sizes or shapes as well"),
        ("--numbers whole", "numbers is one of real, complex, and not 'whole'"),
    ],
)
def test_what_can_not_be_written_so_is_refused(line: str, message: str, capsys: Capture) -> None:
    assert main(["emit", "ij,ij->ij", *shlex.split(line)]) != 0
    assert message in capsys.readouterr().err
