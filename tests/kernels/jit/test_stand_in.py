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


@pytest.mark.parametrize("blocked", ["numba", "llvmlite"])
@pytest.mark.parametrize("error", ["ModuleNotFoundError", "ImportError"])
def test_a_blocked_import_is_an_error_of_ours(blocked: str, error: str) -> None:
    pytest.importorskip("numba")
    script = f"""if True:
        import sys
        import numpy as np
        from einsum_grad.errors import MissingLibraryError
        from tests.kernels.jit.modules import SUMS, module

        class Blocking:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "{blocked}":
                    raise {error}(f"{{name}} is blocked")

        sys.meta_path.insert(0, Blocking())
        try:
            module(SUMS).output(np.ones((2, 2)))
        except MissingLibraryError as error:
            assert "{blocked} is blocked" in str(error), error
        else:
            raise AssertionError
    """
    subprocess.run([sys.executable, "-c", script], check=True)


def test_numba_is_imported_for_no_module_that_is_only_loaded() -> None:
    pytest.importorskip("numba")
    script = (
        "import sys; from tests.kernels.jit.modules import SUMS, module; module(SUMS);"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
