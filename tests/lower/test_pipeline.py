"""One place decides how a pattern is lowered, and what its program depends on."""

from einsum_grad.lower import Form, lowering
from einsum_grad.plan import Pattern, pattern_of
from einsum_grad.syntax import parse

PRODUCT = pattern_of(parse("αβ,βγ->αγ"))


def test_labels_are_spelled_for_code_and_sizes_go_by_them() -> None:
    found = lowering(PRODUCT, (0,), Form(), {"α": 2, "β": 3, "γ": 4})
    assert str(found.pattern) == "ab,bc->ac"
    assert found.sizes == {"a": 2, "b": 3, "c": 4}
    assert found.made == (("a", "c"),)


def test_the_key_has_no_sizes_but_those_of_output_only_labels() -> None:
    small, large = ({"α": n, "β": n, "γ": n} for n in (2, 3))
    assert lowering(PRODUCT, (), Form(), small).key == lowering(PRODUCT, (), Form(), large).key
    repeated = Pattern((("i",),), ("i", "b"))
    keys = {lowering(repeated, (), Form(), {"b": size}).key for size in (2, 3)}
    assert len(keys) == 2


def test_only_exact_sizes_rule_out_an_array_with_a_single_entry() -> None:
    sizes = {"α": 2, "β": 3, "γ": 4}
    assert lowering(PRODUCT, (), Form(), sizes).singletons
    assert not lowering(PRODUCT, (), Form(), sizes, exact=True).singletons
    assert lowering(PRODUCT, (), Form(), {**sizes, "α": 1, "β": 1}, exact=True).singletons


def test_a_form_without_blocks_has_no_scale() -> None:
    sizes = dict.fromkeys("αβγ", 1000)
    assert lowering(PRODUCT, (), Form(), sizes).scale is not None
    assert lowering(PRODUCT, (), Form(blocks=False), sizes).scale is None


def test_pairs_are_asked_for_by_the_form_and_made_by_the_path() -> None:
    chain = pattern_of(parse("ij,jk,kl->il"))
    assert lowering(chain, (), Form(), {}).is_pairwise
    assert not lowering(chain, (), Form(), {}, order=False).is_pairwise
    assert not lowering(chain, (), Form(pairwise=False), {}).is_pairwise
    assert not lowering(chain, (), Form(pairwise=False), {}, order="greedy").is_pairwise


def test_a_form_that_is_not_pairwise_leaves_few_operands_together() -> None:
    chain = pattern_of(parse("ij,jk,kl->il"))
    assert lowering(chain, (), Form(pairwise=False), {}).path is None
    assert lowering(chain, (), Form(pairwise=False), {}, order="greedy").path is not None
    assert lowering(chain, (), Form(), {}).path is not None
