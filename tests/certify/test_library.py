"""The library of a module is read from its imports, or from its docstrings where it has none."""

import ast

import pytest

from einsum_grad.certify.library import library_of
from einsum_grad.emit import TARGETS, emit
from einsum_grad.errors import ArgumentError


@pytest.mark.parametrize(
    ("text", "library"),
    [
        ("import numpy as np", "numpy"),
        ("from einops import repeat", "numpy"),
        ("", "numpy"),
        ("import torch", "torch"),
        ("import numpy as np\nfrom torch.nn import functional", "torch"),
        ("import jax.numpy as jnp", "jax"),
        ("def forward(x):\n    import torch\n    return x", "torch"),
        ("import numpy as np\ndef main():\n    import torch", "numpy"),
        ("def forward(x):\n    return x.__array_namespace__().sum(x)", "array_api"),
        ("from array_api_compat import array_namespace", "array_api"),
        ("import torch\ndef forward(x):\n    return x.__array_namespace__()", "torch"),
        ('def apply(x):\n    """The output, which JAX differentiates."""', "jax"),
        ('"""As PyTorch has it."""\nimport numpy as np', "numpy"),
    ],
)
def test_it_is_the_one_that_is_imported(text: str, library: str) -> None:
    assert library_of(ast.parse(text)) == library


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("pattern", ["ij->i", "i->i", "ij,jk->ik", "ii->i", "->"])
@pytest.mark.parametrize("bare", [True, False])
def test_it_is_that_of_the_target(pattern: str, target: str, bare: bool) -> None:
    of = library_of(ast.parse(emit(pattern, target, bare=bare)))
    assert of == ("numpy" if target in ("einops", "numba") else target)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import cupy", "cupy"),
        ("from dask import array\nimport numexpr.core, os", "dask and numexpr"),
        ("import torch\nimport tensorflow as tf", "tensorflow"),
    ],
)
def test_other_libraries_are_refused_by_name(text: str, names: str) -> None:
    with pytest.raises(ArgumentError, match=f"imports {names}, for which certify has no exact"):
        library_of(ast.parse(text))


@pytest.mark.parametrize("text", ["import os", "from . import part", "from .cupy import array"])
def test_what_is_no_library_is_left_to_the_loader(text: str) -> None:
    assert library_of(ast.parse(text)) == "numpy"
