"""A library that isn't installed: what to install is said, and other failures stay."""

import pytest

import einsum_grad as eg
from einsum_grad.emit import TARGETS
from einsum_grad.errors import MissingLibraryError
from einsum_grad.installed import imported, installed
from einsum_grad.runtime.generated import load


def test_a_missing_library_is_an_error_of_ours_that_says_what_to_install() -> None:
    with pytest.raises(MissingLibraryError, match="pip install no-lib") as told:
        imported("no_lib.part")
    assert isinstance(told.value, ImportError)
    assert isinstance(told.value, eg.EinsumGradError)


def test_what_a_library_misses_itself_is_its_own_error() -> None:
    with pytest.raises(ModuleNotFoundError, match="its_part"), installed("library"):
        raise ModuleNotFoundError("No module named 'its_part'", name="its_part")


def test_generated_code_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "_LIBRARIES", load._LIBRARIES | {"no_lib"})
    with pytest.raises(MissingLibraryError, match="pip install no-lib"):
        load.execute("import no_lib", "needing", ())


@pytest.mark.parametrize("target", TARGETS)
def test_code_is_written_without_its_library(target: str) -> None:
    assert "def backward" in eg.emit("ij,jk->ik", target=target)
