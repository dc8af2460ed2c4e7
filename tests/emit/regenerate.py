"""The modules kept in `golden/`, and how to write them anew: `python -m tests.emit.regenerate`.

Run it after a change of what the emitter writes, and read the difference: it is the review.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from einsum_grad.emit import TARGETS, emit, write_tangents
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.lower import Loops, Program, arrange, hvp, jvp, scale_of
from einsum_grad.lower.program import without_copies
from einsum_grad.lower.traits import PLAIN
from einsum_grad.plan import Wrt, arrays, derivative, pattern_of
from einsum_grad.syntax import parse
from tests.programs import along, path_of

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
    "several_axes": ("ija,jkl->ikal", {}),
    "one_gradient": ("ij,jk->ik", {"wrt": 1}),
    "scalars": (",->", {}),
}


BLOCKED: dict[str, tuple[str, dict[str, int]]] = {
    "blocks_of_an_elementwise_product": ("ij,ij->ij", {"i": 2048, "j": 2048}),
    "blocks_that_sum": ("ij,j->ij", {"i": 4096, "j": 1024}),
    "blocks_of_a_batch": ("bij,bjk->bik", {"b": 64, "i": 128, "j": 128, "k": 128}),
    "blocks_beside_products": ("bij,jk,bk->ik", {"b": 64, "i": 256, "j": 128, "k": 256}),
    "blocks_with_copies": ("aebf,dfce->abcd", dict.fromkeys("abcdef", 24)),
    "a_large_diagonal": ("i,i->ii", {"i": 2000}),
    "a_large_sum": ("bij,jk->ik", {"b": 16, "i": 512, "j": 256, "k": 256}),
}

TANGENTS: dict[str, str] = {
    "matrix_product": "ij,jk->ik",
    "chain_of_three": "ab,bc,cd->ad",
    "elementwise_product": "ij,ij,j->ij",
    "diagonal": "ii,ij->j",
}
FORMS: dict[str, Callable[..., Program]] = {"jvp": jvp, "hvp": hvp}

DERIVATIVES: dict[str, tuple[str, Wrt]] = {
    "jacobian_of_a_product": ("ij,jk->ik", ((0,),)),
    "hessian_of_a_bilinear_form": ("i,ij,j->", ((0, 2), (0, 2))),
    "hessian_of_a_product_of_five": ("i,i,i,i,i->", ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4))),
}


def tangents(text: str, form: str, size: int | None = None, target: str = "numpy") -> str:
    """The module of `jvp` or `hvp` by all operands; with `size` that of all labels, for blocks."""
    pattern, chosen = pattern_of(parse(text)), TARGETS[target]
    sizes = dict.fromkeys(pattern.labels(), size) if size is not None else {}
    path, places = path_of(pattern, chosen, sizes), tuple(range(len(pattern.inputs)))
    program = FORMS[form](along(pattern, path, places, {}, chosen.traits or PLAIN), places)
    scale = scale_of(arrays(pattern, path), sizes, 8) if chosen.out_argument else None
    made = arrange(program, scale) if chosen.copies else without_copies(program)
    loops = Loops.PARALLEL if chosen.loops else Loops.NONE
    return write_tangents(replace(made, loops=loops), chosen, form).text


def modules() -> dict[str, str]:
    """The text of each kept file, by its name."""
    gradients = {
        f"{name}_{target}.py": emit(pattern, target, **arguments)
        for name, (pattern, arguments) in KEPT.items()
        for target in TARGETS
    }
    blocked = {
        f"{name}_numpy.py": emit(text, sizes=sizes, blocked=True)
        for name, (text, sizes) in BLOCKED.items()
    }
    return gradients | blocked | along_tangents() | products()


def along_tangents() -> dict[str, str]:
    """Those of functions along tangents, which check nothing."""
    small = {
        f"{form}_of_{name}_{target}.py": tangents(text, form, target=target)
        for name, text in TANGENTS.items()
        for form in FORMS
        for target in TARGETS
    }
    return small | {
        f"{form}_in_blocks_numpy.py": tangents("ij,ij->ij", form, size=2048) for form in FORMS
    }


def products() -> dict[str, str]:
    """Those that apply a derivative."""
    return {
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
