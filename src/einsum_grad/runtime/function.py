"""A compiled pattern: the forward, the pullback, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy import ndarray

from einsum_grad.emit import Target
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import PLAIN, Cost, Traits, cost, lowering
from einsum_grad.plan import (
    ELLIPSIS,
    GradientPlan,
    Request,
    check_labels,
    read_sizes,
)
from einsum_grad.runtime.arguments import Arguments
from einsum_grad.runtime.dtypes import numbers_of
from einsum_grad.runtime.kinds import Calls, calls_of
from einsum_grad.runtime.load import Loaded
from einsum_grad.runtime.modules import load_module
from einsum_grad.runtime.specialization import Variant
from einsum_grad.runtime.specializations import Variants
from einsum_grad.runtime.tangents import Tangents, check_tuples

if TYPE_CHECKING:
    from einsum_grad.certify import Certificate
    from einsum_grad.linear import LinearPattern

Pullback = Callable[..., tuple[Any, ...]]


class Function:
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

    __slots__ = ("__weakref__", "_arguments", "_request", "_tangents", "_target", "_variants")

    def __init__(self, request: Request, target: Target, arguments: Arguments) -> None:
        self._request = request
        self._target = target
        self._arguments = arguments
        self._variants = Variants(request, target, arguments)
        self._tangents = Tangents(request)

    def __call__(self, *operands: Any) -> Any:
        """Return the output for `operands`; a view of the operand where nothing is computed."""
        variant, arrays = self._variants.of(operands, True)
        return variant.forward(arrays)

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
        variant, arrays = self._variants.of(operands, conj)
        output, saved = variant.vjp(arrays)
        convention = conj

        def pullback(cotangent: Any, *, conj: bool = convention) -> tuple[Any, ...]:
            """Return a tuple with a gradient for each operand asked for."""
            if (conj is not convention and bool(conj) != bool(convention)) or (
                isinstance(variant, Variant)
                and type(cotangent) is not ndarray
                and self._calls((cotangent,), conj)
            ):
                return self.backward(cotangent, *operands, conj=conj)
            return variant.pullback(cotangent, arrays, saved)

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
        variant, arrays = self._variants.of(operands, conj)
        return variant.together(cotangent, arrays)

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
        variant, arrays = self._variants.of(operands, conj)
        return variant.backward(cotangent, arrays)

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
        return (calls or self._tangents).jvp(operands, tangents)

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
        return self._tangents.hvp(operands, tangents, cotangent, conj)

    def jacobian(self, operand: int | Sequence[int]) -> LinearPattern:
        """Return the Jacobian by an operand, or by several that are one and the same variable.

        It is a `LinearPattern`: a sum of products of operands and deltas, which can be
        applied and solved, and is dense only on request. Raises `ArgumentError` for a position
        without an operand.

        >>> from einsum_grad import compile
        >>> print(compile("ij,jk->ik").jacobian(1))
        dZ[i,k]/dW[j,a] = δ(k,a) · X[i,j]
        """
        from einsum_grad.linear import linear_pattern

        return linear_pattern(self._request, operand)

    def hessian(self, row: int | Sequence[int], column: int | Sequence[int]) -> LinearPattern:
        """Return the second derivative by two operands, as `jacobian` does.

        Each is a position, or the positions that are one and the same variable. The rows are the
        axes of the output and of the first variable, the columns those of the second.

        >>> from einsum_grad import compile
        >>> print(compile("i,ij,j->").hessian((0, 2), (0, 2)))
        d²Z/dA[i]dA[j] = B[i,j] + B[j,i]
        """
        from einsum_grad.linear import linear_pattern

        return linear_pattern(self._request, row, column)

    def cost(self, sizes: Mapping[str, int], dtype: Any = float) -> Cost:
        """Return what the forward and the backward cost, in flops and bytes.

        `sizes` are those of the labels; numbers are of the dtype of the computation, which for
        float16 is float32. Where the cost is high and a longer search might find a cheaper order of
        contraction, its `hint` says so. Raises `ArgumentError` where a size is missing, and for a
        pattern with an ellipsis unless it was compiled with `shapes`.

        >>> from einsum_grad import compile
        >>> cost = compile("bij,jk->ik").cost({"b": 64, "i": 256, "j": 256, "k": 256})
        >>> cost.forward.flops, cost.backward.flops, cost.saved_bytes
        (37748736, 67108864, 524288)
        """
        asked = self._request
        if ELLIPSIS in asked.pattern.labels():
            raise ArgumentError("the cost of an ellipsis needs the shapes: compile(…, shapes=…)")
        fixed, given = dict(asked.sizes), dict(read_sizes(sizes) or ())
        for label in fixed.keys() & given.keys():
            if fixed[label] != given[label]:
                raise ArgumentError(
                    f"{label} was compiled with size {fixed[label]}, not {given[label]}"
                )
        known = fixed | given
        check_labels(known, asked.pattern)
        numbers = numbers_of([np.dtype(dtype)])
        traits, itemsize = numbers.traits(True), numbers.computed.itemsize
        found = lowering(
            asked.pattern, asked.wrt, self._target.form, known, traits, itemsize, asked.order
        )
        return cost(found.program(), found.sizes, itemsize, asked.order)

    def certify(
        self,
        sizes: Mapping[str, int] | None = None,
        trials: int = 1,
        numbers: str | Sequence[str] = "real",
        seed: int | None = None,
    ) -> Certificate:
        """Return whether the generated module is right, as a printable `Certificate`.

        It is run on random numbers modulo a large prime, where nothing is rounded: the output has
        to be the einsum, and the gradients its adjoints. `sizes` are those of labels: the module is
        the one that operands of these sizes, of 8 bytes for a real number, would run. It is run at
        exactly these sizes if that does not take long, else at small ones, as for labels without a
        size. `numbers` is "real" or "complex", or one of the two for each operand; complex ones
        have a module of their own. `seed` makes the random numbers reproducible. Raises
        `ArgumentError` for invalid sizes, trials or numbers.

        >>> from einsum_grad import compile
        >>> certificate = compile("bij,jk->ik").certify()
        >>> certificate.is_right, certificate.degree, certificate.bound < 1e-17
        (True, 3, True)
        """
        from einsum_grad.certify import Claim, affordable, certify, read_claim, read_numbers
        from einsum_grad.runtime.certified import certified

        asked, given = self._request, dict(read_sizes(sizes) or ())
        traits, real = read_numbers(numbers, len(asked.pattern.inputs))
        fixed = asked.pattern.output_sizes(dict(asked.sizes))
        source = self._loaded(traits, given).source
        library = read_claim(source.text).library
        claim = Claim(asked.pattern, asked.wrt, tuple(fixed.items()), traits, real, library)
        module = certified(source.text, str(asked.pattern))
        return certify(module, claim, affordable(asked.pattern, given, fixed), trials, seed)

    @property
    def pattern(self) -> str:
        """The pattern, its output written out."""
        return str(self._request.pattern)

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the operands whose gradients are computed."""
        return self._request.wrt

    @property
    def plan(self) -> GradientPlan:
        """How every gradient is derived; see `GradientPlan`."""
        return self._request.plan

    @property
    def source(self) -> str:
        """The text of the generated module, for operands whose sizes do not broadcast."""
        return self._module.source.text

    @property
    def module(self) -> Any:
        """The generated module, without what only a script needs: `draw` and `main`.

        `inspect.getsource(f.module)` is `f.source`.
        """
        return self._module.module

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        """The generated forward, which `inspect` and debuggers look at."""
        forward: Callable[..., Any] = self._module.module.forward
        return forward

    def __repr__(self) -> str:
        return f"<einsum-grad function {self.pattern!r}, gradients of operands {self.wrt}>"

    def _calls(self, values: Collection[Any], conj: bool) -> Calls | None:
        return calls_of(values, self._arguments, bool(conj))

    @property
    def _module(self) -> Loaded:
        return self._loaded(PLAIN)

    def _loaded(self, traits: Traits, sizes: Mapping[str, int] = MappingProxyType({})) -> Loaded:
        asked = self._request
        known = dict(asked.sizes) | dict(sizes)
        itemsize, order, exact = traits.itemsize, asked.order, bool(sizes)
        return load_module(
            asked.pattern, asked.wrt, self._target, known, traits, itemsize, order, exact=exact
        )
