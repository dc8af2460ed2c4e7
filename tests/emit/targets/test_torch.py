"""Modules of torch: exact zeros, what numpy's can, and what is refused."""

import itertools
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.emit.request import emit
from einsum_grad.plan import derivative, pattern_of
from einsum_grad.syntax import parse
from tests.emit.generated import exit_code
from tests.emit.regenerate import tangents
from tests.emit.targets.corpus import Shapes, module
from tests.emit.targets.of_torch import results, whole

torch = pytest.importorskip("torch")

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize(
    "pattern", ["ii,i->i", "ii,ij->j", "ii->", "iji,ik->jk", "iii->i", "bii,b->"]
)
def test_off_diagonals_are_zeros_beside_inf_and_nan(pattern: str) -> None:
    found = module(pattern, "torch")
    terms = pattern.partition("->")[0].split(",")
    operands = [torch.full([3] * len(term), math.nan) for term in terms]
    operands[-1] = torch.full_like(operands[-1], math.inf)
    output = found["forward"](*operands)
    inputs = [operand.requires_grad_() for operand in operands]
    dz = torch.full_like(output, math.nan)
    for gradients in (
        found["backward"](dz, *operands),
        torch.autograd.grad(found["apply"](*inputs), inputs, dz),
    ):
        places = np.array(list(np.ndindex(*gradients[0].shape)))
        same = {
            label: [n for n, each in enumerate(terms[0]) if each == label] for label in terms[0]
        }
        on = np.all([np.ptp(places[:, axes], axis=1) == 0 for axes in same.values()], axis=0)
        flat = gradients[0].detach().flatten()
        assert torch.isnan(flat[torch.from_numpy(on)]).all()
        assert torch.equal(flat[torch.from_numpy(~on)], torch.zeros(int((~on).sum())))


def test_wrong_operands_are_refused() -> None:
    found = module("bij,jk->ik", "torch")
    x, w = whole((2, 3, 4)), whole((4, 5))
    for function in ("forward", "apply"):
        for wrong in ((x[0], w), (x, w[0]), (x, w[:3]), (x[:, :, :1], w)):
            with pytest.raises(ValueError, match=r"needs \d axes|label j has the sizes"):
                found[function](*wrong)
    for dz in (whole((3, 4)), whole((1, 5)), whole(())):
        with pytest.raises(ValueError, match=r"dz has shape .*, unlike the output"):
            found["backward"](dz, x, w)


@pytest.mark.parametrize("pattern", ["ij,jk->ik", "i,i->", "ij,ij->ij", "ij,jk,kl->il", ",i->i"])
def test_devices_are_never_mixed(pattern: str) -> None:
    # torch.mm itself reads what is not there, where the second matrix is on the device meta.
    found = module(pattern, "torch")
    terms = pattern.partition("->")[0].split(",")
    here = [whole([2] * len(term)) for term in terms]
    output = found["forward"](*here)
    for place in range(len(here)):
        mixed = [each.to("meta") if n == place else each for n, each in enumerate(here)]
        for function in ("forward", "apply"):
            with pytest.raises(ValueError, match=r"is on (cpu|meta), and|more than one device"):
                found[function](*mixed)
        with pytest.raises(ValueError, match=r"is on (cpu|meta), and|more than one device"):
            found["backward"](output, *mixed)
    with pytest.raises(ValueError, match=r"dz is on meta, and . on cpu"):
        found["backward"](output.to("meta"), *here)


def test_dtypes_without_arithmetic_are_torchs_to_refuse() -> None:
    found = module("ij,jk->ik", "torch")
    with pytest.raises((RuntimeError, NotImplementedError)):
        found["forward"](torch.ones(2, 2, dtype=torch.bool), torch.ones(2, 2, dtype=torch.bool))
    with pytest.raises((RuntimeError, NotImplementedError)):
        found["forward"](
            torch.ones(2, 2, dtype=torch.float32), torch.ones(2, 2, dtype=torch.float64)
        )


def test_a_real_operand_beside_a_complex_one_has_a_real_gradient() -> None:
    found = module("ij,i->ij", "torch")
    x, w = whole((2, 3), torch.float32), whole((2,), torch.complex64) * (1 + 2j)
    dz = whole((2, 3), torch.complex64) * (2 - 1j)
    inputs = [x.clone().requires_grad_(), w.clone().requires_grad_()]
    right = torch.autograd.grad(found["apply"](*inputs), inputs, dz)
    got = found["backward"](dz, x, w)
    assert [each.dtype for each in got] == [torch.float32, torch.complex64]
    assert all(map(torch.equal, got, right))


def test_scalars_take_tensors_without_axes() -> None:
    found = module("i,i->", "torch")
    x, w = whole((3,)), whole((3,), seed=1)
    assert found["forward"](x, w).shape == ()
    dx, dw = found["backward"](torch.tensor(2.0, dtype=torch.float64), x, w)
    assert torch.equal(dx, 2 * w)
    assert torch.equal(dw, 2 * x)
    found = module(",ij->ij", "torch")
    gradient, _ = found["backward"](whole((2, 3)), whole(()), whole((2, 3)))
    assert gradient.shape == ()


GENERALISED: list[tuple[str, dict[str, int], tuple[tuple[int, ...], ...]]] = [
    ("i->ii", {}, ((3,),)),
    ("ij->iij", {}, ((2, 3),)),
    ("i->ib", {"b": 4}, ((3,),)),
    ("ij,jk->iki", {}, ((2, 3), (3, 4))),
    ("->b", {"b": 3}, ((),)),
    ("ii->iib", {"b": 2}, ((3, 3),)),
]


@pytest.mark.parametrize(("pattern", "sizes", "shapes"), GENERALISED)
def test_generalised_outputs_are_differentiated_as_numpys_are(
    pattern: str, sizes: dict[str, int], shapes: Shapes
) -> None:
    found, numpys = (module(pattern, target, sizes=sizes) for target in ("torch", "numpy"))
    operands = [whole(shape, seed=seed) for seed, shape in enumerate(shapes)]
    arrays = [operand.numpy() for operand in operands]
    output = numpys["forward"](*arrays)
    dz = whole(output.shape, seed=9)
    right = [output, *2 * numpys["backward"](dz.numpy(), *arrays)]
    for got, array in zip(results(found, operands, dz), right, strict=True):
        np.testing.assert_array_equal(got.numpy(), array, strict=True)


def test_twelve_operands_and_a_choice_of_gradients() -> None:
    letters = "abcdefghijklm"
    pattern = ",".join(map("".join, itertools.pairwise(letters))) + "->am"
    operands = [whole((2, 2), seed=seed) for seed in range(12)]
    found = module(pattern, "torch", wrt=(3, 7))
    dz = whole((2, 2), seed=99)
    assert torch.equal(found["forward"](*operands), torch.einsum(pattern, *operands))
    inputs = [operand.requires_grad_() for operand in operands]
    right = torch.autograd.grad(torch.einsum(pattern, *inputs), inputs, dz)
    got = found["backward"](dz, *(operand.detach() for operand in operands))
    assert all(map(torch.equal, got, (right[3], right[7])))
    applied = torch.autograd.grad(found["apply"](*inputs), inputs, dz)
    assert all(map(torch.equal, applied, right))


@pytest.mark.parametrize("pattern", ["bij,jk->ik", "i,ij,j->", "ii,ij->j", "ij,ij->ij"])
def test_jacobians_and_hessians_check_themselves(pattern: str) -> None:
    given = pattern_of(parse(pattern))
    last = len(given.inputs) - 1
    for wrt in (((0,),), ((last,),), ((0,), (last,))):
        code, printed = exit_code(emit_derivative(derivative(given, wrt), "torch"))
        assert code == 0, printed
        assert "matvec is right" in printed


# torch decomposes operations for forward mode by what it has deprecated itself.
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ii,ij->j", "ij,jk,kl->il", "bij,bj->bi"])
def test_tangents_are_those_of_torch(pattern: str) -> None:
    terms = pattern.partition("->")[0].split(",")
    operands = tuple(whole([3] * len(term), seed=seed) for seed, term in enumerate(terms))
    moves = tuple(whole(each.shape, seed=50 + n) for n, each in enumerate(operands))

    def einsum(*operands: Any) -> Any:
        return torch.einsum(pattern, *operands)

    defined: dict[str, Any] = {"__name__": "generated"}
    for form in ("jvp", "hvp"):
        exec(tangents(pattern, form, target="torch"), defined)
    got = defined["jvp"](*operands, *moves)
    assert all(map(torch.equal, got, torch.func.jvp(einsum, operands, moves)))
    dz = whole(got[0].shape, seed=9)

    def gradients(*operands: Any) -> Any:
        return torch.func.vjp(einsum, *operands)[1](dz)

    right = torch.func.jvp(gradients, operands, moves)
    assert all(map(torch.equal, defined["hvp"](dz, *operands, *moves), (*right[0], *right[1])))


def test_without_torch_a_script_says_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(emit("ij,jk->ik", "torch"), encoding="utf-8")
    # -S leaves out site-packages, and so torch.
    done = subprocess.run(
        [sys.executable, "-S", "-I", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "pip install torch" in done.stderr
    assert "No module named 'torch'" in done.stderr
