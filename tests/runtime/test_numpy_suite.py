"""NumPy's own tests of einsum, with ours in its place.

The module is executed under another name with an `np` of its own, in which `einsum` is ours; its
decorators and parametrisations see that one too. What it defines is collected here.
"""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg

PLACES = ("_core/tests/test_einsum.py", "core/tests/test_einsum.py")
FOUND = [path for place in PLACES if (path := Path(np.__file__).parent / place).is_file()]


class _NumPy(ModuleType):
    """NumPy with our `einsum`."""

    einsum = staticmethod(eg.einsum)

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)


def _suite(path: Path) -> dict[str, Any]:
    """What NumPy's module defines, executed with the other NumPy."""
    text = path.read_text(encoding="utf-8")
    assert "import numpy as np" in text
    module = ModuleType("numpy_tests_of_einsum")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    proxy = _NumPy("numpy")
    module.__dict__["_proxy"] = proxy
    code = text.replace("import numpy as np", "np = _proxy")
    exec(compile(code, str(path), "exec"), module.__dict__)
    assert module.__dict__["np"] is proxy
    return vars(module)


if not FOUND:
    pytest.skip("this NumPy comes without its tests of einsum", allow_module_level=True)

_DEFINED = _suite(FOUND[0])
globals().update(
    (name, value)
    for name, value in _DEFINED.items()
    if name.lower().startswith("test") or name == "pytestmark"
)


def test_it_is_our_einsum_that_numpy_tests() -> None:
    with pytest.raises(eg.EinsumGradError, match="the arrow is written ->"):
        _DEFINED["np"].einsum("ij=>i", np.ones((2, 2)))
    names = [name for name in globals() if name.startswith("Test")]
    assert "TestEinsum" in names
