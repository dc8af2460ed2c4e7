import pytest

from einsum_grad.plan import equation_text, indexed
from tests.patterns import pattern


@pytest.mark.parametrize(
    ("text", "equation"),
    [
        ("ij,jk->ik", "Z[i,k] = Σ_j  X[i,j] · W[j,k]"),
        ("bij,jk->ik", "Z[i,k] = Σ_b Σ_j  X[b,i,j] · W[j,k]"),
        ("i->i", "Z[i] = X[i]"),
        (",->", "Z = X · W"),
        ("ii->", "Z = Σ_i  X[i,i]"),
    ],
)
def test_equation(text: str, equation: str) -> None:
    found = pattern(text)
    assert equation_text(found, ("X", "W")[: len(found.inputs)], "Z") == equation


def test_scalar_has_no_brackets() -> None:
    assert indexed("X", ()) == "X"
