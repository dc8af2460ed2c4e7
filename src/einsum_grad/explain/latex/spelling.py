"""The spelling of formulas and patterns in LaTeX."""

from __future__ import annotations

import re

from einsum_grad.explain.latex.letters import in_math, in_text
from einsum_grad.explain.spelling import Spelling
from einsum_grad.plan import Factor, Labels

_NUMBERED = re.compile(r"(.)([0-9]+)", re.DOTALL)


def _indices(indices: Labels) -> str:
    between = "," if any(len(index.rstrip("'")) > 1 for index in indices) else " "
    return between.join(map(in_math, indices))


def _factor(factor: Factor) -> str:
    name = factor.name.removeprefix("d")
    written = "" if name == factor.name else r"\mathrm{d}"
    numbered = _NUMBERED.fullmatch(name)
    written += f"{in_math(numbered[1])}^{{({numbered[2]})}}" if numbered else in_math(name)
    return f"{written}_{{{_indices(factor.indices)}}}" if factor.indices else written


LATEX = Spelling(
    sum=lambda label: rf"\sum_{{{in_math(label)}}}",
    delta=lambda indices: rf"\delta_{{{_indices(indices)}}}",
    factor=_factor,
    derivative=lambda entry, by: rf"\frac{{\partial {entry}}}{{\partial {by}}}",
    pattern=in_text,
    equals=" = ",
    times=r"\, ",
    more=r"\cdots",
)
