"""`LinearPattern`: a Jacobian or a Hessian as patterns, without operands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.errors import ArgumentError, OperandError
from einsum_grad.explain.derivative import latex, text
from einsum_grad.explain.derivative_document import document
from einsum_grad.linear.map import LinearMap
from einsum_grad.linear.operands import numpy_array
from einsum_grad.plan import (
    ELLIPSIS,
    UNIT,
    Derivative,
    LinearTerm,
    Request,
    Shape,
    Wrt,
    bind,
    check_labels,
    derivative,
    read_positions,
    read_sizes,
    stored,
)
from einsum_grad.plan.derive.compression import count
from einsum_grad.runtime.dtypes import Array, numbers_of

_MOST_SHAPES = 1024

Fitted = tuple[tuple[LinearTerm, ...], Shape, Shape]
"""The terms for known shapes, and the shapes of the rows and of the columns."""


class LinearPattern:
    """A Jacobian or a Hessian of a pattern, made by `Function.jacobian` and `Function.hessian`.

    It is a sum of products of operands and deltas. The methods that compute take the operands of
    the function, whose shapes must fit as they do there; `at` binds them once for several uses.

    >>> import einsum_grad as eg
    >>> J = eg.compile("ij,jk->ik").jacobian(0)
    >>> print(J)
    dZ[i,k]/dX[a,j] = δ(i,a) · W[j,k]
    >>> J.patterns
    ('jk->ikij',)
    >>> sizes = {"i": 200, "j": 5, "k": 30}
    >>> J.dense_size(sizes), J.compressed_size(sizes)
    (6000000, 150)
    """

    __slots__ = ("_known", "_request", "_wrt")

    def __init__(self, request: Request, wrt: Wrt) -> None:
        self._request = request
        self._wrt = wrt
        self._known: dict[tuple[Shape, ...], Fitted] = {}

    @property
    def derivative(self) -> Derivative:
        """The terms: which operands, and where the deltas are."""
        return derivative(self._request.pattern, self._wrt, dict(self._request.sizes))

    @property
    def patterns(self) -> tuple[str, ...]:
        """A generalised pattern for each term: dense, as `materialize` returns it.

        Its inputs are the operands that remain; its output has the axes of the rows and then
        those of the columns.
        """
        return tuple(str(term.dense) for term in self.derivative.terms)

    def at(self, *operands: Any) -> LinearMap:
        """Return this derivative at `operands`, as a linear map.

        They are NumPy arrays, or what makes such. Raises `OperandError` for arrays of another
        library, where they do not fit the pattern, or where those that are one variable have
        different shapes.
        """
        arrays = tuple(numpy_array(each, f"operand {n}") for n, each in enumerate(operands))
        shapes = tuple(array.shape for array in arrays)
        numbers = numbers_of([array.dtype for array in arrays])
        fitted = self._known.get(shapes)
        if fitted is None:
            fitted = self._fitted(shapes)
            if len(self._known) >= _MOST_SHAPES:
                self._known.clear()
            self._known[shapes] = fitted
        terms, row_shape, column_shape = fitted
        computed = tuple(array.astype(numbers.exact, copy=False) for array in arrays)
        factors = (*computed, np.asarray(1, numbers.exact))
        return LinearMap(terms, factors, row_shape, column_shape, numbers.result)

    def matvec(self, tangent: Any, *operands: Any) -> Array:
        """The product with `tangent`, which has the shape of the last variable.

        >>> import einsum_grad as eg
        >>> H = eg.compile("i,ij,j->").hessian((0, 2), (0, 2))
        >>> H.matvec([1.0, 0.0], [5.0, 6.0], [[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0])
        array([2., 5.])
        """
        return self.at(*operands).matvec(tangent)

    def rmatvec(self, cotangent: Any, *operands: Any) -> Array:
        """The product of the conjugate transpose with `cotangent`."""
        return self.at(*operands).rmatvec(cotangent)

    def solve(self, right: Any, *operands: Any) -> Array:
        """The array that the map takes to `right`; see `LinearMap.solve`."""
        return self.at(*operands).solve(right)

    def materialize(self, *operands: Any) -> Array:
        """All entries, as an array with the axes of the rows and then those of the columns.

        >>> import einsum_grad as eg
        >>> H = eg.compile("i,ij,j->").hessian((0, 2), (0, 2))
        >>> H.materialize([5.0, 6.0], [[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0])
        array([[2., 5.],
               [5., 8.]])
        """
        return self.at(*operands).materialize()

    def dense_size(self, sizes: Mapping[str, int] | None = None) -> int:
        """How many numbers `materialize` returns; `sizes` are those of the labels."""
        known = self._sizes(sizes)
        return count(derivative(self._request.pattern, self._wrt, known).axes, known)

    def compressed_size(self, sizes: Mapping[str, int] | None = None) -> int:
        """How many numbers suffice: what remains of the operands, without the deltas."""
        known = self._sizes(sizes)
        terms = derivative(self._request.pattern, self._wrt, known).terms
        return sum(count(labels, known) for labels in stored(terms, known))

    @property
    def source(self) -> str:
        """The text of a module that applies it, with `matvec` and `rmatvec`, for real numbers."""
        return emit_derivative(self.derivative, sizes=dict(self._request.sizes))

    def to_dict(self) -> dict[str, Any]:
        """Everything as lists, dicts, numbers and strings, ready for `json.dumps`."""
        notation = self._request.equation.notation
        return document(self.derivative, dict(self._request.sizes), notation)

    def __str__(self) -> str:
        return text(self.derivative)

    def __repr__(self) -> str:
        return f"<linear pattern {self}>"

    def html(self) -> str:
        """The equation in MathML, and a table of patterns and sizes."""
        from einsum_grad.explain.html.derivative import section

        asked = self._request
        return section(self.derivative, dict(asked.sizes), asked.equation.notation)

    def _repr_html_(self) -> str:
        from einsum_grad.explain.html.page import cell

        return cell(self.html())

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    def latex(self) -> str:
        r"""The equation in LaTeX.

        >>> import einsum_grad as eg
        >>> eg.compile("i,i->i").jacobian(0).latex()
        '\\frac{\\partial Z_{i}}{\\partial X_{a}} = \\delta_{i a}\\, W_{i}'
        """
        return latex(self.derivative)

    def _sizes(self, sizes: Mapping[str, int] | None) -> dict[str, int]:
        if ELLIPSIS in self._request.pattern.labels():
            raise ArgumentError("the size of an ellipsis needs the shapes: compile(…, shapes=…)")
        known = dict(self._request.sizes) | dict(read_sizes(sizes) or ())
        check_labels(known, self._request.pattern)
        for label in self._request.pattern.labels():
            if label != UNIT and label not in known:
                raise ArgumentError(f"the size of the derivative needs that of {label}")
        return known

    def _fitted(self, shapes: tuple[Shape, ...]) -> Fitted:
        """The terms for operands of these shapes; a term without factors gets the factor 1."""
        asked, last = self._request, self._wrt[-1][0]
        bound = bind(asked.equation, asked.unbound, shapes, dict(asked.given))
        self._check_alike(shapes)
        sizes = dict(bound.sizes)
        rows = (sizes[label] for label in bound.pattern.output)
        before = (size for positions in self._wrt[:-1] for size in shapes[positions[0]])
        one = (len(shapes), ())
        terms = (
            term if term.factors else LinearTerm((one,), term.rows, term.columns)
            for term in derivative(bound.pattern.with_labelled_units(), self._wrt).terms
        )
        return tuple(terms), (*rows, *before), shapes[last]

    def _check_alike(self, shapes: tuple[Shape, ...]) -> None:
        for positions in self._wrt:
            first, *others = positions
            for other in others:
                if shapes[other] != shapes[first]:
                    raise OperandError(
                        f"operands {first} and {other} are one variable, but have the shapes "
                        f"{shapes[first]} and {shapes[other]}"
                    )


def linear_pattern(request: Request, *variables: Any) -> LinearPattern:
    """The derivative of a pattern by each of `variables`: positions, or tuples of them.

    Raises `ArgumentError` or `ArgumentTypeError` for positions without an operand, or whose
    operands have different axes and so can't be one variable.
    """
    operands = len(request.equation.inputs)
    wrt = tuple(read_positions(each, operands) for each in variables)
    if ELLIPSIS not in request.unbound.labels():
        derivative(request.unbound, wrt)  # refuses early; each call derives for its own shapes
    return LinearPattern(request, wrt)
