"""What a certificate says: a finding for the output and each gradient, and the bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from einsum_grad.certify.residue import PRIME
from einsum_grad.plan import Shape
from einsum_grad.visible import visible_lines

_SCALAR = "scalar"
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether the output or a gradient is what it should be, and what was seen of it."""

    name: str
    is_right: bool
    told: str

    def __str__(self) -> str:
        return f"{self.name} is {'right' if self.is_right else 'WRONG'}: {self.told}"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The findings on a module that was run on residues.

    What is called wrong is wrong, or does what residues can't show, and then says so. Each thing
    that is wrong is called right with a probability of at most `bound`: two polynomials of at most
    this `degree` that differ are equal at a random point modulo the prime p with probability
    degree/p at most, and that is asked for in each trial (J. T. Schwartz, Fast probabilistic
    algorithms for verification of polynomial identities, Journal of the ACM 27, 1980; R. Zippel,
    Probabilistic algorithms for sparse polynomials, 1979).
    """

    pattern: str
    shapes: tuple[tuple[Shape, ...], ...]
    """The shapes of the operands, once or twice; each has its trials."""
    findings: tuple[Finding, ...]
    degree: int
    trials: int
    prime: int = PRIME

    @property
    def is_right(self) -> bool:
        """Whether everything is."""
        return all(finding.is_right for finding in self.findings)

    @property
    def bound(self) -> float:
        """The probability with which something wrong is called right, at most."""
        return min(1.0, self.degree / self.prime) ** self.trials

    def __str__(self) -> str:
        return visible_lines("\n".join([*self._head(), *map(str, self.findings), *self._foot()]))

    def _head(self) -> list[str]:
        shapes = " and ".join(map(_written, self.shapes))
        return [f"{self.pattern}, shapes {shapes}"] if shapes else []

    def _foot(self) -> list[str]:
        """The bound, where anything is called right."""
        trials = f"{self.trials} {'trial' if self.trials == 1 else 'trials'}"
        lines = [
            f"if something called right is wrong, that had a chance of at most {self.bound:.1e}:",
            f"    degree {self.degree}, {trials}, modulo the prime {self.prime}",
        ]
        return lines if any(finding.is_right for finding in self.findings) else []

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
            "bound": self.bound,
        }


def _written(shapes: tuple[Shape, ...]) -> str:
    shown = ["x".join(map(str, shape)) or _SCALAR for shape in shapes[:_SHOWN]]
    return ",".join([*shown, *(["…"] if len(shapes) > _SHOWN else [])])
