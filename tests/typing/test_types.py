"""The public functions as a user's type checker sees them."""

from __future__ import annotations

import os
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


@pytest.fixture(autouse=True)
def _as_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYPYPATH", os.fspath(ROOT / "src"))
    monkeypatch.chdir(ROOT)


def test_a_user_s_file_has_the_types_that_it_names() -> None:
    assert checked(USER) == ""


def test_another_type_is_seen(tmp_path: Path) -> None:
    head = "import numpy as np, einsum_grad as eg\nfrom typing import assert_type\n"
    lines = ["eg.Tensor(1.0) + 1", "eg.einsum('i->i', np.ones(2))", "eg.grad(eg.relu)(np.ones(2))"]
    file = tmp_path / "wrong.py"
    file.write_text(head + "".join(f"assert_type({line}, str)\n" for line in lines))
    told = checked(file)
    assert told.count("[assert-type]") == len(lines)
    assert '"Any"' not in told
