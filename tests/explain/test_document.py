"""The document for programs is JSON and agrees with the plan."""

from __future__ import annotations

import json
import re

import numpy as np
from einops import repeat
from hypothesis import given

from einsum_grad.explain import explain
from einsum_grad.plan import request
from tests.strategies import Case, cases


def test_document_of_a_batched_product() -> None:
    document = explain("bij,jk->ik").to_dict()
    assert document["schema"] == 1
    assert document["pattern"] == "bij,jk->ik"
    assert document["operands"] == [
        {"name": "X", "labels": ["b", "i", "j"], "shape": None},
        {"name": "W", "labels": ["j", "k"], "shape": None},
    ]
    assert document["output"] == {"name": "Z", "labels": ["i", "k"]}
    first, second = document["gradients"]
    assert first == {
        "operand": 0,
        "name": "dX",
        "equation": "dX[b,i,j] = Σ_k  dZ[i,k] · W[j,k]",
        "latex": r"\mathrm{d}X_{b i j} = \sum_{k}  \mathrm{d}Z_{i k}\, W_{j k}",
        "pattern": "ik,jk->bij",
        "runs_as_it_stands": False,
        "reduced": "ik,jk->ij",
        "summed": ["k"],
        "repeat_axes": ["b"],
        "einops_repeat": "i j -> b i j",
        "diagonals": [],
        "summed_back": [],
        "expanded": [],
        "reasons": [
            {
                "kind": "only here",
                "name": "X",
                "labels": ["b"],
                "axes": [],
                "text": "no operand on the left has b: every b gets the same gradient",
            }
        ],
        "cost": {
            "terms": [{"count": 2, "labels": ["i", "j", "k"]}],
            "flops": None,
            "bytes_moved": None,
            "shared": [],
        },
    }
    assert second["runs_as_it_stands"]
    assert second["einops_repeat"] is None
    assert second["cost"]["shared"] == ["bij->ij"]
    assert document["cost"] == {"itemsize": 8, "best_order": True, "total": None}


def test_sizes_make_shapes_and_costs() -> None:
    document = explain("ij,jk->ik", sizes={"i": 2, "j": 3, "k": 4}, itemsize=4).to_dict()
    assert [operand["shape"] for operand in document["operands"]] == [[2, 3], [3, 4]]
    assert document["gradients"][0]["cost"]["flops"] == 48
    assert document["cost"]["total"] == {
        "forward": {"flops": 48, "bytes_moved": 104},
        "backward": {"flops": 96, "bytes_moved": 208},
        "saved_bytes": 0,
        "largest_intermediate": 0,
        "hint": None,
        "tasks": None,
    }


def test_axes_of_size_1_and_diagonals_name_their_axes() -> None:
    document = explain("ii,ij->ij", shapes=[(3, 3), (3, 1)], sizes={}).to_dict()
    assert document["gradients"][0]["diagonals"] == [{"label": "i", "axes": [0, 1]}]
    document = explain("i,i->", shapes=[(3,), (1,)]).to_dict()
    first, second = document["gradients"]
    assert (first["expanded"], first["summed_back"]) == (["i"], [])
    assert (second["expanded"], second["summed_back"]) == ([], [{"label": "i", "axis": 0}])
    assert [operand["shape"] for operand in document["operands"]] == [[3], [1]]


def test_patterns_are_in_the_notation_of_the_request() -> None:
    document = explain("a b, b c -> a c", notation="named").to_dict()
    assert document["pattern"] == "a b, b c -> a c"
    assert document["gradients"][0]["pattern"] == "a c, b c -> a b"


@given(cases())
def test_document_is_json(case: Case) -> None:
    document = explain(case.letters, case.given, shapes=case.shapes).to_dict()
    assert json.loads(json.dumps(document)) == document


@given(cases())
def test_document_agrees_with_the_plan(case: Case) -> None:
    plan = request(case.letters, sizes=case.given, shapes=case.shapes).plan
    document = explain(case.letters, case.given, shapes=case.shapes).to_dict()
    for entry, gradient in zip(document["gradients"], plan.gradients, strict=True):
        assert entry["pattern"] == gradient.pattern
        assert entry["reduced"] == gradient.reduced
        assert tuple(entry["repeat_axes"]) == gradient.repeat_axes
        assert tuple(entry["expanded"]) == gradient.expanded
        assert [(d["label"], tuple(d["axes"])) for d in entry["diagonals"]] == list(
            gradient.diagonals
        )
        assert [(s["label"], s["axis"]) for s in entry["summed_back"]] == list(gradient.summed_back)


@given(cases(ellipsis=False))
def test_einops_runs_the_repetition(case: Case) -> None:
    document = explain(case.letters, case.given, shapes=case.shapes).to_dict()
    for entry in document["gradients"]:
        if entry["einops_repeat"] is None:
            assert entry["repeat_axes"] == []
            continue
        left, right = (re.findall(r"\w+", side) for side in entry["einops_repeat"].split("->"))
        labels = document["operands"][entry["operand"]]["labels"]
        own = [label for label in dict.fromkeys(labels) if label != "1"]
        sizes = {name: document["sizes"][label] for name, label in zip(right, own, strict=True)}
        array = np.zeros([sizes[name] for name in left])
        new = {name: sizes[name] for name in right if name not in left}
        repeated = repeat(array, entry["einops_repeat"], **new)
        assert repeated.shape == tuple(sizes[label] for label in right)
