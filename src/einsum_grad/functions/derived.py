"""`derive`: a sentence to functions of arrays, its value, its gradient and its Hessian."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from einsum_grad.calculus.derive import Derivation, derivation
from einsum_grad.certify.expression.certify import ExpressionCertificate, certify_derivation
from einsum_grad.emit.expression.module import emit_derivation
from einsum_grad.errors import ArgumentError
from einsum_grad.explain.expression.document import document
from einsum_grad.explain.expression.html import notebook
from einsum_grad.explain.expression.latex import latex, rows
from einsum_grad.explain.expression.report import report
from einsum_grad.explain.latex.page import in_notebook
from einsum_grad.functions.gradient_guess.judge import judge_gradient
from einsum_grad.functions.gradient_guess.verdict import GradientVerdict
from einsum_grad.functions.hessian import Hessian
from einsum_grad.plan import UNIT, Shape
from einsum_grad.runtime.generated.expression import Modules
from einsum_grad.runtime.operands.declared import Declared


def derive(
    text: str,
    given: str | Mapping[str, Any],
    wrt: str | Iterable[str],
    sizes: Mapping[str, int] | None = None,
) -> Derived:
    """Derive the gradient and the Hessian of an expression by the arrays `wrt`, one or several.

    `text` is a sentence of NumPy's language. `given` declares the axes of each array, as one text
    or a dict. `sizes` are those of axes, as far as they are known: they decide how the code is
    written. Raises `ExpressionError`, which points at the mistake, and `ArgumentError` for a
    variable or the size of an axis that is not declared.

    >>> d = derive("sum((X @ w - y)**2)", "X: n d, w: d, y: n", wrt="w")
    >>> d.gradient(X=[[1.0, 2.0], [3.0, 4.0]], w=[1.0, 1.0], y=[0.0, 0.0])
    array([48., 68.])
    >>> d.hessian.at(X=[[1.0, 2.0], [3.0, 4.0]], w=[1.0, 1.0], y=[0.0, 0.0]).materialize()
    array([[20., 28.],
           [28., 40.]])
    """
    found = derivation(text, given, wrt)
    return Derived(found, found.sizes(sizes))


class Derived:
    """An expression, its gradient and its Hessian, made by `derive`.

    The methods take the arrays by their names, or in the order of their declaration. With V the
    value's shape and W the variable's, a gradient has the shape V + W and a Hessian V + W + W. If
    there are several variables, gradients are a tuple, and Hessians a tuple of tuples. Numbers are
    real; whole ones are taken as float64.

    Raises `OperandError` for arrays that do not fit, `ArgumentError` for names that do not, and
    `DTypeError` for complex numbers.
    """

    __slots__ = ("_derivation", "_modules", "_sizes")

    def __init__(self, found: Derivation, sizes: Mapping[str, int]) -> None:
        self._derivation, self._sizes = found, sizes
        self._modules = Modules(found)

    def value(self, /, *operands: Any, **arrays: Any) -> Any:
        """The value."""
        return self._run("value", operands, arrays)

    def gradient(self, /, *operands: Any, **arrays: Any) -> Any:
        """The gradient."""
        return self._run("gradient", operands, arrays)

    def value_and_gradient(self, /, *operands: Any, **arrays: Any) -> tuple[Any, Any]:
        """Both, which share what they compute."""
        value, gradient = self._run("value_and_gradient", operands, arrays)
        return value, gradient

    @property
    def hessian(self) -> Hessian:
        """The Hessian: call it for all entries, or use its `at`, a linear map."""
        return Hessian(self._modules)

    def hessian_vector(self, vector: Any, /, *operands: Any, **arrays: Any) -> Any:
        """The product of the Hessian with `vector`; with a tuple of them for several variables."""
        call = Declared(self._derivation, operands, arrays)
        vectors = (vector,) if len(self.wrt) == 1 else tuple(vector)
        if len(vectors) != len(self.wrt):
            raise ArgumentError(f"there are {len(self.wrt)} variables and {len(vectors)} vectors")
        moved = [call.like(name, each) for name, each in zip(self.wrt, vectors, strict=True)]
        function = self._modules.function("hessian_vector", call.sizes)
        return call.result(function(*moved, *call.arrays))

    def objective(self, /, hess: str = "product", **arrays: Any) -> dict[str, Any]:
        """The arguments `fun`, `jac` and `hessp` or `hess` of scipy.optimize.minimize.

        `arrays` are all arrays but the variable, whose entries come as a flat vector. `hess` is
        "product" (of the Hessian with vectors), "dense" or "none". Raises `ArgumentError` where
        there are several variables, or no array tells the shape of the one.
        """
        if len(self.wrt) != 1 or self._derivation.dims:
            raise ArgumentError("minimize takes a scalar of one variable")
        (name,) = self.wrt
        shape = self._shape_of(name, arrays)

        def given(x: Any) -> dict[str, Any]:
            return {**arrays, name: np.reshape(x, shape)}

        def both(x: Any) -> tuple[Any, Any]:
            value, gradient = self.value_and_gradient(**given(x))
            return value, np.ravel(gradient)

        def product(x: Any, vector: Any) -> Any:
            return np.ravel(self.hessian_vector(np.reshape(vector, shape), **given(x)))

        def dense(x: Any) -> Any:
            return np.reshape(self.hessian(**given(x)), (np.size(x), np.size(x)))

        second: dict[str, dict[str, Any]] = {
            "product": {"hessp": product},
            "dense": {"hess": dense},
            "none": {},
        }
        if hess not in second:
            raise ArgumentError(f"hess is one of {', '.join(second)}, and not {hess!r:.80}")
        return {"fun": both, "jac": True, **second[hess]}

    @property
    def wrt(self) -> tuple[str, ...]:
        """The names of the variables."""
        return self._derivation.wrt

    @property
    def source(self) -> str:
        """The text of a module with these functions, which needs NumPy alone."""
        return self.emit()

    def emit(self, target: str = "numpy") -> str:
        """Return the text of that module for a target: numpy, torch, jax or array_api.

        Raises `ArgumentError` for another target, and where it lacks a function.

        >>> "torch.exp(x)" in derive("sum(exp(x))", "x: n", "x").emit("torch")
        True
        """
        return emit_derivation(self._derivation, self._sizes, target=target).text

    def certify(self, trials: int = 1, seed: int = 0) -> ExpressionCertificate:
        """Hold the derivatives against dual numbers in exact arithmetic; true where it proves them.

        What is proved are the formulas, of which the code is written.

        >>> bool(derive("logdet(X)", "X: n n", "X").certify())
        True
        """
        return certify_derivation(self._derivation, trials, seed)

    def check_guess(self, guess: str) -> GradientVerdict:
        """Judge a gradient that was derived by hand: a sentence over the arrays.

        It may use the names that `print` shows for parts of the expression. The verdict is true if
        the guess is right, and has the smallest counterexample if not. Raises `ExpressionError`,
        which points at a mistake in the guess, and `ArgumentError` where there are several
        variables.

        >>> bool(derive("x @ A @ x", "A: n n, x: n", "x").check_guess("(A + A.T) @ x"))
        True
        """
        return judge_gradient(self._derivation, guess)

    def latex(self, document: bool = False) -> str:
        """The value, the gradient and the Hessian as an `align*`, or as a file for pdflatex."""
        return latex(self._derivation, document=document)

    def _repr_html_(self) -> str:
        return notebook(self._derivation)

    def _repr_latex_(self) -> str:
        return in_notebook(rows(self._derivation))

    def to_dict(self) -> dict[str, Any]:
        """Everything as lists, dicts, numbers and strings, ready for `json.dumps`."""
        return document(self._derivation, sizes=self._sizes)

    def __str__(self) -> str:
        return report(self._derivation, sizes=self._sizes or None)

    def __repr__(self) -> str:
        return f"<derivatives of {self._derivation.text!r:.60} by {', '.join(self.wrt)}>"

    def _run(self, name: str, operands: Sequence[Any], arrays: Mapping[str, Any]) -> Any:
        call = Declared(self._derivation, operands, arrays)
        return call.result(self._modules.run(name, call))

    def _shape_of(self, name: str, arrays: Mapping[str, Any]) -> Shape:
        """The shape of a variable, as the other arrays tell it; of a vector it may be unknown."""
        sizes = {UNIT: 1, **self._sizes}
        for each in self._derivation.declarations:
            if each.name in arrays:
                sizes |= zip(each.axes, np.shape(arrays[each.name]), strict=False)
        axes = self._derivation.axes(name)
        if len(axes) == 1:
            return (sizes.get(axes[0], -1),)
        missing = [axis for axis in axes if axis not in sizes]
        if missing:
            raise ArgumentError(
                f"the shape of {name} needs the size of {missing[0]}: derive(…, sizes=…)"
            )
        return tuple(sizes[axis] for axis in axes)
