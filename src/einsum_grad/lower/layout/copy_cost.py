"""Whether a copy pays for a product, by the sizes of its arrays."""

from __future__ import annotations

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import Kind, Product, without
from einsum_grad.lower.scale import Scale, Sizes
from einsum_grad.plan import Labels


def is_tiny(product: Product, scale: Scale | None) -> bool:
    """Whether the matrices are so small that a call for each costs more than the arithmetic."""
    if scale is None or product.kind is not Kind.MATMUL or not product.batch:
        return False
    return not _is_more(machine.TINY_MATRIX, product, (), scale)


def is_spread(product: Product, scale: Scale | None) -> bool:
    """Whether a call for each index of the spread labels costs less than a copy."""
    if scale is None:
        return False
    is_vector = not (product.rows and product.columns)
    return is_vector or _is_more(machine.SPREAD_MATRIX, product, product.spread, scale)


def is_part(result: Labels, arrays: tuple[Labels, ...], scale: Scale) -> bool:
    """Whether `result` has at most half of the bytes of `arrays`."""
    return scale.ask(_is_part, result, arrays)


def _is_part(sizes: Sizes, result: Labels, arrays: tuple[Labels, ...]) -> bool:
    return 2 * sizes.nbytes(result) <= sum(map(sizes.nbytes, arrays))


def _is_more(count: int, product: Product, apart: Labels, scale: Scale) -> bool:
    """Whether one of the products for an index of `apart` has more than `count` multiplications."""
    own = without((*product.rows, *product.columns, *product.contracted), apart)
    return scale.counts(own, count + 1)
