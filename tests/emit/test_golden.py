"""Whole modules, kept as files: what a reader of generated code sees. See `regenerate.py`."""

import pytest

from tests.emit.generated import exit_code
from tests.emit.libraries import MISSING
from tests.emit.regenerate import GOLDEN, modules

pytestmark = pytest.mark.oracle

MODULES = modules()


@pytest.mark.parametrize("name", MODULES)
def test_module_is_the_kept_one(name: str) -> None:
    assert MODULES[name] == (GOLDEN / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_kept_module_is_right(name: str) -> None:
    target = name.removesuffix(".py").rpartition("_")[2]
    if target in MISSING:
        pytest.skip(f"{MISSING[target]} is missing")
    code, printed = exit_code((GOLDEN / name).read_text(encoding="utf-8"))
    assert code == 0, printed


def test_every_kept_file_is_one_of_these() -> None:
    assert {path.name for path in GOLDEN.iterdir() if path.suffix == ".py"} == set(MODULES)
