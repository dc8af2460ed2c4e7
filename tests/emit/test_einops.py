import pytest

from einsum_grad.emit.request import emit


@pytest.mark.parametrize(
    ("pattern", "arguments", "line"),
    [
        ("bij,jk->ik", {}, 'return np.einsum("bij,jk->ik", x, w)'),
        ("bij,jk->ik", {}, 'dx = einops.repeat(dx_ij, "i j -> b i j", b=x.shape[0])'),
        ("ab,bc,cd->ad", {}, 'return np.einsum("ab,bc,cd->ad", a, b, c, optimize=True)'),
        ("i->ib", {"sizes": {"b": 4}}, 'return einops.repeat(x, "i -> i b", b=4)'),
        ("i,i->", {"shapes": [(3,), (1,)]}, 'einops.rearrange(w, "1 ->'),
        ("i,i->", {"shapes": [(3,), (1,)]}, "i=x.shape[0])"),
        ("ij,ij->ij", {"shapes": [(2, 3), (2, 1)]}, 'einops.rearrange(w, "i 1 -> i")'),
        ("ij,ij->ij", {"shapes": [(2, 3), (2, 1)]}, 'dw = einops.rearrange(dw_i, "i -> i 1")'),
        ("...i,ij->...j", {}, 'einops.rearrange(x, "... i -> (...) i")'),
        ("...ii->...", {}, "x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])"),
        ("ii,ij->j", {}, 'np.einsum("ii->i", dx)[...] = dx_i'),
    ],
)
def test_steps_are_written_as_by_hand(
    pattern: str, arguments: dict[str, object], line: str
) -> None:
    assert line in emit(pattern, "einops", **arguments)  # type: ignore[arg-type]  # passed on


def test_einops_is_imported_where_it_is_used() -> None:
    assert "import einops" in emit("bij,jk->ik", "einops")
    assert "einops" not in emit("ij,jk->ik", "einops").replace("einsum", "")


def test_many_operands_are_contracted_two_at_a_time() -> None:
    nine = ",".join(f"{one}{two}" for one, two in zip("abcdefghi", "bcdefghij", strict=True))
    text = emit(f"{nine}->aj", "einops")
    assert "optimize=True" not in text
    assert text.count("np.einsum(") == 8 + 2 * 8
    assert "optimize=True" in emit(f"{nine[:-3]}->ai", "einops")
