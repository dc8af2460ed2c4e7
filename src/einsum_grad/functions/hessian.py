"""The second derivative of an expression: all its entries, or a linear map at some arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from einsum_grad.calculus.derivatives.terms import Terms
from einsum_grad.calculus.graph.graph import Dims
from einsum_grad.linear import LinearMap
from einsum_grad.plan import LinearTerm
from einsum_grad.runtime.dtypes import Array
from einsum_grad.runtime.generated.expression import Modules
from einsum_grad.runtime.operands.declared import Declared


class Hessian:
    """The second derivative of an expression."""

    __slots__ = ("_modules",)

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def __call__(self, /, *operands: Any, **arrays: Any) -> Any:
        """All entries, as an array of shape V + W + W."""
        call = Declared(self._modules.derivation, operands, arrays)
        return call.result(self._modules.run("hessian", call))

    def at(self, /, *operands: Any, **arrays: Any) -> Any:
        """The Hessian at these arrays, as a `LinearMap` that keeps no more than it must.

        >>> from einsum_grad import derive
        >>> d = derive("sum((T - U @ V.T)**2)", "T: m n, U: m k, V: n k", wrt="U")
        >>> H = d.hessian.at(T=np.ones((9, 8)), U=np.ones((9, 2)), V=np.ones((8, 2)))
        >>> H.compressed_size, H.dense_size
        (4, 324)
        """
        found = self._modules.derivation
        call = Declared(found, operands, arrays)
        factors = iter(_several(self._modules.run("hessian_compressed", call)))
        rows = [
            tuple(
                _linear_map(call, terms, factors, (one, other), found.dims)
                for other, terms in zip(found.wrt, row, strict=True)
            )
            for one, row in zip(found.wrt, self._modules.hessians(call.sizes), strict=True)
        ]
        return rows[0][0] if len(found.wrt) == 1 else tuple(rows)


def _several(result: Any) -> Sequence[Any]:
    return result if isinstance(result, tuple) else (result,)


def _linear_map(
    call: Declared, terms: Terms, factors: Iterator[Any], names: tuple[str, str], dims: Dims
) -> LinearMap:
    """The map of terms, whose factors are the next ones; `dims` are those of the value."""
    made, stack = list[LinearTerm](), list[Array]()
    for term in terms:
        first = len(stack)
        stack += [np.asarray(next(factors), call.dtype) for _ in term.factors]
        numbered = ((first + at, labels) for at, (_, labels) in enumerate(term.factors))
        made.append(replace(term, factors=tuple(numbered)))
    rows, columns = (call.shapes[name] for name in names)
    lead = tuple(call.sizes[dim] for dim in dims)
    return LinearMap(tuple(made), tuple(stack), (*lead, *rows), columns, call.dtype)
