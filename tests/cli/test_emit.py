"""`einsum-grad emit`."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

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
def test_what_is_no_name_of_a_file_is_refused(name: str, capsys: Capture) -> None:
    assert main(["emit", "i->", "-o", name]) == 2
    assert "this is no name of a file" in capsys.readouterr().err


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")
    path.chmod(0o640)
    assert main(["emit", "i->", "-o", str(path)]) == 0
    assert path.read_text() == emit("i->")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_link_stays_one(tmp_path: Path) -> None:
    path, link = tmp_path / "gradients.py", tmp_path / "link.py"
    link.symlink_to(path)
    assert main(["emit", "i->", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert path.read_text() == emit("i->")


def test_a_refused_pattern_leaves_the_file_alone(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")
    assert main(["emit", "ij->z", "-o", str(path)]) == 1
    assert path.read_text() == "old"


def test_a_failing_write_leaves_the_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")

    def full(self: Path, *arguments: object, **options: object) -> int:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["emit", "i->", "-o", str(path)]) == 1
    assert capsys.readouterr().err == f"einsum-grad: {path}: No space left on device\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


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


def test_a_protected_file_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)  # as for all but root
    assert main(["emit", "i->", "-o", str(path)]) == 1
    assert capsys.readouterr().err == f"einsum-grad: {path}: Permission denied\n"
    assert path.read_text() == "old"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    # A pipe stands for every device: replacing a real one would harm the machine.
    path = tmp_path / "pipe"
    os.mkfifo(path)
    # Open for reading and writing, so that nobody waits for anybody.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as reader:
        assert main(["emit", "i->", "-o", str(path)]) == 0
        assert stat.S_ISFIFO(path.stat().st_mode)
        assert reader.read(100_000) == emit("i->").encode()
    assert list(tmp_path.iterdir()) == [path]
