"""Files that a command writes."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from einsum_grad.cli import main
from einsum_grad.cli.files import write
from einsum_grad.emit import emit

Capture = pytest.CaptureFixture[str]
posix = pytest.mark.skipif(os.name != "posix", reason="needs the files of Unix")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def umask() -> Any:
    before = os.umask(0o027)
    yield
    os.umask(before)


@posix
@pytest.mark.parametrize("kept", [0o640, 0o600, 0o755, 0o666])
@pytest.mark.usefixtures("umask")
def test_a_file_is_replaced_and_keeps_its_mode(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")
    path.chmod(kept)
    assert main(["emit", "i->", "-o", str(path)]) == 0
    assert path.read_text() == emit("i->")
    assert mode(path) == kept
    assert list(tmp_path.iterdir()) == [path]


@posix
@pytest.mark.usefixtures("umask")
def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    write(tmp_path / "new", "text")
    assert mode(tmp_path / "new") == 0o640


@posix
def test_a_file_is_private_until_it_has_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, seen = tmp_path / "secret", []
    path.write_text("old")
    path.chmod(0o600)
    monkeypatch.setattr(Path, "chmod", lambda self, to: seen.append((mode(self), to)))
    write(path, "new")
    assert seen == [(0o600, 0o600)]


@posix
def test_lines_end_as_they_are_written(tmp_path: Path) -> None:
    write(tmp_path / "new", "a\nδ\n")
    assert (tmp_path / "new").read_bytes() == "a\nδ\n".encode()


@posix
def test_planted_temporary_files_are_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, victim = tmp_path / "gradients.py", tmp_path / "victim"
    victim.write_text("precious")
    plain = os.open
    opened = []

    def planted(name: Any, flags: int, *more: Any) -> int:
        opened.append(Path(name))
        Path(name).symlink_to(victim)  # an attacker who knows the name
        return plain(name, flags, *more)

    monkeypatch.setattr(os, "open", planted)
    with pytest.raises(FileExistsError):
        write(path, "text")
    with pytest.raises(FileExistsError):
        write(path, "text")
    assert victim.read_text() == "precious"
    assert not path.exists()
    assert opened[0] != opened[1]
    assert {beside.parent for beside in opened} == {tmp_path}


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_one(there: bool, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path, link = folder / "gradients.py", tmp_path / "link.py"
    if there:
        path.write_text("old")
    link.symlink_to(path)
    assert main(["emit", "i->", "-o", str(link)]) == 0
    assert link.is_symlink()
    assert path.read_text() == emit("i->")


@posix
def test_a_link_to_itself_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    assert main(["emit", "i->", "-o", str(link)]) == 1
    assert capsys.readouterr().err == f"einsum-grad: {link}: {os.strerror(errno.ELOOP)}\n"
    assert link.is_symlink()


@pytest.mark.parametrize("function", ["chmod", "replace"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failing_write_leaves_the_file_alone(
    error: BaseException,
    function: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")

    def fail(*_: object) -> None:
        assert len(list(tmp_path.iterdir())) == 2
        raise error

    monkeypatch.setattr(Path, function, fail)
    interrupted = isinstance(error, KeyboardInterrupt)
    assert main(["emit", "i->", "-o", str(path)]) == (130 if interrupted else 1)
    said = "" if interrupted else f"einsum-grad: {path}: No space left on device\n"
    assert capsys.readouterr().err == said
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "gradients.py"
    path.write_text("old")
    script = (
        "import resource, signal, sys; from einsum_grad.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-B", "-c", script, "emit", "i->", "-o", str(path)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert ended.returncode == 1
    assert ended.stderr == f"einsum-grad: {path}: {os.strerror(errno.EFBIG)}\n"
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@posix
@pytest.mark.parametrize("redirection", [">", ">>"])
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "out.py"])
def test_a_redirected_stream_continues(name: str, redirection: str, tmp_path: Path) -> None:
    out = tmp_path / "out.py"
    out.write_text("# old\n")
    command = f"{sys.executable} -m einsum_grad emit 'i->' -o {name} {redirection} out.py"
    subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True, timeout=120)
    assert out.read_text() == ("# old\n" if redirection == ">>" else "") + emit("i->")
    assert list(tmp_path.iterdir()) == [out]


@posix
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/stderr"])
def test_a_stream_that_is_a_pipe_is_written_to(name: str) -> None:
    command = [sys.executable, "-m", "einsum_grad", "emit", "i->", "-o", name]
    ended = subprocess.run(command, capture_output=True, check=True, timeout=120)
    assert {ended.stdout, ended.stderr} == {b"", emit("i->").encode()}


@posix
def test_a_device_stays_one() -> None:
    before = Path("/dev/null").stat()
    assert main(["emit", "i->", "-o", "/dev/null"]) == 0
    assert Path("/dev/null").stat().st_ino == before.st_ino


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
    # Open for reading and writing, so that neither end blocks.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0) as reader:
        assert main(["emit", "i->", "-o", str(path)]) == 0
        assert stat.S_ISFIFO(path.stat().st_mode)
        assert reader.read(100_000) == emit("i->").encode()
    assert list(tmp_path.iterdir()) == [path]
