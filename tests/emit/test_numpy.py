"""Which NumPy call is written for a contraction; that each is right, test_targets says."""

from typing import Any

import numpy as np
import pytest

from einsum_grad.emit.request import emit


def lines(pattern: str, **arguments: object) -> str:
    text = emit(pattern, "numpy", **arguments)  # type: ignore[arg-type]  # passed on
    return text[: text.index("def forward(")]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        # views
        ("ij->ij", "return x.view()"),
        ("ij->ji", "return x.T"),
        ("ijk->jik", "return x.transpose(1, 0, 2)"),
        ("ii->i", 'return np.einsum("ii->i", x)'),
        # sums
        ("ij->i", "return x.sum(axis=1)"),
        ("ij->", "return x.sum(axis=(0, 1))"),
        ("ijk->ki", "return x.sum(axis=1).T"),
        ("ii->", 'return np.einsum("ii->", x)'),
        # elementwise products
        ("ij,ij->ij", "return x * w"),
        ("ij,j->ij", "return x * w"),
        ("ij,i->ij", "return x * w[:, None]"),
        ("i,j->ij", "return x[:, None] * w"),
        ("i,j->ji", "return x * w[:, None]"),
        ("ij,ji->ij", "return x * w.T"),
        (",i->i", "return x * w"),
        ("ib,bj->bij", "return x.T[:, :, None] * w[:, None, :]"),
        # matrix products
        ("ij,jk->ik", "return x @ w"),
        ("ij,kj->ik", "return x @ w.T"),
        ("ji,jk->ik", "return x.T @ w"),
        ("ij,jk->ki", "return w.T @ x.T"),
        ("ij,j->i", "return x @ w"),
        ("i,ij->j", "return w.T @ x"),
        ("i,i->", "return x @ w"),
        ("bij,bjk->bik", "return x @ w"),
        ("bij,bkj->bik", "return x @ w.transpose(0, 2, 1)"),
        ("bij,bjk->bki", "return w.transpose(0, 2, 1) @ x.transpose(0, 2, 1)"),
        ("ibj,bjk->ibk", "return (x.transpose(1, 0, 2) @ w).transpose(1, 0, 2)"),
        ("bcij,bcjk->bcik", "return x @ w"),
        # groups of several labels
        ("ijk,kl->ijl", "return tensordot(x, w, axes=1)"),
        ("ijk,jkl->il", "return tensordot(x, w, axes=2)"),
        ("ij,ij->", "return np.vdot(x, w)"),
        ("ijk,kl->jil", "return tensordot(x, w, axes=1).transpose(1, 0, 2)"),
        # batches of products with several labels in a group
        ("bijk,bkl->bijl", "left = x.reshape(x.shape[0], x.shape[1] * x.shape[2], x.shape[3])"),
        # products for each batch index
        ("bij,bj->bi", "return np.matvec(x, w)"),
        ("ib,ib->b", 'return np.einsum("ib,ib->b", x, w)'),
        ("aebf,ebc->afc", "return tensordot(x, w, axes=([1, 2], [0, 1]))"),
        ("ija,jkl->ikal", "return tensordot(x, w, axes=([1], [0])).transpose(0, 2, 1, 3)"),
        # copies where no view is a matrix, and one order for both
        ("ijb,jkb->ikb", "x_bij = x.transpose(2, 0, 1).copy()"),
        ("bi,bi->b", "return np.vecdot(x, w)"),
        ("bij,bi->bj", "return np.matvec(x.transpose(0, 2, 1), w)"),
    ],
)
def test_contraction_is_the_call_that_does_it_best(pattern: str, line: str) -> None:
    assert line in lines(pattern)


def test_sum_of_whole_numbers_keeps_their_dtype() -> None:
    import numpy as np

    import einsum_grad as eg

    out = eg.einsum("ij->i", np.ones((2, 300), np.int8))
    assert out.dtype == np.int8
    np.testing.assert_array_equal(out, np.einsum("ij->i", np.ones((2, 300), np.int8)))


def test_repetition_is_a_view() -> None:
    assert "return np.broadcast_to(x[:, None], (x.shape[0], 4))" in lines("i->ib", sizes={"b": 4})
    assert "return np.broadcast_to(x, (4, x.shape[0]))" in lines("i->bi", sizes={"b": 4})


def test_np_einsum_reads_diagonals_while_it_has_letters() -> None:
    import string

    labels = string.ascii_letters
    assert "as_strided" not in emit(f"{labels}a->{labels}")
    assert "as_strided" in emit(f"{labels}βa->{labels}β")


@pytest.mark.parametrize("axes", [1, 2, ([1], [0]), ([0, 2], [2, 0]), ([2, 0, 1], [0, 2, 1])])
@pytest.mark.parametrize("size", [0, 1, 3])
def test_tensordot_is_that_of_numpy(axes: Any, size: int) -> None:
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(emit("ijk,kl->ijl", "numpy"), module)
    x, w = (np.arange(size**3, dtype=float).reshape((size,) * 3) + n for n in (0, 1))
    np.testing.assert_array_equal(
        module["tensordot"](x, w, axes), np.tensordot(x, w, axes), strict=True
    )


def test_tensordot_has_nan_for_zero_times_nan_where_an_array_has_one_number() -> None:
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(emit("ijk,kl->ijl", "numpy"), module)
    x, w = np.zeros((1, 1, 1)), np.array([[1.0, np.nan]])
    np.testing.assert_array_equal(module["forward"](x, w), [[[0.0, np.nan]]])


def test_batches_of_products_lie_as_blas_takes_them() -> None:
    assert "np.einsum" not in lines("ijb,jkb->ikb")
    assert "np.einsum" not in lines("bqgrd,bkgd->bgrqk")
