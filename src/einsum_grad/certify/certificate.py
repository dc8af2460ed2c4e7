"""`Certificate`: a finding for the output and for each gradient, and an error bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from einsum_grad.certify.residue import PRIME
from einsum_grad.plan import Shape
from einsum_grad.plan.derive.reasons import listed
from einsum_grad.visible import preformatted, visible, visible_lines

_SCALAR = "scalar"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the output or a gradient is right, and what was observed."""

    name: str
    is_right: bool
    told: str

    def __str__(self) -> str:
        return visible(f"{self.name} is {'right' if self.is_right else 'WRONG'}: {self.told}")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The findings on a module that was run on exact numbers.

    What is called wrong is wrong, or does something that exact numbers can't model, and the finding
    says which. Anything wrong is called right with probability at most `bound`: two different
    polynomials of at most this `degree` agree modulo the prime p at a random point, whose
    coordinates have so many `choices`, with probability at most degree/choices, independently in
    each trial (J. T. Schwartz, Fast probabilistic algorithms for verification of polynomial
    identities, Journal of the ACM 27, 1980; R. Zippel, Probabilistic algorithms for sparse
    polynomials, 1979).

    On NumPy's arrays the numbers are all residues modulo p, which carry the degree. On arrays of
    another library they are binary fractions in double precision, and the bound is a theorem if the
    code does no more than add, multiply and move numbers, if none of its own numbers needs more
    than 53 bits, and if its polynomials have no higher degree than the einsum's.
    """

    pattern: str
    shapes: tuple[tuple[Shape, ...], ...]
    """One or two choices of operand shapes; each is tried `trials` times."""
    findings: tuple[Finding, ...]
    degree: int
    trials: int
    prime: int = PRIME
    choices: int = PRIME
    library: str = "NumPy"
    dtypes: tuple[str, ...] = ("object",)
    """The dtypes of the arrays on which the code ran; arrays of objects have residues."""

    @property
    def is_right(self) -> bool:
        """Whether every finding is right."""
        return all(finding.is_right for finding in self.findings)

    @property
    def bound(self) -> float:
        """The largest probability that something wrong is called right."""
        return min(1.0, self.degree / self.choices) ** self.trials

    def __str__(self) -> str:
        return visible_lines("\n".join([*self._head(), *map(str, self.findings), *self._foot()]))

    def _repr_html_(self) -> str:
        return preformatted(str(self))

    def _head(self) -> list[str]:
        shapes = " and ".join(map(_written, self.shapes))
        return [f"{self.pattern}, shapes {shapes}"] if shapes else []

    def _foot(self) -> list[str]:
        """The bound, if anything is called right."""
        if not any(finding.is_right for finding in self.findings):
            return []
        trials = f"{self.trials} {'trial' if self.trials == 1 else 'trials'}"
        head = f"if something called right is wrong, that had a chance of at most {self.bound:.1e}:"
        counted, dtypes = f"    degree {self.degree}, {trials}, ", listed(self.dtypes, "and")
        if self.dtypes == ("object",):
            return [head, f"{counted}modulo the prime {self.prime}"]
        return [
            head,
            f"{counted}each number one of {self.choices} in {dtypes} of {self.library},",
            "    if the code adds, multiplies and moves numbers of at most 53 bits, to that degree",
        ]

    def to_dict(self) -> dict[str, Any]:
        """The certificate as plain data, for JSON."""
        return {
            "schema": 1,
            "pattern": self.pattern,
            "shapes": [[list(shape) for shape in shapes] for shapes in self.shapes],
            "is_right": self.is_right,
            "findings": [
                {"name": each.name, "is_right": each.is_right, "told": each.told}
                for each in self.findings
            ],
            "degree": self.degree,
            "trials": self.trials,
            "prime": self.prime,
            "choices": self.choices,
            "library": self.library,
            "dtypes": list(self.dtypes),
            "bound": self.bound,
        }


def _written(shapes: tuple[Shape, ...]) -> str:
    shown = ["x".join(map(str, shape)) or _SCALAR for shape in shapes[:_SHOWN]]
    return ",".join([*shown, *(["…"] if len(shapes) > _SHOWN else [])])
