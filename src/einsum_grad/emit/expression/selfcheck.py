"""The self-check of an expression's module: run as a script, it differentiates numerically."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from einsum_grad.calculus.derive import Derivation
from einsum_grad.emit.text.tree import Define, Lines, Statement
from einsum_grad.plan import UNIT

_SIZES = (5, 4, 3, 2)
"""Sizes of dimensions: the first ones are larger, so that X.T @ X is no singular matrix."""

_DRAW = """\
numbers = random.uniform(0.1, 0.9, shape)
if len(shape) > 1 and shape[-1] == shape[-2]:
    return numbers + shape[-1] * np.eye(shape[-1])
return numbers"""

_DIFFERENCE = """\
def along(step):
    moved = {name: arrays[name] + step * move for name, move in moves.items()}
    return function(**{**arrays, **moved})

near, far = along(1e-3) - along(-1e-3), along(2e-3) - along(-2e-3)
return (8 * near - far) / 12e-3"""

_CHECK = """\
error = np.max(np.abs(got - expected), initial=0)
right = error <= 1e-6 * (1 + np.max(np.abs(expected), initial=0))
print(f"{name} is right" if right else f"{name} is wrong by {error}")
return not right"""

_PRODUCT = """\
return sum(np.tensordot(part, move, move.ndim) for part, move in zip(parts, moves.values()))"""

_MAIN = """\
random = np.random.default_rng(0)
shapes = {{{shapes}}}
arrays = {{name: draw(random, shape) for name, shape in shapes.items()}}
moves = {{name: random.uniform(-1, 1, shapes[name]) for name in [{wrt}]}}
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


def self_check(
    given: Derivation, names: Mapping[str, str], dims: Mapping[str, str]
) -> list[Statement]:
    """The functions of a script, `main` at last, and the call of it."""
    return [
        Define(
            "draw",
            ("random", "shape"),
            "Return numbers below 1, or a matrix that is far from singular.",
            [Lines(_DRAW)],
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
            [Lines(_PRODUCT)],
        ),
        Define(
            "check",
            ("name", "got", "expected"),
            "Print whether two arrays agree; return True if not.",
            [Lines(_CHECK)],
        ),
        Define(
            "main",
            (),
            "Check the derivatives on random arrays; return 0 if they are right, else 1.",
            [Lines(_main(given, names, dims))],
        ),
        Lines(_ENTRY),
    ]


def _main(given: Derivation, names: Mapping[str, str], dims: Mapping[str, str]) -> str:
    sizes = dict(zip(dims, itertools.cycle(_SIZES), strict=False)) | {UNIT: 1}
    shapes = (
        f'"{names[each.name]}": {tuple(sizes[axis] for axis in each.axes)}'
        for each in given.declarations
    )
    count = len(given.wrt)
    moved = "*moves.values(), **arrays"
    texts = {
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
