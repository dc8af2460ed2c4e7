"""The folder of compiled kernels: its own, whole files, and nothing where that is impossible."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from einsum_grad.kernels.jit import folder

POSIX = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owners here")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EINSUM_GRAD_CACHE_DIR", str(tmp_path))
    return tmp_path / "einsum-grad" / "kernels"


def only_file(place: Path) -> Path:
    (found,) = place.iterdir()
    return found


def test_what_was_written_is_read(place: Path) -> None:
    assert folder.read("a") is None
    folder.write("a", b"1")
    folder.write("b", b"2")
    folder.write("a", b"3")
    assert [folder.read(key) for key in "abc"] == [b"3", b"2", None]
    assert len(list(place.iterdir())) == 2


@POSIX
def test_only_its_owner_can_enter_it(place: Path) -> None:
    folder.write("a", b"1")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(place).stat().st_mode) == 0o600


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o720])
def test_a_folder_that_others_can_write_to_is_left_alone(place: Path, mode: int) -> None:
    folder.write("a", b"1")
    place.chmod(mode)
    assert folder.read("a") is None
    folder.write("b", b"2")
    only_file(place)


@POSIX
def test_a_link_to_another_folder_is_left_alone(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    place.parent.mkdir()
    place.symlink_to(other)
    folder.write("a", b"1")
    assert folder.read("a") is None
    assert not list(other.iterdir())


@pytest.mark.parametrize("harm", [lambda old: old[:-1], lambda old: old + b"1", lambda _: b""])
def test_a_harmed_file_is_no_file_until_it_is_written_again(place: Path, harm: object) -> None:
    folder.write("a", b"12")
    path = only_file(place)
    assert callable(harm)
    path.write_bytes(harm(path.read_bytes()))
    assert folder.read("a") is None
    folder.write("a", b"12")
    assert folder.read("a") == b"12"


def test_a_file_under_another_name_is_no_file(place: Path) -> None:
    folder.write("a", b"1")
    was = only_file(place)
    folder.write("b", b"2")
    (other,) = set(place.iterdir()) - {was}
    was.replace(other)
    assert folder.read("b") is None


def test_names_are_digests(place: Path) -> None:
    folder.write("../../../elsewhere\0/", b"1")
    assert folder.read("../../../elsewhere\0/") == b"1"
    assert only_file(place).name.isalnum()


def test_where_no_file_can_be_written_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("EINSUM_GRAD_CACHE_DIR", str(file))
    folder.write("a", b"1")
    assert folder.read("a") is None


def test_a_write_that_fails_leaves_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("a", b"1")

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(Path, "replace", full)
    folder.write("b", b"2")
    assert folder.read("b") is None
    only_file(place)


def test_the_first_variable_that_is_an_absolute_path_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("EINSUM_GRAD_CACHE_DIR", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    own = Path("einsum-grad", "kernels")
    assert folder.folder() == tmp_path / "home" / ".cache" / own
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert folder.folder() == tmp_path / "xdg" / own
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "numba"))
    assert folder.folder() == tmp_path / "numba" / own
    monkeypatch.setenv("EINSUM_GRAD_CACHE_DIR", "relative")
    assert folder.folder() == tmp_path / "numba" / own
    monkeypatch.setenv("EINSUM_GRAD_CACHE_DIR", str(tmp_path / "ours"))
    assert folder.folder() == tmp_path / "ours" / own
