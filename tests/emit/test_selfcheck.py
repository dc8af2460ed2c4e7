import pytest

from einsum_grad.emit.request import emit
from tests.emit.generated import exit_code
from tests.emit.libraries import EVERY

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize("numbers", ["real", "complex"])
@pytest.mark.parametrize(
    "pattern",
    [
        "ij,jk->ik",
        "...->...",
        "...i,i->...",
        ",".join("abcdefghijklmnopqrstuvwx") + "->",
        ",".join("abcdefghijklmnopqrstuvwxyz") + "->",
        "ij,jk,kl,lm,mn,no,op,pq,qr,rs->is",
        "ii,ii,ii,ii,ii,ii,ii,ii->i",
    ],
    ids=lambda pattern: pattern[:24],
)
def test_modules_check_themselves(target: str, numbers: str, pattern: str) -> None:
    code, printed = exit_code(emit(pattern, target, numbers=numbers))
    assert code == 0, printed
    assert len(printed.splitlines()) == pattern.count(",") + 1


def test_gradients_are_named_in_the_order_of_wrt() -> None:
    _, printed = exit_code(emit("ij,jk->ik", wrt=(1, 0)))
    assert printed.splitlines() == ["dw is right", "dx is right"]


def test_one_wrong_gradient_among_right_ones_is_told() -> None:
    text = emit("ij,jk->ik")
    code, printed = exit_code(text.replace("dw = x.T @ dz", "dw = x.T @ dz + 1"))
    assert code == 1
    right, wrong = printed.splitlines()
    assert right == "dx is right"
    assert wrong.startswith("dw is wrong: ")


@pytest.mark.parametrize("target", EVERY)
def test_operands_of_many_axes_are_kept_small(target: str) -> None:
    # With the sizes of fewer axes these arrays would take petabytes.
    code, printed = exit_code(emit("abcdefghijklmnopqrstuvwxyz,abc->a", target))
    assert code == 0, printed


@pytest.mark.parametrize("numbers", ["real", "complex"])
@pytest.mark.parametrize("pattern", ["ij,ij->ij", "ij,ij->", "ij,i,ij->ij"])
def test_what_comes_in_one_pass_is_checked_too(pattern: str, numbers: str) -> None:
    text = emit(pattern, sizes={"i": 2048, "j": 2048}, numbers=numbers, blocked=True)
    code, printed = exit_code(text)
    assert code == 0, printed
    assert len(printed.splitlines()) == pattern.count(",") + 1
    before, together, after = text.partition("def value_and_gradients(")
    assert "return z, (d" in after
    spoiled = after.replace("return z, (d", "return 2 * z, (d")
    code, printed = exit_code(before + together + spoiled)
    assert code == 1
    assert printed.splitlines()[-1] == "value_and_gradients is wrong"
