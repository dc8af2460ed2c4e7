"""`Claim` and module to `Certificate`: the code itself runs on exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from einsum_grad.certify.case import cases_of, point_of
from einsum_grad.certify.certificate import Certificate
from einsum_grad.certify.claim import Claim
from einsum_grad.certify.judge import findings_of
from einsum_grad.errors import ArgumentError


def certify(
    module: Any,
    claim: Claim,
    sizes: Mapping[str, int] | None = None,
    trials: int = 1,
    seed: int | None = None,
) -> Certificate:
    """Run the functions of `module` on random exact numbers, and judge the results.

    The output must be the einsum of `claim`, by definition. A gradient must satisfy
    ⟨gradient, v⟩ = ⟨g, output with v in the place of the operand⟩ for random v and g. `sizes` maps
    labels to sizes of at least 1; the others are small and different. Without `seed` the random
    numbers differ in each call. Raises `ArgumentError` for invalid sizes or trials, and for more
    operands than the library of the module has exact numbers for.

    >>> from einsum_grad import compile
    >>> from einsum_grad.plan import pattern_of
    >>> from einsum_grad.syntax import parse
    >>> claim = Claim(pattern_of(parse("i,i->")), (0, 1))
    >>> certify(compile("i,i->").module, claim).is_right
    True
    """
    cases = cases_of(module, claim, dict(sizes or {}))
    if not isinstance(trials, int) or trials < 1:
        raise ArgumentError(f"trials must be a positive int, and not {trials!r:.80}")
    random, case = Random(seed), cases[0]
    repeats = trials * case.arithmetic.repeats
    points = [
        point_of(each, known, random)
        for each in cases
        for known in case.sizes
        for _ in range(repeats)
    ]
    return Certificate(
        pattern=str(claim.pattern),
        shapes=tuple(map(case.shapes, case.sizes)),
        findings=tuple(findings_of(case, points)),
        degree=max(case.degree, *(point.degree for point in points)),
        trials=repeats,
        choices=case.arithmetic.choices,
        library=case.arithmetic.arrays.library,
        dtypes=tuple(each.arithmetic.dtype for each in cases),
    )
