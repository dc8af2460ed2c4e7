"""Products of small matrices: those whose loops are shorter than a call of a BLAS."""

from __future__ import annotations

import math
from collections.abc import Mapping

from einsum_grad.lower import machine
from einsum_grad.lower.layout.product import matrix_product
from einsum_grad.lower.program import Op, Step, Value
from einsum_grad.plan import Network, Pattern


def constants(network: Network, sizes: Mapping[str, int]) -> dict[str, int]:
    """The sizes of rows, columns and what is contracted, of small products of matrices.

    >>> from einsum_grad.plan import pattern_of, single
    >>> from einsum_grad.syntax import parse
    >>> products = single(pattern_of(parse("bij,bjk->bik")))
    >>> constants(products, {"b": 900, "i": 8, "j": 4, "k": 2})
    {'i': 8, 'k': 2, 'j': 4}
    """
    labels = (label for node in network.nodes for label in _small(node.pattern, sizes))
    return {label: sizes[label] for label in labels}


def _small(pattern: Pattern, sizes: Mapping[str, int]) -> list[str]:
    args = tuple(Value("", term) for term in pattern.inputs)
    product = matrix_product(Step(Op.CONTRACT, Value("", pattern.output), args))
    groups = (product.rows, product.columns, product.contracted) if product else ()
    small = all(
        sizes.keys() >= set(group)
        and math.prod(map(sizes.__getitem__, group)) <= machine.SMALL_MATRIX
        for group in groups
    )
    return [label for group in groups for label in group] if small else []
