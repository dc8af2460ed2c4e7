"""Patterns with the shapes of their operands, for the tests of frameworks."""

from collections.abc import Mapping
from typing import Any

from einsum_grad.emit.request import emit

Shapes = tuple[tuple[int, ...], ...]

SIZES = {"a": 2, "b": 3, "c": 2, "d": 4, "e": 3, "f": 2, "h": 2, "i": 3, "j": 4, "k": 5, "l": 2}
SIZES |= {"m": 3, "n": 6, "o": 4, "q": 3, "r": 2, "t": 3, "x": 4}

_TWO = """
    ij,jk->ik ji,jk->ik ij,kj->ik ij,jk->ki ji,kj->ik ij,j->i i,ij->j ij,ji-> i,i-> ij,ij-> i,j->ij
    bij,bjk->bik ijb,jkb->ikb bij,bj->bi bij,bi->bj bi,bi->b ib,ib->b bi,bj->bij bij,jk->bik
    bhqd,bhkd->bhqk bqhd,bkhd->bhqk bhqk,bkhd->bqhd bqhrd,bkhd->bhrqk bhd,bkhd->bhk bti,oi->bto
    btd,dhk->bthk bthk,hkd->btd aebf,dfce->abcd abef,efij->abij abc,bd->adc ijk,ilk->jl bac,ad->bcd
    ijkl,kl->ij bac,a->bc bac,bc->a ij,ij->ij ij,i->ij ij,j->ij bcx,c->bcx ,ij->ij ij,-> ,-> ij,jx->
    cab,abc->bca bc,a->bac ij,cij->ij ab,bd-> ab,cd->ab bij,jk->ik ii,ij->j iij,jk->ik iji,ik->jk
"""
_ONE = "ij->i ij->j ij-> abc->ac ij->ji abcd->dbca ii-> ii->i bii->bi ijkj->ik iii->i ijij->"
_MORE = """
    ij,jk,kl->il i,ij,j-> bi,ij,bj->b i,i,i->i i,i,i-> ijk,jr,kr->ir ir,jr,kr->ijk ij,jk,kl,lm->im
    ni,n,nj->ij ij,jk,ki-> bi,oij,bj->bo bqd,d,bkd->bqk ij,ij,ij,ij->ij i,j,k->ijk ii,jj,ij->j
"""

ELLIPSES: Mapping[str, Shapes] = {
    "...ij,...jk->...ik": ((2, 3, 4), (2, 4, 5)),
    "...ij,jk->...ik": ((2, 2, 3, 4), (4, 5)),
    "...i,i->...": ((2, 3, 4), (4,)),
    "...,...->...": ((2, 3), (2, 3)),
    "...ii->...i": ((2, 3, 3),),
    "i...->...": ((3, 2, 2),),
    "...i,...i->...": ((2, 3, 4), (2, 3, 4)),
    "...i,...j->ij": ((2, 3, 4), (2, 3, 2)),
    "...->": ((2, 3),),
}
UNEQUAL: Mapping[str, Shapes] = {
    "bij,bjk->bik": ((1, 3, 4), (2, 4, 5)),
    "ij,ij->ij": ((3, 1), (3, 4)),
    "ij,ij->i": ((3, 4), (3, 1)),
    "ij,jk->ik": ((3, 1), (4, 5)),
    "ij,ij->": ((3, 4), (1, 4)),
    "...ij,...jk->...ik": ((3, 3, 4), (4, 5)),
}
"""Axes of size 1 that broadcast, and ellipses of unequal ranks."""


def shapes_of(pattern: str) -> Shapes:
    """The shapes of the operands, by the sizes of their labels."""
    terms = pattern.partition("->")[0].split(",")
    return tuple(tuple(SIZES[label] for label in term) for term in terms)


PLAIN: Mapping[str, Shapes] = {
    pattern: shapes_of(pattern) for group in (_ONE, _TWO, _MORE) for pattern in group.split()
}
CASES = [
    *((pattern, shapes, {}) for pattern, shapes in {**PLAIN, **ELLIPSES}.items()),
    *((pattern, shapes, {"shapes": shapes}) for pattern, shapes in UNEQUAL.items()),
]
"""Each pattern, shapes that it runs with, and how `emit` is told of them, where it must be."""

NAMES = [f"{pattern} {shapes}" if told else pattern for pattern, shapes, told in CASES]


def module(pattern: str, target: str, **arguments: Any) -> dict[str, Any]:
    """What the module of a pattern defines."""
    defined: dict[str, Any] = {"__name__": "generated"}
    exec(compile(emit(pattern, target, **arguments), f"<{pattern}>", "exec"), defined)
    return defined
