"""einops' functions of Tensors: the values of arrays, and gradients."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import einops
import numpy as np
import pytest

import einsum_grad as eg
from tests.autograd.rules.table import numbers

X, Y = numbers(2, 3, 4), numbers(4, 3)

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "rearrange": lambda x, y: einops.rearrange(x, "a b c -> c (b a)"),
    "rearrange, split": lambda x, y: einops.rearrange(x, "a b (c d) -> (d b) a c", d=2),
    "rearrange, unit axes": lambda x, y: einops.rearrange(y, "a b -> b 1 a 1"),
    "rearrange, ellipsis": lambda x, y: einops.rearrange(x, "... c -> c ..."),
    "rearrange of a list": lambda x, y: einops.rearrange([y, 2 * y], "n a b -> a (n b)"),
    "reduce to a sum": lambda x, y: einops.reduce(x, "a b c -> b", "sum"),
    "reduce to a mean": lambda x, y: einops.reduce(x, "a b (c d) -> a c", "mean", d=2),
    "reduce to a maximum": lambda x, y: einops.reduce(x, "a b c -> c", "max"),
    "reduce to a minimum": lambda x, y: einops.reduce(x, "a b c -> () b ()", "min"),
    "repeat": lambda x, y: einops.repeat(y, "a b -> (r b) a s", r=2, s=3),
    "repeat a new axis": lambda x, y: einops.repeat(y, "a b -> n a b", n=3),
    "einsum": lambda x, y: einops.einsum(x, y, "a b c, c k -> a k"),
    "einsum of an array first": lambda x, y: einops.einsum(X, y, "a b c, c k -> a k"),
    "pack": lambda x, y: einops.pack([x, 2 * x[0]], "* b c")[0],
    "pack, with an array": lambda x, y: einops.pack([Y, y], "* b")[0],
    "unpack": lambda x, y: einops.unpack(y, [[1], [3]], "* b")[1],
    "unpack to another rank": lambda x, y: einops.unpack(x, [[3], []], "a b *")[0],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_einops_functions_take_tensors(call: Callable[[Any, Any], Any]) -> None:
    out = call(eg.Tensor(X, requires_grad=True), eg.Tensor(Y, requires_grad=True))
    assert isinstance(out, eg.Tensor)
    assert out.requires_grad
    np.testing.assert_allclose(out.data, call(X, Y), rtol=1e-14)
    eg.check_gradients(call, X, Y)


def test_the_other_functions_take_tensors() -> None:
    x = eg.Tensor(X, requires_grad=True)
    assert einops.parse_shape(x, "a b c") == {"a": 2, "b": 3, "c": 4}
    np.testing.assert_array_equal(einops.asnumpy(x), X)
    for operation in ("any", "all"):
        made = einops.reduce(x, "a b c -> b", operation)
        np.testing.assert_array_equal(made, einops.reduce(X, "a b c -> b", operation))
    with pytest.raises(einops.EinopsError):
        einops.rearrange(x, "a b -> b a")


def test_callables_of_numpy_reduce_too() -> None:
    def log_sum(x: Any, axes: tuple[int, ...]) -> Any:
        return np.log(np.sum(np.exp(x), axis=axes))

    eg.check_gradients(lambda x: einops.reduce(x, "a b c -> a", log_sum), X)


@pytest.mark.parametrize(
    "imports",
    [
        "import einops, einsum_grad as eg",
        "import einsum_grad as eg, einops",
        "from einsum_grad import Tensor; import einops, einsum_grad as eg",
        "import einsum_grad as eg; x = eg.Tensor(1.0); import einops",
    ],
)
def test_the_order_of_imports_does_not_matter(imports: str) -> None:
    code = f"""
import sys
{imports}
x = eg.Tensor([[1.0, 2.0]], requires_grad=True)
einops.rearrange(x, "a b -> b a").backward([[1.0], [2.0]])
assert x.grad.tolist() == [[1.0, 2.0]]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_tensors_do_not_bring_einops_in() -> None:
    code = """
import sys
import numpy as np, einsum_grad as eg
x = eg.Tensor([1.0, 2.0], requires_grad=True)
np.sum(eg.einsum("i,i->i", x, x)).backward()
assert "einops" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
