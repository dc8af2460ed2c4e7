"""`Explained` to the rows of an `align*`: its equations, or its derivation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from einsum_grad.explain.blocks import right_spans
from einsum_grad.explain.derivative import fraction, right_pieces
from einsum_grad.explain.derived import ShownLine, parts
from einsum_grad.explain.explained import Explained
from einsum_grad.explain.latex.spelling import LATEX
from einsum_grad.explain.spelling import left_side
from einsum_grad.plan import Derivative, Factor, Formula, Names

ROW_END = " \\\\\n"
"""The separator between rows."""

_PIECES = 12
"""A right side of more sums and factors than this goes on below."""


def equations(explained: Explained, short: bool = False) -> list[str]:
    """The rows of the equations alone; `short` leaves out the middle of very long ones."""
    forward = explained.forward_formula()
    return [
        _row(forward, short),
        *_meaning(explained, forward),
        *(_row(explained.gradient_formula(gradient), short) for gradient in explained.gradients),
    ]


def derivation(explained: Explained, short: bool = False) -> list[str]:
    """The rows of the lines of the derivation, each with its rule's name."""
    first, *gradients = parts(explained, LATEX, short)
    return [
        *map(_line, first),
        *_meaning(explained, explained.forward_formula()),
        *(_line(line) for lines in gradients for line in lines),
    ]


def derivative_row(derivative: Derivative, names: Names | None = None) -> str:
    """The row of a Jacobian or a Hessian."""
    return f"{fraction(derivative, names)} &= {_broken(right_pieces(derivative, LATEX, names))}"


def _row(formula: Formula, short: bool) -> str:
    right = _broken([span.text for span in right_spans(formula, LATEX, short)])
    return f"{left_side(formula, LATEX)} &= {right}"


def _line(line: ShownLine) -> str:
    sign = line.sign.strip() or r"\quad"
    rule = rf" && \text{{{line.line.rule}}}"
    return f"{line.left} &{sign} {_broken([span.text for span in line.right], rule)}".lstrip()


def _broken(pieces: Sequence[str], rule: str = "") -> str:
    """The right side, on several rows if it is long; `rule` stands on the first."""
    lines = ["".join(pieces[at : at + _PIECES]) for at in range(0, len(pieces), _PIECES)]
    more = [line.removeprefix(LATEX.times) for line in lines[1:]]
    return rf"{ROW_END}&\quad ".join([f"{lines[0]}{rule}", *more])


def _meaning(explained: Explained, forward: Formula) -> Iterator[str]:
    """What the cotangent is, if there is a gradient."""
    if explained.gradients:
        names, indices = explained.names, forward.left.indices
        entry, cotangent = Factor(names.output, indices), Factor(names.cotangent, indices)
        loss = Factor(names.loss, ())
        derivative = LATEX.derivative(LATEX.factor(loss), LATEX.factor(entry))
        yield f"{LATEX.factor(cotangent)} &= {derivative}"
