"""Documents of derivatives."""

import json

from einsum_grad.explain.derivative_document import document
from einsum_grad.plan import derivative, pattern_of
from einsum_grad.syntax import parse


def test_a_document_is_ready_for_json() -> None:
    made = document(derivative(pattern_of(parse("ij,jk->ik")), ((0,),)), {"i": 2, "j": 3})
    assert json.loads(json.dumps(made)) == made
    assert made["dense"] == [{"labels": ["i", "k", "i", "j"], "numbers": None}]
    (term,) = made["terms"]
    assert (term["pattern"], term["apply"], term["reduced"]) == ("jk->ikij", "jk,ij->ik", "jk->kj")
    assert term["deltas"] == [["i", "a"]]
