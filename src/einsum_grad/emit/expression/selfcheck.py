"""The self-check of an expression's module: run as a script, it differentiates numerically."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from einsum_grad.calculus.derive import Derivation
from einsum_grad.emit.text.target import Target
from einsum_grad.emit.text.tree import Define, Lines, Statement
from einsum_grad.plan import UNIT

_SIZES = (5, 4, 3, 2)
"""Sizes of dimensions: the first ones are larger, so that X.T @ X is no singular matrix."""

_DRAW = """\
numbers = uniform({source}, shape, 0.1, 0.9)
if len(shape) > 1 and shape[-1] == shape[-2]:
    return numbers + shape[-1] * {eye}
return numbers"""

_DIFFERENCE = """\
def along(step):
    moved = {name: arrays[name] + step * move for name, move in moves.items()}
    return function(**{**arrays, **moved})

near, far = along(1e-3) - along(-1e-3), along(2e-3) - along(-2e-3)
return (8 * near - far) / 12e-3"""

_CHECK = """\
error = {error}
right = error <= 1e-6 * (1 + {expected})
print(f"{{name}} is right" if right else f"{{name}} is wrong by {{error}}")
return not right"""

_PRODUCT = """\
return sum({tensordot} for part, move in zip(parts, moves.values()))"""

_MAIN = """\
{source} = {random}
shapes = {{{shapes}}}
arrays = {{name: draw({source}, shape) for name, shape in shapes.items()}}
moves = {{name: uniform({source}, shapes[name], -1, 1) for name in [{wrt}]}}
gradients = {gradients}
products = {products}
together, beside = value_and_gradient(**arrays)
slope = difference(value, arrays, moves)
failed = check("the gradient", product(gradients, moves), slope)
failed += check("the value beside it", together, value(**arrays))
failed += check("the gradient beside the value", product({beside}, moves), slope)
for place, (got, parts) in enumerate(zip(products, {hessians})):
    expected = difference(lambda **arrays: {gradient}, arrays, moves)
    failed += check("the Hessian times a vector", got, expected)
    failed += check("the Hessian", product(parts, moves), expected)
return 1 if failed else 0"""

_ENTRY = """\
if __name__ == "__main__":
    raise SystemExit(main())"""


@dataclass(frozen=True, slots=True)
class _Arrays:
    """How a script draws numbers in a `shape` by `random`, and compares arrays."""

    random: str
    uniform: str
    """Numbers between `low` and `high`."""
    eye: str
    largest: str
    """The largest absolute value of `{}`."""
    tensordot: str
    source: str = "random"
    """What `random` makes."""
    local: str = ""
    """The line with which a function begins that needs the library of the array `{}`."""


_ARRAYS: Mapping[str, _Arrays] = {
    "numpy": _Arrays(
        random="np.random.default_rng(0)",
        uniform="return random.uniform(low, high, shape)",
        eye="np.eye(shape[-1])",
        largest="np.max(np.abs({}), initial=0)",
        tensordot="np.tensordot(part, move, move.ndim)",
    ),
    "torch": _Arrays(
        random="torch.Generator().manual_seed(0)",
        uniform="""\
numbers = torch.rand(shape, generator=random, dtype=torch.float64)
return low + (high - low) * numbers""",
        eye="torch.eye(shape[-1])",
        largest="torch.abs({}).max()",
        tensordot="torch.tensordot(part, move, move.ndim)",
    ),
    "jax": _Arrays(
        random="map(jax.random.key, range(1000))",
        uniform="return jax.random.uniform(next(random), shape, minval=low, maxval=high)",
        eye="jax.numpy.eye(shape[-1])",
        largest="jax.numpy.abs({}).max()",
        tensordot="jax.numpy.tensordot(part, move, move.ndim)",
    ),
    "array_api": _Arrays(
        random="Random(0), namespace(library.zeros(1))",
        uniform="""\
numbers = [random.uniform(low, high) for _ in range(math.prod(shape))]
return xp.reshape(xp.asarray(numbers, dtype=xp.float64), shape)""",
        eye="xp.eye(shape[-1], dtype=xp.float64)",
        largest="xp.max(xp.abs({}))",
        tensordot="xp.tensordot(part, move, axes=move.ndim)",
        source="random, xp",
        local="xp = namespace({})\n",
    ),
}
"""By the name of the target."""


def self_check(
    given: Derivation, names: Mapping[str, str], dims: Mapping[str, str], target: Target
) -> list[Statement]:
    """The functions of a script, `main` at last, and the call of it."""
    arrays = _ARRAYS[target.name]
    before = [Lines(target.script.before)] if target.script.before else []
    return [
        Define(
            "uniform",
            (arrays.source, "shape", "low", "high"),
            "Return random numbers.",
            [Lines(arrays.uniform)],
        ),
        Define(
            "draw",
            (arrays.source, "shape"),
            "Return numbers below 1, or a matrix that is far from singular.",
            [Lines(_DRAW.format(source=arrays.source, eye=arrays.eye))],
        ),
        Define(
            "difference",
            ("function", "arrays", "moves"),
            "Return a derivative along the moves, by differences of order 4.",
            [Lines(_DIFFERENCE)],
        ),
        Define(
            "product",
            ("parts", "moves"),
            "Return the sum of products with the moves.",
            [Lines(_in_library(_PRODUCT.format(tensordot=arrays.tensordot), arrays, "parts[0]"))],
        ),
        Define(
            "check",
            ("name", "got", "expected"),
            "Print whether two arrays agree; return True if not.",
            [Lines(_in_library(_compared(arrays), arrays, "got"))],
        ),
        Define(
            "main",
            (),
            "Check the derivatives on random arrays; return 0 if they are right, else 1.",
            [*before, Lines(_main(given, names, dims, arrays))],
        ),
        Lines(_ENTRY),
    ]


def _in_library(text: str, arrays: _Arrays, array: str) -> str:
    return arrays.local.format(array) + text


def _compared(arrays: _Arrays) -> str:
    error, largest = arrays.largest.format("got - expected"), arrays.largest.format("expected")
    return _CHECK.format(error=error, expected=largest)


def _main(
    given: Derivation, names: Mapping[str, str], dims: Mapping[str, str], arrays: _Arrays
) -> str:
    sizes = dict(zip(dims, itertools.cycle(_SIZES), strict=False)) | {UNIT: 1}
    shapes = (
        f'"{names[each.name]}": {tuple(sizes[axis] for axis in each.axes)}'
        for each in given.declarations
    )
    count = len(given.wrt)
    moved = "*moves.values(), **arrays"
    texts = {
        "source": arrays.source,
        "random": arrays.random,
        "gradients": "gradient(**arrays)",
        "products": f"hessian_vector({moved})",
        "hessians": "hessian(**arrays)",
        "gradient": "gradient(**arrays)",
        "beside": "beside",
    }
    if count == 1:
        texts |= {name: f"[{texts[name]}]" for name in ("gradients", "products", "beside")}
        texts["hessians"] = f"[[{texts['hessians']}]]"
    else:
        texts["gradient"] = "gradient(**arrays)[place]"
    wrt = ", ".join(f'"{names[name]}"' for name in given.wrt)
    return _MAIN.format(shapes=", ".join(shapes), wrt=wrt, **texts)
