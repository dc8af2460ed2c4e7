"""The symbols of index notation: Unicode and LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from einsum_grad.explain.latex.letters import in_math, in_text

Indices = Sequence[str]


@dataclass(frozen=True, slots=True)
class Symbols:
    """How one notation writes what formulas are made of."""

    entry: Callable[[str, Indices], str]
    total: Callable[[Indices], str]
    delta: Callable[[str, str], str]
    power: Callable[[str, Fraction], str]
    raised: Callable[[str, str], str]
    """To a power that is no constant."""
    call: Callable[[str, Sequence[str]], str]
    along: Callable[[str, Indices, str], str]
    compare: Callable[[str, str, str], str]
    number: Callable[[Fraction], str]
    group: Callable[[str], str]
    derivative: Callable[[int, str, Sequence[str]], str]
    matrix: Callable[[str], str]
    over: Callable[[str, str, bool], str]
    """A product over one factor or, where the last argument says so, several."""
    size: Callable[[str], str]
    """What the size of a dimension is."""
    times: str
    pi: str


def _listed(indices: Indices) -> str:
    return indices[0] if len(indices) == 1 else f"({','.join(indices)})"


_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def _power(base: str, exponent: Fraction) -> str:
    if exponent == Fraction(1, 2):
        return f"sqrt{base}" if _grouped(base) else f"sqrt({base})"
    if exponent.denominator == 1:
        return base + str(exponent).translate(_RAISED)
    return f"{base}^({exponent})"


def _grouped(text: str) -> bool:
    """Whether one pair of parentheses is around the whole text."""
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return place == len(text) - 1 and text.startswith("(")
    return False


def _derivative(order: int, name: str, by: Sequence[str]) -> str:
    raised = "" if order == 1 else str(order).translate(_RAISED)
    return f"d{raised}{name}/{''.join(f'd{each}' for each in by)}"


UNICODE = Symbols(
    entry=lambda name, indices: f"{name}[{','.join(indices)}]" if indices else name,
    total=lambda indices: "".join(f"Σ_{index} " for index in indices),
    delta=lambda one, other: f"δ({one},{other})",
    power=_power,
    raised=lambda base, exponent: f"{base}^({exponent})",
    call=lambda name, args: f"{name}({', '.join(args)})",
    along=lambda name, indices, arg: f"{name}_{_listed(indices)}({arg})",
    compare=lambda sign, one, other: f"{one} {sign} {other}",
    number=str,
    group=lambda text: f"({text})",
    derivative=_derivative,
    matrix=str,
    over=lambda above, below, several: f"{above} / ({below})" if several else f"{above} / {below}",
    size=lambda dim: f"the size of {dim}",
    times=" · ",
    pi="π",
)

_FUNCTIONS = {
    **{name: f"\\{name}" for name in ("exp", "log", "sin", "cos", "tanh", "max", "min", "det")},
    "sigmoid": r"\sigma",
}
_SIGNS = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\ne", "<": "<", ">": ">"}


def _function(name: str) -> str:
    escaped = name.replace("_", r"\_")
    return _FUNCTIONS.get(name, rf"\operatorname{{{escaped}}}")


def _subscript(indices: Indices) -> str:
    between = "," if any(len(index) > 1 for index in indices) else " "
    return f"_{{{between.join(map(in_math, indices))}}}" if indices else ""


def _latex_power(base: str, exponent: Fraction) -> str:
    if exponent == Fraction(1, 2):
        return rf"\sqrt{{{base}}}"
    return _latex_raised(base, str(exponent))


def _latex_raised(base: str, exponent: str) -> str:
    return f"{{{base}}}^{{{exponent}}}"


def _latex_number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    return rf"\tfrac{{{value.numerator}}}{{{value.denominator}}}"


def _latex_call(name: str, args: Sequence[str]) -> str:
    if name == "abs":
        return rf"\left|{args[0]}\right|"
    return rf"{_function(name)}\left({', '.join(args)}\right)"


def _latex_derivative(order: int, name: str, by: Sequence[str]) -> str:
    raised = "" if order == 1 else f"^{order}"
    below = r" \, ".join(rf"\partial {each}" for each in by)
    return rf"\frac{{\partial{raised} {name}}}{{{below}}}"


LATEX = Symbols(
    entry=lambda name, indices: in_math(name) + _subscript(indices),
    total=lambda indices: "".join(rf"\sum_{{{in_math(index)}}} " for index in indices),
    delta=lambda one, other: rf"\delta{_subscript((one, other))}",
    power=_latex_power,
    raised=_latex_raised,
    call=_latex_call,
    along=lambda name, indices, arg: rf"{_function(name)}{_subscript(indices)}\left({arg}\right)",
    compare=lambda sign, one, other: f"{one} {_SIGNS[sign]} {other}",
    number=_latex_number,
    group=lambda text: rf"\left({text}\right)",
    derivative=_latex_derivative,
    matrix=in_text,
    over=lambda above, below, several: rf"\frac{{{above}}}{{{below}}}",
    size=lambda dim: rf"\text{{the size of }} {in_math(dim)}",
    times=r" \, ",
    pi=r"\pi",
)
