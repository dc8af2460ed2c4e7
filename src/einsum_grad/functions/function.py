"""A compiled pattern as a function: the forward, the pullback, and other derivatives."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, overload

from numpy import ndarray
from numpy.typing import NDArray

from einsum_grad import linear
from einsum_grad.functions.compiled_pattern import CompiledPattern
from einsum_grad.plan import Operands
from einsum_grad.runtime.operands.arrays import check_tuples
from einsum_grad.runtime.operands.kinds import Calls, calls_of
from einsum_grad.runtime.operands.typed import Number, Operand, Recorded

Pullback = Callable[..., tuple[Any, ...]]


class Function(CompiledPattern):
    """A compiled pattern; `einsum_grad.compile` makes it.

    Called with the operands it returns the output. Operands are arrays, or what `np.asarray`
    takes, of any shapes that fit the pattern, axes of size 1 broadcasting as in `np.einsum`.
    With a Tensor among operands, cotangent or tangents a call returns Tensors, and is recorded.
    Operands that do not fit raise an `EinsumGradError`, and so do those that mean more than their
    numbers: masked arrays, matrices, arrays with units. Derivatives of integers and bools are
    exact; what their dtype can't hold raises `DTypeError`, while the output wraps around as
    `np.einsum`'s does.

    >>> import numpy as np
    >>> from einsum_grad import compile
    >>> f = compile("ij,jk->ik")
    >>> x, w = np.ones((2, 3)), np.ones((3, 4))
    >>> f(x, w).shape
    (2, 4)
    >>> out, pullback = f.vjp(x, w)
    >>> dx, dw = pullback(np.ones((2, 4)))
    >>> dx.shape, dw.shape
    ((2, 3), (3, 4))
    """

    __slots__ = ("__weakref__",)

    @overload
    def __call__(self, *operands: NDArray[Number]) -> NDArray[Number]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # no array has `requires_grad`
        self, *operands: Operand
    ) -> NDArray[Any]: ...
    @overload
    def __call__(self, *operands: Recorded | Operand) -> Recorded: ...
    @overload
    def __call__(self, *operands: object) -> Any: ...
    def __call__(self, *operands: Any) -> Any:
        """Return the output for `operands`; a view of the operand where nothing is computed."""
        found, arrays = self._specializations.of(operands, True)
        return found.forward(arrays)

    @overload
    def vjp(
        self, *operands: NDArray[Number], conj: bool = True
    ) -> tuple[NDArray[Number], Pullback]: ...
    @overload
    def vjp(  # type: ignore[overload-overlap]  # no array has `requires_grad`
        self, *operands: Operand, conj: bool = True
    ) -> tuple[NDArray[Any], Pullback]: ...
    @overload
    def vjp(
        self, *operands: Recorded | Operand, conj: bool = True
    ) -> tuple[Recorded, Pullback]: ...
    @overload
    def vjp(self, *operands: object, conj: bool = True) -> tuple[Any, Pullback]: ...
    def vjp(self, *operands: Any, conj: bool = True) -> tuple[Any, Pullback]:
        """Return the output and the pullback.

        `pullback(cotangent)` returns a tuple with one gradient for each operand in `wrt`, of that
        operand's shape and dtype. A gradient that only repeats the cotangent is a read-only view,
        with the target numpy. The operands are kept without a copy: change none before the
        pullback. Its first call frees what the forward saved; another one recomputes that.

        For complex operands the factors are conjugated, so that the gradient points along the
        steepest ascent; `conj=False`, here or at the pullback, leaves that out, as JAX does.

        >>> from einsum_grad import compile
        >>> out, pullback = compile("i,i->").vjp([1.0, 2.0], [3.0, 4.0])
        >>> float(out), pullback(1.0)
        (11.0, (array([3., 4.]), array([1., 2.])))
        """
        found, arrays = self._specializations.of(operands, conj)
        output, saved = found.vjp(arrays)
        convention = conj

        def pullback(cotangent: Any, *, conj: bool = convention) -> tuple[Any, ...]:
            """Return a tuple with a gradient for each operand asked for."""
            if (conj is not convention and bool(conj) != bool(convention)) or (
                type(cotangent) is not ndarray and self._calls((cotangent,), conj)
            ):
                return self.backward(cotangent, *operands, conj=conj)
            return found.pullback(cotangent, arrays, saved)

        return output, pullback

    def value_and_gradients(
        self, cotangent: Any, *operands: Any, conj: bool = True
    ) -> tuple[Any, tuple[Any, ...]]:
        """Return the output and the gradients, for a cotangent that is known in advance.

        The same as `vjp` and a call of its pullback, but faster where memory is the bottleneck:
        each chunk of large arrays is read once for the output and the gradients.

        >>> from einsum_grad import compile
        >>> out, gradients = compile("i,i->").value_and_gradients(1.0, [1.0, 2.0], [3.0, 4.0])
        >>> float(out), gradients
        (11.0, (array([3., 4.]), array([1., 2.])))
        """
        if type(cotangent) is not ndarray:
            calls = self._calls((cotangent,), conj)
            if calls is not None:
                return calls.together(cotangent, operands)
        found, arrays = self._specializations.of(operands, conj)
        return found.together(cotangent, arrays)

    def backward(self, cotangent: Any, *operands: Any, conj: bool = True) -> tuple[Any, ...]:
        """Return the gradients without saving anything of the forward.

        >>> from einsum_grad import compile
        >>> compile("i->").backward(2.0, [1.0, 1.0])
        (array([2., 2.]),)
        """
        if type(cotangent) is not ndarray:
            calls = self._calls((cotangent,), conj)
            if calls is not None:
                return calls.backward(cotangent, operands)
        found, arrays = self._specializations.of(operands, conj)
        return found.backward(cotangent, arrays)

    def jvp(self, operands: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """Return the output and its tangent: the derivative along `tangents`.

        Both are tuples with an entry for each operand. A tangent has its operand's shape; None
        stands for that of an operand that does not move. The work of the forward is shared. As in a
        call, a result that needs no arithmetic may be a view of an operand or a tangent.

        Raises `OperandError` for tangents that do not fit, `DTypeError` for complex ones of real
        operands.

        >>> from einsum_grad import compile
        >>> out, tangent = compile("i,i->").jvp(([1.0, 2.0], [3.0, 4.0]), ([1.0, 0.0], None))
        >>> float(out), float(tangent)
        (11.0, 3.0)
        """
        check_tuples(operands, tangents)
        calls = self._calls((*operands, *tangents), True)
        if calls is not None:
            return calls.jvp(operands, tangents)
        found, arrays = self._specializations.find(operands, True)
        return found.jvp(arrays, tangents)

    def hvp(
        self,
        operands: Sequence[Any],
        tangents: Sequence[Any],
        cotangent: Any,
        *,
        conj: bool = True,
    ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Return the gradients, and their derivatives along `tangents`.

        The second are the products of the Hessian of <cotangent, output> with the tangents. Both
        are tuples with an array for each operand in `wrt`, of that operand's shape and dtype;
        `operands` and `tangents` are as for `jvp`, `cotangent` and `conj` as for a pullback.

        >>> from einsum_grad import compile
        >>> f = compile("i,i->")
        >>> f.hvp(([1.0, 2.0], [3.0, 4.0]), ([1.0, 0.0], None), 1.0)
        ((array([3., 4.]), array([1., 2.])), (array([0., 0.]), array([1., 0.])))
        """
        check_tuples(operands, tangents)
        calls = self._calls((*operands, *tangents, cotangent), conj)
        if calls is not None:
            return calls.hvp(operands, tangents, cotangent)
        found, arrays = self._specializations.find(operands, bool(conj))
        return found.hvp(arrays, tangents, cotangent)

    def jacobian(self, operand: Operands) -> linear.LinearPattern:
        """Return the Jacobian by an operand, or by several that are one and the same variable.

        It is a `LinearPattern`: a sum of products of operands and deltas, which can be
        applied and solved, and is dense only on request. Raises `ArgumentError` for a position
        without an operand.

        >>> from einsum_grad import compile
        >>> print(compile("ij,jk->ik").jacobian(1))
        dZ[i,k]/dW[j,a] = δ(k,a) · X[i,j]
        """
        return linear.linear_pattern(self._request, operand)

    def hessian(self, row: Operands, column: Operands) -> linear.LinearPattern:
        """Return the second derivative by two operands, as `jacobian` does.

        Each is a position, or the positions that are one and the same variable. The rows are the
        axes of the output and of the first variable, the columns those of the second.

        >>> from einsum_grad import compile
        >>> print(compile("i,ij,j->").hessian((0, 2), (0, 2)))
        d²Z/dA[i]dA[j] = B[i,j] + B[j,i]
        """
        return linear.linear_pattern(self._request, row, column)

    def _calls(self, values: Collection[Any], conj: bool) -> Calls | None:
        return calls_of(values, self._arguments, bool(conj))
