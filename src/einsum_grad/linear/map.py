"""`LinearMap`: a derivative at given operands, applied without ever being dense."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from einsum_grad.errors import OperandError
from einsum_grad.linear.algebra import added, composed, scaled
from einsum_grad.linear.compress import compressed
from einsum_grad.linear.diagonal import diagonal, trace
from einsum_grad.linear.operands import numpy_array
from einsum_grad.linear.run import run, total
from einsum_grad.linear.solve import solve
from einsum_grad.linear.terms import Terms
from einsum_grad.plan import Shape
from einsum_grad.runtime.dtypes import Array


@dataclass(frozen=True, slots=True, eq=False)
class LinearMap(Terms):
    """A sum of products of arrays and deltas, as a matrix whose rows and columns have axes.

    It multiplies arrays of shape `column_shape`, or flat ones of the same size, and returns arrays
    of `row_shape`, or flat ones. Maps of matching shapes can be added and multiplied by `@`; any
    can be scaled by `*` and transposed. `shape`, `dtype`, `matvec` and `rmatvec` are what SciPy's
    iterative solvers ask for, so they take a LinearMap as it is.

    Raises `OperandError` for arrays or maps that do not fit.

    >>> import einsum_grad as eg
    >>> X, A = np.array([1.0, 2.0]), np.array([[1.0, 10.0], [100.0, 1000.0]])
    >>> H = eg.compile("i,ij,j->").hessian((0, 2), (0, 2)).at(X, A, X)
    >>> H @ X, H.shape
    (array([ 222., 4110.]), (2, 2))
    """

    # NumPy leaves `array @ map` and `number * map` to this class.
    __array_ufunc__ = None

    def matvec(self, tangent: Any) -> Array:
        """The product with `tangent`.

        >>> import einsum_grad as eg
        >>> eg.compile("i,i->i").jacobian(0).at([1.0, 2.0], [3.0, 4.0]).matvec([1.0, 10.0])
        array([ 3., 40.])
        """
        vector = numpy_array(tangent, "the vector")
        given = self._shaped(vector, self.column_shape)
        out = self._applied(given)
        return out if vector.shape == self.column_shape else out.reshape(-1)

    def rmatvec(self, cotangent: Any) -> Array:
        """The product of the conjugate transpose with `cotangent`: its pullback.

        The gradient of a real variable beside complex operands is the real part of this.

        >>> import einsum_grad as eg
        >>> eg.compile("ij,j->i").jacobian(1).at([[1.0, 2.0]], [0.0, 0.0]).rmatvec([10.0])
        array([10., 20.])
        """
        return self.H.matvec(cotangent)

    def materialize(self) -> Array:
        """All entries, as an array of shape `row_shape + column_shape`.

        >>> import einsum_grad as eg
        >>> eg.compile("i,i->i").jacobian(0).at([1.0, 2.0], [3.0, 4.0]).materialize()
        array([[3., 0.],
               [0., 4.]])
        """
        small = self.compressed()
        parts = [run(term.dense, small.factors(term), small.sizes(term)) for term in small.terms]
        return total(parts, self.arrays, self.row_shape + self.column_shape, self.dtype)

    def solve(self, right: Any) -> Array:
        """The array that this map takes to `right`, found block by block where deltas allow it.

        Raises `OperandError` for a map that is not square or that is singular.

        >>> import einsum_grad as eg
        >>> eg.compile("i,i->i").jacobian(0).at([1.0, 2.0], [2.0, 4.0]).solve([2.0, 2.0])
        array([1. , 0.5])
        """
        vector = numpy_array(right, "the right side")
        out = solve(self.compressed(), self._shaped(vector, self.row_shape))
        return out if vector.shape == self.row_shape else out.reshape(-1)

    def diagonal(self) -> Array:
        """The entries whose row is their column, of shape `row_shape`, without the dense array.

        Raises `OperandError` unless rows and columns have the same axes.

        >>> import einsum_grad as eg
        >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
        >>> H = eg.compile("i,ij,j->").hessian((0, 2), (0, 2)).at([0.0, 0.0], A, [0.0, 0.0])
        >>> H.diagonal(), H.trace()
        (array([2., 8.]), np.float64(10.0))
        """
        return diagonal(self)

    def trace(self) -> Any:
        """The sum of the diagonal, a number; raises `OperandError` where there is none."""
        return trace(self)[()]

    def compressed(self) -> LinearMap:
        """The same map with arrays contracted where that makes them smaller, and like terms added.

        >>> import einsum_grad as eg
        >>> U, V = np.ones((200, 5)), np.ones((30, 5))
        >>> H = eg.compile("ik,jk,il,jl->").hessian((0, 2), (0, 2)).at(U, V, U, V)
        >>> [array.shape for array in H.compressed().arrays], H.compressed_size, H.dense_size
        ([(5, 5)], 25, 1000000)
        """
        return compressed(self)

    @property
    def compressed_size(self) -> int:
        """How many numbers `compressed` keeps."""
        return sum(array.size for array in self.compressed().arrays)

    @property
    def dense_size(self) -> int:
        """How many numbers `materialize` returns."""
        return math.prod(self.shape)

    @property
    def T(self) -> LinearMap:  # noqa: N802  # NumPy's name
        """The transpose."""
        return dataclasses.replace(
            self,
            terms=tuple(term.transposed for term in self.terms),
            row_shape=self.column_shape,
            column_shape=self.row_shape,
        )

    @property
    def H(self) -> LinearMap:  # noqa: N802  # SciPy's name
        """The conjugate transpose."""
        if self.dtype.kind != "c":
            return self.T
        return dataclasses.replace(self.T, arrays=tuple(map(np.conj, self.arrays)))

    def __matmul__(self, other: Any) -> Any:
        return composed(self, other) if isinstance(other, LinearMap) else self.matvec(other)

    def __rmatmul__(self, other: Any) -> Array:
        return self.T.matvec(other)

    def __add__(self, other: LinearMap) -> LinearMap:
        return added(self, other) if isinstance(other, LinearMap) else NotImplemented

    def __sub__(self, other: LinearMap) -> LinearMap:
        return self + -other

    def __mul__(self, number: Any) -> LinearMap:
        return scaled(self, number)

    __rmul__ = __mul__

    def __neg__(self) -> LinearMap:
        return self * -1

    def aslinearoperator(self) -> Any:
        """This map as a `scipy.sparse.linalg.LinearOperator`; needs SciPy."""
        from scipy.sparse.linalg import aslinearoperator

        return aslinearoperator(self)

    def __repr__(self) -> str:
        return f"<linear map from {self.column_shape} to {self.row_shape}, {self.dtype}>"

    def _applied(self, vector: Array) -> Array:
        parts = [
            run(term.apply, (*self.factors(term), vector), self.sizes(term)) for term in self.terms
        ]
        return total(parts, (vector,), self.row_shape, np.result_type(self.dtype, vector))

    def _shaped(self, vector: Array, shape: Shape) -> Array:
        if vector.shape == shape:
            return vector
        if vector.shape in ((math.prod(shape),), (math.prod(shape), 1)):
            return vector.reshape(shape)
        raise OperandError(
            f"this map takes {self.column_shape} to {self.row_shape}; got an array of shape "
            f"{vector.shape} where {shape} belongs"
        )
