"""The package's names are imported on first use, and it is a plain module all the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import einsum_grad as eg
from einsum_grad.lazy import lazily

LAZY = (
    "einsum_grad",
    "einsum_grad.certify",
    "einsum_grad.emit",
    "einsum_grad.explain",
    "einsum_grad.linear",
)


def promised(module: ModuleType) -> dict[str, str]:
    """The names that a type checker sees, each with the module it is imported from."""
    (folder,) = module.__path__
    stub = Path(folder, "__init__.pyi").read_text(encoding="utf-8")
    lines = re.findall(r"^from (\S+) import (\w+) as (\w+)$", stub, re.MULTILINE)
    assert all(name == again for _, name, again in lines)
    assert len(lines) == stub.count("import")
    return {name: home for home, name, _ in lines}


@pytest.mark.parametrize("package", LAZY)
def test_type_checkers_see_the_real_names(package: str) -> None:
    module = importlib.import_module(package)
    names = promised(module)
    for name, home in names.items():
        assert getattr(module, name) is getattr(importlib.import_module(home), name)
    assert set(names) == set(vars(module)["__all__"]) - {"__version__"}
    assert set(names) <= set(dir(module))


def test_the_package_is_a_plain_module() -> None:
    assert type(eg) is ModuleType
    with pytest.raises(AttributeError, match="module 'einsum_grad' has no attribute 'nope'"):
        _ = getattr(eg, "nope")  # noqa: B009  # a type checker knows that it isn't there
    with pytest.raises(ImportError, match="nope"):
        exec("from einsum_grad import nope")


@pytest.mark.parametrize("package", LAZY[1:])
def test_no_module_is_named_like_a_lazy_name(package: str) -> None:
    """Importing such a module would bind it over the name, which is not imported yet."""
    module = importlib.import_module(package)
    modules = {info.name for info in pkgutil.iter_modules(module.__path__)}
    assert modules.isdisjoint(promised(module))


BEFORE = (
    "pass",
    "import einsum_grad.emit, einsum_grad.explain",
    "import einsum_grad.emit.request, einsum_grad.explain.request",
    "import einsum_grad.explain.text.explanation, einsum_grad.emit.module",
    "from einsum_grad import *",
    "import einsum_grad.linear, einsum_grad.cli",
    "import einsum_grad, importlib; importlib.reload(einsum_grad)",
    "import einsum_grad; einsum_grad.emit, importlib.reload(einsum_grad)",
)

IMPORTED = """
import importlib
import sys
from types import FunctionType

for before in sys.argv[1:]:
    for name in [name for name in sys.modules if name.startswith("einsum_grad")]:
        del sys.modules[name]
    exec(before)
    import einsum_grad as eg
    from einsum_grad.emit import emit
    from einsum_grad.explain import explain
    assert eg.emit is emit and eg.explain is explain, (before, eg.emit, eg.explain)
    assert type(emit) is type(explain) is FunctionType, before
    from einsum_grad.emit import source
    assert source is importlib.import_module("einsum_grad.emit.source"), before
"""


def test_functions_are_not_hidden_by_their_folders() -> None:
    subprocess.run([sys.executable, "-c", IMPORTED, *BEFORE], check=True, timeout=120)


def test_names_are_imported_once_from_their_home() -> None:
    get, names, public = lazily("einsum_grad.explain")
    assert get("explain") is eg.explain
    assert isinstance(get("explain"), FunctionType)
    assert public == ["Derivation", "Drawing", "Explanation", "draw", "explain"]
    assert set(public) <= set(names())
    with pytest.raises(AttributeError, match=r"module 'einsum_grad\.explain' has no attribute 'x'"):
        get("x")


def test_a_call_imports_neither_certificates_nor_linear_maps() -> None:
    script = (
        "import sys, einsum_grad as eg\n"
        "f = eg.compile('i,i->i')\n"
        "f.backward([1.0], [1.0], [1.0])\n"
        "assert not {'einsum_grad.certify.claim', 'einsum_grad.linear.map'} & set(sys.modules)\n"
        "f.jacobian(0), f.certify()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
