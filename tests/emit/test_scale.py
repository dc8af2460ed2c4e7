"""Code for large arrays depends on their sizes by the answers of its scale alone."""

from __future__ import annotations

import itertools

import pytest

from einsum_grad.emit import TARGETS, write
from einsum_grad.lower import PLAIN, Scale
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse
from tests.programs import path_of, program_along

NUMPY = TARGETS["numpy"]


def written(pattern: Pattern, scale: Scale) -> str:
    path = path_of(pattern, NUMPY, dict.fromkeys(pattern.labels(), 8))
    wrt = tuple(range(len(pattern.inputs)))
    return write(program_along(pattern, path, wrt, NUMPY, {}, PLAIN, scale), NUMPY).text


@pytest.mark.parametrize(
    "text",
    [
        "ij,jk->ik",
        "ij,ij->ij",
        "ij,j->i",
        "i,j->ij",
        "ij->j",
        "ij,ij,ij->ij",
        "bij,bjk->bik",
        "ijb,jkb->ikb",
        "ij,bjk->bik",
        "ij,cij->ij",
        "ijkj->ik",
        "ijk,jl,kl->il",
        "aebf,dfce->abcd",
        "bi,oij,bj->bo",
    ],
)
def test_scales_that_agree_have_one_code(text: str) -> None:
    pattern = pattern_of(parse(text))
    labels = [label for label in pattern.labels() if label.isalpha()]
    choices = itertools.cycle((1, 2, 16, 64, 256, 1024, 4096, 32))
    drawn = [
        Scale(tuple((label, next(choices)) for label in labels[turn:] + labels[:turn]), itemsize)
        for turn in range(len(labels))
        for itemsize in (4, 8, 16)
        for _ in range(5)
    ]
    scales = list(dict.fromkeys(drawn))
    texts = [written(pattern, scale) for scale in scales]
    agreeing = 0
    for (one, code), (other, its) in itertools.permutations(zip(scales, texts, strict=True), 2):
        if one.agrees(other):
            agreeing += 1
            assert code == its
    assert agreeing > 10
    assert len(set(texts)) > 1
