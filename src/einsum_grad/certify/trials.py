"""`Claim` and module to `Certificate`: the code itself runs on residues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from einsum_grad.certify.certificate import Certificate, Finding
from einsum_grad.certify.claim import Claim
from einsum_grad.certify.compare import difference, misfit
from einsum_grad.certify.definition import evaluate
from einsum_grad.certify.parts import part, parts_taken
from einsum_grad.certify.residue import Array, Residue, drawn, entries, inner
from einsum_grad.certify.sizes import small_sizes, spread
from einsum_grad.errors import ArgumentError
from einsum_grad.lower import Traits
from einsum_grad.plan import OUTPUT, UNIT, Labels, Pattern, Shape, check_labels, operand_names
from einsum_grad.plan.derive.reasons import listed
from einsum_grad.visible import visible

_LONGEST_ERROR = 160


def certify(
    module: Any,
    claim: Claim,
    sizes: Mapping[str, int] | None = None,
    trials: int = 1,
    seed: int | None = None,
) -> Certificate:
    """Run `forward` and `backward` of `module` on random residues, and judge the results.

    The output must be the einsum of `claim`, by definition. A gradient must satisfy
    ⟨gradient, v⟩ = ⟨g, output with v in the place of the operand⟩ for random v and g. `sizes` maps
    labels to sizes of at least 1; the others are small and different. Without `seed` the random
    numbers differ in each call. Raises `ArgumentError` for invalid sizes or trials.

    >>> from einsum_grad import compile
    >>> from einsum_grad.plan import pattern_of
    >>> from einsum_grad.syntax import parse
    >>> claim = Claim(pattern_of(parse("i,i->")), (0, 1))
    >>> certify(compile("i,i->").module, claim).is_right
    True
    """
    case = _case(module, claim, dict(sizes or {}))
    if not isinstance(trials, int) or trials < 1:
        raise ArgumentError(f"trials must be a positive int, and not {trials!r:.80}")
    random = Random(seed)
    points = [_point(case, sizes, random) for sizes in case.sizes for _ in range(trials)]
    return Certificate(
        pattern=str(claim.pattern),
        shapes=tuple(
            tuple(_shape(term, sizes) for term in case.pattern.inputs) for sizes in case.sizes
        ),
        findings=tuple(_findings(case, points)),
        degree=max(point.degree for point in points),
        trials=trials,
    )


_MOST_FACTORS = 4_000_000
"""The limit of gradients times operands: 2,000 of each take half a minute."""

_TOGETHER = "value_and_gradients"
"""The function that computes everything at once, in a module for large arrays."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What is certified, and at which sizes."""

    module: Any
    pattern: Pattern
    wrt: tuple[int, ...]
    traits: Traits
    real: tuple[int, ...]
    sizes: tuple[dict[str, int], ...]

    def is_complex(self, operand: int | None = None) -> bool:
        """Whether an operand, or by default the output, is complex."""
        return self.traits.complex and operand not in self.real


@dataclass(slots=True)
class _Point:
    """Inputs on which the code runs, and the highest degree among its results."""

    sizes: dict[str, int]
    operands: list[Array]
    directions: list[Array]
    cotangent: Array
    degree: int = 0

    def saw(self, *residues: Residue) -> None:
        self.degree = max([self.degree, *(residue.degree for residue in residues)])


def _case(module: Any, claim: Claim, sizes: dict[str, int]) -> _Case:
    runs, count = len(claim.wrt), len(claim.pattern.inputs)
    if runs * count > _MOST_FACTORS:
        raise ArgumentError(
            f"a certificate runs the einsum of {count} operands once for each of {runs} gradients, "
            f"but may at most {_MOST_FACTORS // count} times: choose operands with wrt"
        )
    pattern, fixed = spread(claim.pattern), dict(claim.sizes)
    check_labels(sizes, pattern)
    for label, size in sizes.items():
        if fixed.get(label, size) != size:
            raise ArgumentError(f"{label} is {size} in sizes, but {fixed[label]} in the code")
    for label, size in {**sizes, **fixed}.items():
        if not size:  # NumPy's sum of no objects is the int 0, which has no dtype
            raise ArgumentError(
                f"a certificate needs sizes of at least 1, but {label} has size 0, which leaves no "
                "numbers or only zeros; use check instead"
            )
    small = small_sizes(pattern, {**sizes, **fixed})
    return _Case(module, pattern, claim.wrt, claim.traits, claim.real, small)


def _point(case: _Case, sizes: dict[str, int], random: Random) -> _Point:
    def draw(term: Labels, operand: int | None = None) -> Array:
        array = drawn(random, _shape(term, sizes), case.is_complex(operand))
        array.flags.writeable = False  # code that writes to its operands must fail
        return array

    def draw_all() -> list[Array]:
        return [draw(term, operand) for operand, term in enumerate(case.pattern.inputs)]

    return _Point(sizes, draw_all(), draw_all(), draw(case.pattern.output))


def _shape(term: Labels, sizes: Mapping[str, int]) -> Shape:
    return tuple(1 if label == UNIT else sizes[label] for label in term)


def _findings(case: _Case, points: Sequence[_Point]) -> Iterator[Finding]:
    wrong = _first(_output(case, point) for point in points)
    yield Finding(OUTPUT, not wrong, wrong or "it is the sum that the pattern says")
    # If the output is wrong, gradients are judged by what the output should be.
    forward = _definition if wrong else _forward
    returned = [_gradients(case, point) for point in points]
    if not case.wrt and (wrong := _first(each for each in returned if isinstance(each, str))):
        yield Finding("the tuple of gradients", False, wrong)
    names = operand_names(len(case.pattern.inputs))
    for place, operand in enumerate(case.wrt):
        wrong = _first(
            gradients
            if isinstance(gradients, str)
            else _gradient(case, point, operand, gradients[place], forward)
            for point, gradients in zip(points, returned, strict=True)
        )
        x, dz = names[operand], f"d{OUTPUT}"
        right = f"<d{x}, v> = <{dz}, {OUTPUT} with v in the place of {x}>"
        yield Finding(f"d{x}", not wrong, wrong or right)
    if hasattr(case.module, _TOGETHER):
        wrong = _first(
            _together(case, point, gradients)
            for point, gradients in zip(points, returned, strict=True)
        )
        right = "it returns what the other functions return"
        yield Finding("the one pass for all", not wrong, wrong or right)


def _together(case: _Case, point: _Point, gradients: Sequence[Any] | str) -> str | None:
    """What is wrong with the output and gradients that the fused function returns."""
    output = _forward(case, point, *point.operands)
    if isinstance(output, _Failure) or isinstance(gradients, str):
        return "there is nothing to compare it with"
    got = _run(case, _TOGETHER, point.cotangent, *point.operands)
    if isinstance(got, _Failure):
        return got.message
    try:
        z, others = got
        pairs = [*zip((z, *others), (output, *gradients), strict=True)]
    except (TypeError, ValueError):
        return f"{_TOGETHER} does not return an output and a tuple of gradients"
    return _first(
        misfit(one, np.shape(other)) or difference(one, np.asarray(other, object))
        for one, other in pairs
    )


def _forward(case: _Case, point: _Point, *operands: Array) -> Any:
    return _run(case, "forward", *operands)


def _definition(case: _Case, point: _Point, *operands: Array) -> Array:
    """What `forward` should return."""
    return evaluate(case.pattern, point.sizes, operands)


def _first(messages: Iterable[str | None]) -> str | None:
    return next((each for each in messages if each), None)


def _output(case: _Case, point: _Point) -> str | None:
    """What is wrong with the output."""
    got = _forward(case, point, *point.operands)
    if isinstance(got, _Failure):
        return got.message
    expected = _definition(case, point, *point.operands)
    if message := misfit(got, expected.shape):
        return message
    point.saw(*entries(got), *entries(expected))
    return difference(got, expected)


def _gradients(case: _Case, point: _Point) -> Sequence[Any] | str:
    """What `backward` returns, or what is wrong with all of it."""
    got = _run(case, "backward", point.cotangent, *point.operands)
    if isinstance(got, _Failure):
        return got.message
    if not isinstance(got, (tuple, list)):
        return f"backward returns something of type {type(got).__name__}, and no tuple"
    if len(got) != len(case.wrt):
        return f"backward returns {len(got)} gradients, but should return {len(case.wrt)}"
    return got


def _gradient(
    case: _Case, point: _Point, operand: int, got: Any, forward: Callable[..., Any]
) -> str | None:
    """What is wrong with the gradient of `operand`, judged by the adjoint identity."""
    if message := misfit(got, point.operands[operand].shape):
        return message
    conjugate = case.traits.complex and case.traits.conjugate
    v, others = point.directions[operand], point.operands
    output = forward(case, point, *others[:operand], v, *others[operand + 1 :])
    if isinstance(output, _Failure):
        return output.message
    if message := misfit(output, point.cotangent.shape):
        return f"the output with v: {message}"
    one, other = inner(got, v, conjugate), inner(point.cotangent, output, conjugate)
    point.saw(one, other)
    is_real = not case.is_complex(operand)
    if conjugate or is_real:  # then only the real parts have to be equal
        one, other = one.real, other.real
    if (one - other).is_zero():
        return None
    expected = _adjoint(case, point, operand)
    if is_real:
        got, expected = part(got, "real"), part(expected, "real")
    return difference(got, expected) or "the adjoint identity fails"


def _adjoint(case: _Case, point: _Point, operand: int) -> Array:
    """What the gradient should be, by definition of the swapped pattern."""
    conjugate = case.traits.complex and case.traits.conjugate
    factors = [np.conj(array) if conjugate else array for array in point.operands]
    factors[operand] = point.cotangent
    return evaluate(case.pattern.swap(operand), point.sizes, factors)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a function has no result that can be judged."""

    message: str


def _run(case: _Case, name: str, *arrays: Array) -> Any:
    """What the function `name` of the module returns, or why it has no result."""
    function = getattr(case.module, name)
    parts = parts_taken(function) if case.traits.complex else ()
    if parts:
        return _Failure(f"{name} uses {listed(sorted(parts), 'and')}, which residues can't model")
    try:
        return function(*arrays)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # arbitrary code may raise anything
        return _Failure(f"{name} raises {error_text(error)}")


def error_text(error: BaseException) -> str:
    """An error in one line.

    >>> error_text(ValueError("no"))
    'ValueError: no'
    """
    error = error.__cause__ or error  # NumPy's message hides the residue's
    first = str(error).partition("\n")[0]
    return visible(f"{type(error).__name__}: {first[:_LONGEST_ERROR]}").removesuffix(": ")
