"""The modules kept in `golden/`, and how to write them anew: `python -m tests.emit.regenerate`.

Run it after a change of what the emitter writes, and read the difference: it is the review.
"""

from pathlib import Path
from typing import Any

from einsum_grad.emit import TARGETS, emit
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.plan import Wrt, derivative, pattern_of
from einsum_grad.syntax import parse

GOLDEN = Path(__file__).parent / "golden"

KEPT: dict[str, tuple[str, dict[str, Any]]] = {
    "matrix_product": ("ij,jk->ik", {}),
    "summed_only_label": ("bij,jk->ik", {}),
    "diagonal": ("ii,ij->j", {}),
    "hadamard_with_a_sum": ("ab,cd->ab", {}),
    "trace": ("ii->", {}),
    "batched_product": ("bhqd,bhkd->bhqk", {}),
    "chain_of_three": ("ab,bc,cd->ad", {}),
    "ellipsis": ("...ij,jk->...ik", {}),
    "ellipsis_beside_a_diagonal": ("...ii,...i->...", {}),
    "written_diagonal": ("i->ii", {}),
    "repetition": ("i->bi", {"sizes": {"b": 4}}),
    "size_1_broadcasts": ("ij,ij->i", {"shapes": [(2, 3), (2, 1)]}),
    "complex": ("ij,jk->ik", {"numbers": "complex"}),
    "named": ("batch i, i out -> batch out", {"notation": "named"}),
    "one_gradient": ("ij,jk->ik", {"wrt": 1}),
    "scalars": (",->", {}),
}


DERIVATIVES: dict[str, tuple[str, Wrt]] = {
    "jacobian_of_a_product": ("ij,jk->ik", ((0,),)),
    "hessian_of_a_bilinear_form": ("i,ij,j->", ((0, 2), (0, 2))),
}


def modules() -> dict[str, str]:
    """The text of each kept file, by its name."""
    gradients = {
        f"{name}_{target}.py": emit(pattern, target, **arguments)
        for name, (pattern, arguments) in KEPT.items()
        for target in TARGETS
    }
    return gradients | {
        f"{name}_{target}.py": emit_derivative(derivative(pattern_of(parse(text)), wrt), target)
        for name, (text, wrt) in DERIVATIVES.items()
        for target in TARGETS
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.py"):
        old.unlink()
    for name, text in modules().items():
        (GOLDEN / name).write_text(text, encoding="utf-8")
