"""Whole explanations, kept as files: a command, and exactly what it prints.

To change one, run its command and read the difference.
"""

import shlex
from pathlib import Path

import pytest

from einsum_grad.cli import main

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_explanation_equals_the_golden_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, expected = path.read_text(encoding="utf-8").partition("\n")
    assert command.startswith("$ einsum-grad explain ")
    assert main(shlex.split(command)[2:]) == 0
    captured = capsys.readouterr()
    assert captured.out == expected
    assert captured.err == ""


def test_there_are_golden_files() -> None:
    assert len(GOLDEN) >= 12
