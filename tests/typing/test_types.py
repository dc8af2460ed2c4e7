"""The public functions as a user's type checker sees them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
USER = Path(__file__).with_name("user.py")


def checked(file: Path) -> str:
    """What mypy says of a file by itself, as strictly as it can; empty if it has no objection."""
    api = pytest.importorskip("mypy.api", reason="needs mypy, from the extra dev")
    told: tuple[str, str, int] = api.run(
        ["--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache'}", str(file)]
    )
    out, err, code = told
    return "" if code == 0 else out + err


def checked_by_pyright(file: Path, folder: Path) -> list[str]:
    """The errors that pyright finds, in its mode `strict`; what is unknown is one."""
    if find_spec("basedpyright") is None:
        pytest.skip("needs basedpyright, from the extra dev")
    settings = {
        "include": [os.fspath(file)],
        "extraPaths": [os.fspath(ROOT / "src")],
        "typeCheckingMode": "strict",
    }
    project = folder / "pyrightconfig.json"
    project.write_text(json.dumps(settings))
    options = ["--outputjson", "--project", os.fspath(project), "--pythonpath", sys.executable]
    ran = subprocess.run(
        [sys.executable, "-m", "basedpyright", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    told = json.loads(ran.stdout)
    assert told["summary"]["filesAnalyzed"] == 1
    return [f"{one['rule']}: {one['message']}" for one in told["generalDiagnostics"]]


@pytest.fixture(autouse=True)
def _as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPYPATH", os.fspath(ROOT / "src"))
    monkeypatch.chdir(ROOT)


def test_a_user_s_file_has_the_types_that_it_names() -> None:
    assert checked(USER) == ""


def test_pyright_finds_the_same_types(tmp_path: Path) -> None:
    assert checked_by_pyright(USER, tmp_path) == []


HEAD = "import numpy as np\nimport einsum_grad as eg\nfrom typing import assert_type\n"
LINES = ["eg.Tensor(1.0) + 1", "eg.einsum('i->i', np.ones(2))", "eg.grad(eg.relu)(np.ones(2))"]


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A user's file whose every line names another type."""
    file = tmp_path / "wrong.py"
    file.write_text(HEAD + "".join(f"assert_type({line}, str)\n" for line in LINES))
    return file


def test_another_type_is_seen(wrong: Path) -> None:
    told = checked(wrong)
    assert told.count("[assert-type]") == len(LINES)
    assert '"Any"' not in told


def test_another_type_is_seen_by_pyright(wrong: Path, tmp_path: Path) -> None:
    told = checked_by_pyright(wrong, tmp_path)
    assert [one.split(":")[0] for one in told] == ["reportAssertTypeFailure"] * len(LINES)
