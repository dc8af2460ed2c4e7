"""Modules of torch in PyTorch's hands: its derivatives of every kind, and its transformations."""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest

from tests.emit.targets.corpus import CASES, NAMES, Shapes, module

torch = pytest.importorskip("torch")

pytestmark = [
    pytest.mark.oracle,
    # torch decomposes operations for forward mode by what it has deprecated itself.
    pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning"),
]

Tensors = tuple[Any, ...]

CHOSEN = [
    pytest.param(*case, id=name)
    for case, name in zip(CASES, NAMES, strict=True)
    if case[0]
    in {
        *("ij,jk->ik", "ij,j->i", "bij,bjk->bik", "bij,bj->bi", "bi,bi->b", "i,j->ij", ",ij->ij"),
        *("ij->i", "ab,bd->", "ii,ij->j", "ijkj->ik", "ij,ji->", "aebf,dfce->abcd", "bac,a->bc"),
        *("bqhrd,bkhd->bhrqk", "ij,jk,kl->il", "bi,oij,bj->bo", "...ij,jk->...ik", "i...->..."),
    }
]
"""At least one pattern for each operation that modules call."""

_FEW_NUMBERS = 90
"""Second derivatives have the square of this many places."""

EVERY = [pytest.param(*case, id=name) for case, name in zip(CASES, NAMES, strict=True)]


def drawn(shapes: Shapes, dtype: Any = None, seed: int = 0, whole: bool = False) -> Tensors:
    random = torch.Generator().manual_seed(seed)
    dtype = dtype or torch.float64
    if whole:
        return tuple(torch.randint(-3, 4, s, generator=random).to(dtype) for s in shapes)
    return tuple(torch.randn(s, generator=random, dtype=dtype) for s in shapes)


def requiring(tensors: Tensors) -> Tensors:
    return tuple(tensor.clone().requires_grad_() for tensor in tensors)


def einsum(pattern: str) -> Callable[..., Any]:
    return lambda *operands: torch.einsum(pattern, *operands)


def weighed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A scalar of what the function returns, whose second derivatives are not zero."""

    def scalar(*operands: Any) -> Any:
        z = function(*operands)
        weights = torch.arange(z.numel(), dtype=z.dtype).reshape(z.shape) + 1
        return (weights * z * z).sum()

    return scalar


def equal(got: Any, expected: Any) -> bool:
    """Whether tensors in tuples of tuples are the same, to the bit."""
    if isinstance(got, tuple):
        return len(got) == len(expected) and all(map(equal, got, expected))
    return bool(got.shape == expected.shape and torch.equal(got, expected))


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_derivatives_of_whole_numbers_are_einsums_to_the_bit(
    pattern: str, shapes: Shapes, told: Any
) -> None:
    found = module(pattern, "torch", **told)
    results = []
    for function in (found["apply"], einsum(pattern)):
        operands = requiring(drawn(shapes, whole=True))
        output = function(*operands)
        (dz,) = drawn((tuple(output.shape),), seed=1, whole=True)
        dz.requires_grad_()
        gradients = torch.autograd.grad(output, operands, dz, create_graph=True)
        scalar = sum((gradient * gradient).sum() for gradient in gradients)
        second = torch.autograd.grad(scalar, (dz, *operands), materialize_grads=True)
        results.append((output, gradients, second))
    assert equal(*results)
    operands = drawn(shapes, whole=True)
    (dz,) = drawn((tuple(results[0][0].shape),), seed=1, whole=True)
    assert equal(found["backward"](dz, *operands), results[0][1])


@pytest.mark.parametrize(("pattern", "shapes", "told"), EVERY)
def test_complex_gradients_have_the_conjugates_that_torch_has(
    pattern: str, shapes: Shapes, told: Any
) -> None:
    found = module(pattern, "torch", **told)
    operands = requiring(drawn(shapes, torch.complex128))
    expected = torch.einsum(pattern, *operands)
    (dz,) = drawn((tuple(expected.shape),), torch.complex128, seed=1)
    gradients = torch.autograd.grad(expected, operands, dz)
    applied = torch.autograd.grad(found["apply"](*operands), operands, dz)
    for one, other, own in zip(gradients, applied, found["backward"](dz, *operands), strict=True):
        torch.testing.assert_close(other, one)
        torch.testing.assert_close(own, one)


@pytest.mark.parametrize("dtype", [torch.float64, torch.complex128], ids=["real", "complex"])
@pytest.mark.parametrize(("pattern", "shapes", "told"), CHOSEN)
def test_gradcheck_in_every_mode(pattern: str, shapes: Shapes, told: Any, dtype: Any) -> None:
    found = module(pattern, "torch", **told)
    operands = requiring(drawn(shapes, dtype))
    (dz,) = requiring(drawn((tuple(found["forward"](*operands).shape),), dtype, seed=1))
    modes = {"check_batched_grad": True, "check_forward_ad": True, "fast_mode": True}
    for function, inputs in ((found["apply"], operands), (found["backward"], (dz, *operands))):
        # Batches of tangents of x.conj() end in an assertion of torch's own.
        batched = function is found["apply"] or not dtype.is_complex
        assert torch.autograd.gradcheck(
            function, inputs, check_batched_forward_grad=batched, **modes
        )
    assert torch.autograd.gradgradcheck(
        found["apply"], operands, check_batched_grad=True, check_fwd_over_rev=True, fast_mode=True
    )


@pytest.mark.parametrize(("pattern", "shapes", "told"), CHOSEN)
def test_torch_func_transforms_apply(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    operands = drawn(shapes, whole=True)
    every = tuple(range(len(operands)))
    batches = tuple(torch.stack([each, 2 * each, -each]) for each in operands)
    func = torch.func
    transforms: list[Callable[[Any], Any]] = [
        lambda f: func.grad(weighed(f), every)(*operands),
        lambda f: func.vmap(func.grad(weighed(f), every))(*batches),
        lambda f: func.vmap(f, in_dims=(0, *[None] * (len(every) - 1)))(batches[0], *operands[1:]),
        lambda f: func.jvp(f, operands, operands),
        lambda f: func.vjp(f, *operands)[1](f(*operands)),
    ]
    second: list[Callable[[Any], Any]] = [
        lambda f: func.jacfwd(func.jacfwd(f, every), every)(*operands),
        lambda f: func.jacrev(func.jacfwd(f, every), every)(*operands),
        lambda f: func.hessian(weighed(f), every)(*operands),
    ]
    count = sum(each.numel() for each in operands)
    for transform in transforms + (second if count <= _FEW_NUMBERS else []):
        assert equal(transform(found["apply"]), transform(einsum(pattern)))


@pytest.mark.parametrize(("pattern", "shapes", "told"), CHOSEN)
def test_backward_is_differentiable_as_it_stands(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    operands = drawn(shapes, whole=True)
    dz = found["forward"](*operands)
    batch = torch.stack([dz, -dz])

    def einsums(dz: Any, *operands: Any) -> Any:
        return torch.func.vjp(einsum(pattern), *operands)[1](dz)

    transforms: list[Callable[[Any], Any]] = [
        lambda f: torch.func.vmap(f, in_dims=(0, *[None] * len(operands)))(batch, *operands),
        lambda f: torch.func.jacrev(f, tuple(range(len(operands) + 1)))(dz, *operands),
        lambda f: torch.func.jvp(f, (dz, *operands), (dz, *operands)),
    ]
    for transform in transforms:
        assert equal(transform(found["backward"]), transform(einsums))


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ii,ij->j", "...ij,jk->...ik", "bi,oij,bj->bo"])
def test_compiles_as_one_graph(pattern: str, dynamic: bool, backend: str) -> None:
    shapes, told = next((shapes, told) for name, shapes, told in CASES if name == pattern)
    found = module(pattern, "torch", **told)
    operands = requiring(drawn(shapes, whole=True))
    dz = torch.ones_like(found["forward"](*operands))
    expected = torch.autograd.grad(found["apply"](*operands), operands, dz)
    torch._dynamo.reset()
    for function, inputs in (("apply", operands), ("backward", (dz, *drawn(shapes, whole=True)))):
        compiled = torch.compile(found[function], fullgraph=True, backend=backend, dynamic=dynamic)
        results = compiled(*inputs)
        got = torch.autograd.grad(results, operands, dz) if function == "apply" else results
        assert equal(tuple(got), expected)


@pytest.mark.parametrize(("pattern", "shapes", "told"), CHOSEN)
def test_autocast_of_the_forward_alone(pattern: str, shapes: Shapes, told: Any) -> None:
    found = module(pattern, "torch", **told)
    results = []
    for function in (found["apply"], einsum(pattern)):
        operands = requiring(drawn(shapes, torch.float32, whole=True))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = function(*operands)
        gradients = torch.autograd.grad(output, operands, torch.ones_like(output))
        assert all(each.dtype == torch.float32 for each in gradients)
        results.append((output.to(torch.float32), gradients))
    # Sums of products are not among what autocast casts: they stay in float32.
    assert equal(*results)


def test_a_long_chain_of_modes() -> None:
    apply = module("ij,jk,kl->il", "torch")["apply"]
    operands = drawn(((2, 2), (2, 2), (2, 2)), whole=True)

    def outer(function: Callable[..., Any], *transforms: Any) -> Any:
        return reduce(lambda made, transform: transform(made), transforms, function)

    transforms = (torch.func.jacfwd, torch.func.jacrev, torch.func.jacfwd)
    got = outer(lambda x: apply(x, x, operands[0]), *transforms)(operands[1])
    expected = outer(lambda x: torch.einsum("ij,jk,kl->il", x, x, operands[0]), *transforms)(
        operands[1]
    )
    assert equal(got, expected)
    assert math.prod(got.shape) == 4**4
