"""What a generated module gets as numba."""

from __future__ import annotations

import subprocess
import sys

import pytest

from einsum_grad.errors import MissingLibraryError
from einsum_grad.kernels.jit import stand_in
from tests.kernels.jit.modules import SUMS, module


def test_without_numba_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_in, "find_spec", lambda name: None)
    with pytest.raises(MissingLibraryError, match=r"pip install 'einsum-grad\[numba\]'"):
        module(SUMS)


def test_numba_is_imported_for_no_module_that_is_only_loaded() -> None:
    pytest.importorskip("numba")
    script = (
        "import sys; from tests.kernels.jit.modules import SUMS, module; module(SUMS);"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
