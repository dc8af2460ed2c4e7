"""Which steps share a kernel, which label threads share, and where its statements stand."""

import pytest

from einsum_grad.lower import Form, Kernel, Step, kernels, lowering, steps
from einsum_grad.lower.loops.nest import Add, Clear, Item, Loop, Make, Row, Store, nest
from einsum_grad.plan import pattern_of
from einsum_grad.syntax import parse

FORM = Form(loops=True)


def found(text: str, **sizes: int) -> list[Kernel | Step]:
    pattern = pattern_of(parse(text))
    wrt = tuple(range(len(pattern.inputs)))
    program = lowering(pattern, wrt, FORM, sizes).program()
    every = (*steps(program.forward), *steps(program.backward))
    wanted = [program.output.name, *(value.name for value in program.gradients)]
    return list(kernels(program, every, wanted))


def told(items: list[Item]) -> str:
    """A nest in one line: loops as `i(…)`."""
    return " ".join(map(_told, items))


def _told(item: Item) -> str:
    match item:
        case Loop(label, body):
            return f"{label}({told(body)})"
        case Row(value, labels):
            return f"row {value.name}[{''.join(labels)}]"
        case Clear(statement, inner):
            return f"clear {statement.result.name}[{''.join(inner)}]"
        case Make(statement):
            return f"make {statement.result.name}"
        case Add(statement, _):
            return f"add {statement.result.name}"
        case Store(statement):
            return f"store {statement.result.name}"


@pytest.mark.parametrize(
    ("pattern", "shared", "partial", "expected"),
    [
        ("ij,ij->ij", "i", [], "i(j(make z make dx make dw))"),
        ("ij,j->ij", "i", ["dw"], "clear dw[j] i(j(make z add dw make dx))"),
        ("i,i->", "i", ["z"], "clear z[] i(add z make dx make dw) store z"),
    ],
)
def test_output_and_gradients_are_one_pass(
    pattern: str, shared: str, partial: list[str], expected: str
) -> None:
    (kernel,) = found(pattern)
    assert isinstance(kernel, Kernel)
    assert (kernel.shared, [value.name for value in kernel.partial]) == (shared, partial)
    assert told(nest(kernel)) == expected


def test_what_sums_is_complete_before_it_is_read() -> None:
    kernel, _ = found("ij,cij->ij")
    assert isinstance(kernel, Kernel)
    inner = "row w_ij[j] clear w_ij[j] c(j(add w_ij)) j(make z make dx make dw_ij)"
    assert told(nest(kernel)) == f"i({inner})"


def test_products_of_small_matrices_have_their_sums_innermost() -> None:
    (kernel,) = found("bij,bjk->bik", b=100, i=2, j=3, k=4)
    assert isinstance(kernel, Kernel)
    assert "k(clear z[] j(add z) store z)" in told(nest(kernel))


def test_products_of_matrices_and_repetitions_stay_steps() -> None:
    assert all(isinstance(each, Step) for each in found("ij,jk->ik"))
    repeated = [each for each in found("bij,jk->ik") if isinstance(each, Step)]
    assert any("= repeat" in str(each) for each in repeated)
