"""The modules that apply a derivative."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.errors import ArgumentError
from einsum_grad.plan import derivative, read_positions, request
from tests.emit.generated import exit_code, run, targets
from tests.emit.libraries import EVERY
from tests.strategies import Case, cases, seeds, whole
from tests.tries import tries


def module(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(text, names)
    return names


def emitted(case: Case, wrt: Any, target: str = "numpy") -> dict[str, Any]:
    asked = request(case.letters, sizes=case.given or None, shapes=case.shapes)
    places = tuple(read_positions(each, len(case.shapes)) for each in wrt)
    text = emit_derivative(derivative(asked.pattern, places), target, dict(asked.sizes))
    functions: dict[str, Any] = vars(run(text, target))
    return functions


@pytest.mark.oracle
@settings(max_examples=tries(150))
@given(
    cases(most_operands=4),
    targets,
    st.integers(1, 2),
    seeds,
    st.data(),
)
def test_a_module_gives_what_the_map_gives(
    case: Case, target: str, order: int, seed: int, data: st.DataObject
) -> None:
    places = st.integers(0, len(case.shapes) - 1)
    wrt = [data.draw(places) for _ in range(order)]
    operands = [whole(shape, "f8", seed + n) for n, shape in enumerate(case.shapes)]
    f = eg.compile(case.letters, sizes=case.given or None)
    bound = (f.jacobian(*wrt) if order == 1 else f.hessian(*wrt)).at(*operands)
    assume(len(bound.row_shape) <= 8)
    functions = emitted(case, wrt, target)
    tangent = whole(bound.column_shape, "f8", seed + 50)
    cotangent = whole(bound.row_shape, "f8", seed + 51)
    product = functions["matvec"](tangent, *operands)
    np.testing.assert_array_equal(product, bound.matvec(tangent))
    product = functions["rmatvec"](cotangent, *operands)
    np.testing.assert_array_equal(product, bound.rmatvec(cotangent))


def test_a_module_reads_as_if_written_by_hand() -> None:
    text = eg.compile("i,ij,j->").hessian((0, 2), (0, 2)).source
    assert "    # ij,j->i\n    z_1 = b @ tangent\n" in text
    assert "    return z_1 + z_2\n" in text
    text = eg.compile("ij,jk->ik").jacobian(0).source
    assert "    # jk,ij->ik\n    return tangent @ w\n" in text


@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ii,ij->j", "i->ii", "ij->j", ",->"])
def test_no_identity_and_no_ones_are_made(pattern: str) -> None:
    f = eg.compile(pattern)
    for text in (f.jacobian(0).source, f.hessian(0, 0).source):
        assert not {"np.eye", "np.ones", "np.identity", "np.full"} & set(text.split("("))
        assert "eye" not in text
        assert "ones" not in text


def test_no_text_of_a_user_is_in_the_code() -> None:
    text = eg.compile("β __import__, __import__ -> β", notation="named").jacobian(0).source
    assert "β" not in text
    assert "__import__" not in text


def test_vectors_that_do_not_fit_are_refused() -> None:
    functions = module(eg.compile("ij,jk->ik").jacobian(0).source)
    x, w = np.ones((2, 3)), np.ones((3, 4))
    with pytest.raises(ValueError, match="tangent has shape"):
        functions["matvec"](np.ones((1, 3)), x, w)
    with pytest.raises(ValueError, match="cotangent has shape"):
        functions["rmatvec"](np.ones((2, 3)), x, w)
    with pytest.raises(ValueError, match="label j"):
        functions["matvec"](x, x, np.ones((4, 4)))


def test_an_ellipsis_runs_for_any_rank_where_the_rows_have_it_once() -> None:
    x, w = whole((5, 2, 3), "f8", 1), whole((5, 3, 4), "f8", 2)
    jacobian = eg.compile("...ij,...jk->...ik").jacobian(0)
    functions = module(jacobian.source)
    np.testing.assert_array_equal(functions["matvec"](x, x, w), jacobian.matvec(x, x, w))
    with pytest.raises(ArgumentError, match=r"several axes .* shapes=… to compile\(\), --shapes"):
        _ = eg.compile("...ij,...jk->...ik").hessian(0, 1).source


def test_a_derivative_that_is_zero_gives_zeros() -> None:
    functions = module(eg.compile("i,i->").hessian(0, 0).source)
    np.testing.assert_array_equal(functions["matvec"](np.ones(3), np.ones(3), np.ones(3)), [0] * 3)


CHECKED: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("ij,jk->ik", (0,), {}),
    ("ij,jk->ik", (0, 1), {}),
    ("i,ij,j->", ((0, 2), (0, 2)), {}),
    ("i,ij,j->", ((2, 0), 1), {}),
    ("i,j->ij", ((0, 1),), {}),
    ("ii,ij->j", ((0, 1), (1, 0)), {}),
    ("i,i->", (0, 0), {}),
    (",->", (0, 1), {}),
    ("...ij,...jk->...ik", (1,), {}),
    ("...,...->...", ((0, 1),), {}),
    ("...ij,...jk->...ik", (0, 1), {"shapes": [(4, 2, 3), (1, 3, 2)]}),
    ("i->ib", (0,), {"sizes": {"b": 3}}),
    ("->bb", (0,), {"sizes": {"b": 2}}),
    ("i,j,i->", ((0, 1),), {"shapes": [(1,), (1,), (3,)]}),
    ("a,b,c,d,e,f,g,h,i,j,k->", (3, 7), {}),
    ("i,i,i,i,i->", ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4)), {}),
    ("i,i,i,i,i,i->i", (tuple(range(6)), tuple(range(6))), {}),
]


def checking(pattern: str, wrt: Any, options: dict[str, Any], target: str = "numpy") -> str:
    asked = request(pattern, **options)
    places = tuple(read_positions(each, len(asked.pattern.inputs)) for each in wrt)
    return emit_derivative(derivative(asked.pattern, places), target, dict(asked.sizes))


@pytest.mark.oracle
@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize(("pattern", "wrt", "options"), CHECKED)
def test_a_module_checks_itself_as_a_script(
    pattern: str, wrt: Any, options: dict[str, Any], target: str
) -> None:
    code, printed = exit_code(checking(pattern, wrt, options, target))
    assert (code, printed) == (0, "matvec is right\nrmatvec is right\n")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("z_1 = b @ tangent", "z_1 = b.T @ tangent", ["wrong", "right"]),
        ("z_1 = b.T @ cotangent", "z_1 = b @ cotangent", ["right", "wrong"]),
        ("return z_1 + z_2", "return z_1", ["wrong", "wrong"]),
        ("return t1 @ c", "return t1 @ a", ["wrong", "wrong"]),
    ],
)
def test_a_mistake_in_a_module_is_told(right: str, wrong: str, told: list[str]) -> None:
    text = eg.compile("i,ij,j->").hessian((0, 2), (0, 2)).source
    assert right in text
    code, printed = exit_code(text.replace(right, wrong))
    assert code == 1
    for line, word in zip(printed.splitlines(), told, strict=True):
        assert f"is {word}" in line


def test_what_is_one_variable_has_one_shape_in_the_code() -> None:
    functions = module(eg.compile("i,j->ij").jacobian((0, 1)).source)
    with pytest.raises(ValueError, match="label i has the sizes 3 and 1"):
        functions["matvec"](np.ones(3), np.ones(3), np.ones(1))


def test_the_forward_of_a_module_is_the_einsum() -> None:
    functions = module(eg.compile("ij,jk->ik").jacobian(0).source)
    x, w = whole((2, 3), "f8", 1), whole((3, 4), "f8", 2)
    np.testing.assert_array_equal(functions["forward"](x, w), x @ w)


@pytest.mark.parametrize("wrt", [(0,), (1,), (0, 1), (1, 0)])
@pytest.mark.parametrize("pattern", ["...i,i->", "i...,...->i", "...ij,j...->i", "...,...->"])
def test_an_ellipsis_that_is_summed_over_is_repeated_along(
    pattern: str, wrt: tuple[int, ...]
) -> None:
    f = eg.compile(pattern)
    derived = f.jacobian(*wrt) if len(wrt) == 1 else f.hessian(*wrt)
    assert exit_code(derived.source)[0] == 0


def test_products_that_would_fill_many_pages_are_refused() -> None:
    hessian = eg.compile(",".join("i" * 40) + "->").hessian(range(40), range(40))
    assert len(hessian.patterns) == 1560
    with pytest.raises(
        ArgumentError, match="1560 products of 40 factors, but may have at most 20000"
    ):
        _ = hessian.source
