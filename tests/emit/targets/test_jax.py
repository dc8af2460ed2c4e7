"""Modules in JAX: equal to jnp.einsum and its VJP, and open to every transformation."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import einsum_grad as eg
from einsum_grad.emit import TARGETS, write_tangents
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.lower import PLAIN, lowering
from einsum_grad.plan import derivative, pattern_of
from einsum_grad.syntax import parse
from tests.emit.libraries import wide_jax
from tests.strategies import Case, cases, fractions, seeds, whole
from tests.tries import tries

jax = pytest.importorskip("jax")
jnp = jax.numpy

pytestmark = pytest.mark.oracle

Shapes = tuple[tuple[int, ...], ...]

PATTERNS: tuple[tuple[str, Shapes], ...] = (
    ("ij,jk->ik", ((2, 3), (3, 4))),
    ("ij,i->j", ((2, 3), (2,))),
    ("bij,jk->ik", ((2, 3, 4), (4, 5))),
    ("ij,ij->j", ((2, 3), (2, 3))),
    ("bqhd,bkhd->bhqk", ((2, 3, 2, 4), (2, 5, 2, 4))),
    ("ab,cd->ab", ((2, 3), (3, 2))),
    ("ii,ij->j", ((3, 3), (3, 2))),
    ("iijj->ij", ((2, 2, 3, 3),)),
    ("aiib,b->", ((2, 3, 3, 4), (4,))),
    ("...ij,jk->...ik", ((2, 2, 3), (3, 4))),
    ("...ii,...i->...", ((2, 3, 3), (2, 3))),
    ("i,ij,j->", ((2,), (2, 3), (3,))),
    (",ij,->ji", ((), (2, 3), ())),
)
IDS = [pattern for pattern, _ in PATTERNS]
every_pattern = pytest.mark.parametrize(("pattern", "shapes"), PATTERNS, ids=IDS)

DTYPES = st.lists(st.sampled_from(("f8", "f4", "c16", "c8")), min_size=5, max_size=5)


@pytest.fixture(autouse=True)
def _wide() -> Iterator[None]:
    with wide_jax():
        yield


def run(text: str) -> Any:
    defined: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), defined)
    return SimpleNamespace(**defined)


def module(pattern: str, **arguments: Any) -> Any:
    return run(eg.emit(pattern, target="jax", bare=True, **arguments))


def einsum(pattern: str) -> Callable[..., Any]:
    return lambda *operands: jnp.einsum(pattern, *operands)


def arrays(shapes: Any, dtypes: Any = "f8", make: Any = whole) -> list[Any]:
    dtypes = [dtypes] * len(shapes) if isinstance(dtypes, str) else dtypes
    drawn = (
        make(shape, dtype, seed)
        for seed, (shape, dtype) in enumerate(zip(shapes, dtypes, strict=False))
    )
    return list(map(jnp.asarray, drawn))


def same(ours: Any, theirs: Any) -> None:
    assert isinstance(ours, jax.Array)
    np.testing.assert_array_equal(ours, theirs, strict=True)


def agrees(made: Any, pattern: str, operands: list[Any]) -> None:
    """The module equals jnp.einsum and JAX's VJP of it, and so does JAX's VJP of `apply`."""
    like = jax.eval_shape(einsum(pattern), *operands)
    dz = jnp.asarray(whole(like.shape, like.dtype, 99))

    @jax.jit  # type: ignore[untyped-decorator]  # jax is not checked
    def every(dz: Any, *operands: Any) -> Any:
        theirs, pullback = jax.vjp(einsum(pattern), *operands)
        ours, own_pullback = jax.vjp(made.apply, *operands)
        explicit = made.forward(*operands), made.backward(dz, *operands)
        return (theirs, pullback(dz)), (ours, own_pullback(dz)), explicit

    wanted, *found = every(dz, *operands)
    for each in found:
        jax.tree.map(same, each, wanted)


@every_pattern
@pytest.mark.parametrize("dtypes", [("f4", "f8", "f4"), ("c8", "f4", "c16")], ids=str)
def test_equals_jnp_einsum_and_its_vjp(
    pattern: str, shapes: Shapes, dtypes: tuple[str, ...]
) -> None:
    agrees(module(pattern), pattern, arrays(shapes, dtypes))


@settings(max_examples=tries(75))
@given(cases(generalised=False, letters="abcij", most_operands=4), DTYPES, seeds)
def test_equals_jnp_einsum_on_random_patterns(case: Case, dtypes: list[str], seed: int) -> None:
    drawn = zip(case.shapes, dtypes, strict=False)
    operands = [
        jnp.asarray(whole(shape, dtype, seed + n)) for n, (shape, dtype) in enumerate(drawn)
    ]
    agrees(module(case.letters, shapes=case.shapes), case.letters, operands)


@every_pattern
def test_gradients_of_any_order_in_any_mode(pattern: str, shapes: Shapes) -> None:
    from jax.test_util import check_grads

    made, operands = module(pattern), arrays(shapes, make=fractions)
    check_grads(jax.jit(made.apply), operands, order=2, modes=["fwd", "rev"])
    dz = jnp.asarray(fractions(made.forward(*operands).shape, "f8", 99))
    check_grads(jax.jit(made.backward), [dz, *operands], order=1, modes=["fwd", "rev"])


def cubed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A number that isn't linear in the operands, so that its derivatives differ."""
    return lambda *operands: (function(*operands) ** 3).sum()


def transposed(function: Callable[..., Any], *operands: Any) -> Any:
    first, *others = operands
    return jax.linear_transpose(lambda x: function(x, *others), first)(function(*operands))


def exported(function: Callable[..., Any], *operands: Any) -> Any:
    return jax.export.export(jax.jit(function))(*operands).call(*operands)


def linearized(function: Callable[..., Any], *operands: Any) -> Any:
    output, tangent = jax.linearize(function, *operands)
    return output, tangent(*(2 * operand for operand in operands))


TRANSFORMATIONS: dict[str, Callable[..., Any]] = {
    "jit": lambda f, *xs: jax.jit(f)(*xs),
    "vmap": lambda f, *xs: jax.vmap(f)(*(jnp.stack([x, 2 * x]) for x in xs)),
    "vmap of one": lambda f, x, *xs: jax.vmap(lambda x: f(x, *xs))(jnp.stack([x, 2 * x])),
    "grad of grad": lambda f, *xs: jax.grad(cubed(jax.grad(cubed(f))))(*xs),
    "vmap of grad": lambda f, *xs: jax.vmap(jax.grad(cubed(f)))(
        *(jnp.stack([x, 2 * x]) for x in xs)
    ),
    "jvp": lambda f, *xs: jax.jvp(f, xs, tuple(3 * x for x in xs)),
    "jacfwd": lambda f, *xs: jax.jacfwd(f)(*xs),
    "jacrev": lambda f, *xs: jax.jacrev(f)(*xs),
    "hessian": lambda f, *xs: jax.hessian(cubed(f))(*xs),
    "linearize": linearized,
    "linear_transpose": transposed,
    "export": exported,
    "checkpoint": lambda f, *xs: jax.grad(cubed(jax.checkpoint(f)))(*xs),
}


@pytest.mark.parametrize("how", TRANSFORMATIONS)
@pytest.mark.parametrize("pattern", ["bij,jk->ik", "aiib,b->", "ij,ij->j"])
def test_transformations_of_apply_equal_those_of_jnp_einsum(how: str, pattern: str) -> None:
    @jax.jit  # type: ignore[untyped-decorator]  # jax is not checked
    def both(*operands: Any) -> Any:
        functions = (module(pattern).apply, einsum(pattern))
        return [TRANSFORMATIONS[how](function, *operands) for function in functions]

    ours, theirs = both(*arrays(dict(PATTERNS)[pattern]))
    jax.tree.map(same, ours, theirs)


@every_pattern
def test_backward_is_compiled_batched_and_exported(pattern: str, shapes: Shapes) -> None:
    made, operands = module(pattern), arrays(shapes)
    given = [made.forward(*operands), *operands]
    wanted = made.backward(*given)
    jax.tree.map(same, jax.jit(made.backward)(*given), wanted)
    jax.tree.map(same, tuple(exported(made.backward, *given)), wanted)
    twice = jax.vmap(made.backward)(*(jnp.stack([x, x]) for x in given))
    jax.tree.map(lambda both, one: same(both[1], one), twice, wanted)


def test_sizes_may_be_unknown_when_a_module_is_exported() -> None:
    made = module("bij,jk->ik")
    b, i, j, k = jax.export.symbolic_shape("b, i, j, k")
    given = [jax.ShapeDtypeStruct(shape, jnp.float32) for shape in ((b, i, j), (j, k))]
    saved = jax.export.export(jax.jit(made.apply))(*given)
    x, w = arrays(((2, 3, 4), (4, 5)), "f4")
    same(saved.call(x, w), made.forward(x, w))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_numbers_of_16_bits_stay_so_and_are_added_in_more(dtype: str) -> None:
    made = module("bij,jk->ik")
    x, w = jnp.ones((3000, 1, 1), dtype), jnp.ones((1, 2), dtype)
    same(made.forward(x, w), jnp.full((1, 2), 3000, dtype))
    dx, dw = made.backward(jnp.ones((1, 2), dtype), x, w)
    same(dx, jnp.full(x.shape, 2, dtype))
    same(dw, jnp.full(w.shape, 3000, dtype))
    x, w = jnp.ones((2, 3000), dtype), jnp.ones((2, 3000), "float32")
    made = module("ij,ij->i")
    assert [each.dtype for each in made.backward(jnp.ones(2), x, w)] == [x.dtype, w.dtype]
    (gradient,) = module("ii->").backward(1.0, jnp.ones((2, 2), dtype))
    same(gradient, jnp.eye(2, dtype=dtype))


@pytest.mark.parametrize("dtype", ["i1", "u1", "i4", "b1"])
@pytest.mark.parametrize("pattern", ["bij,jk->ik", "ii->", "aij->aj", "i->ii", "ij,ij->j", ",->"])
def test_integers_have_the_dtype_of_jnp_einsum(pattern: str, dtype: str) -> None:
    sizes = {"a": 2, "b": 2, "i": 3, "j": 4, "k": 5}
    terms = pattern.partition("->")[0].split(",")
    operands = arrays([tuple(map(sizes.__getitem__, term)) for term in terms], dtype)
    output = module(pattern).forward(*operands)
    wanted = jnp.diag(operands[0]) if pattern == "i->ii" else jnp.einsum(pattern, *operands)
    same(output, wanted)


NONFINITE = np.array([[np.inf, np.nan, 1], [np.nan, 2, np.inf], [np.nan, 3, np.nan]])


@pytest.mark.parametrize("pattern", ["ii->i", "i->ii", "bii->bi", "bi->bii", "ii->", "ibi->b"])
def test_diagonals_are_exact_beside_nan_and_inf(pattern: str) -> None:
    made, rank = module(pattern), len(pattern.partition("->")[0])
    number = NONFINITE if rank == 2 else NONFINITE[0] if rank == 1 else np.stack([NONFINITE] * 3)
    if pattern == "ibi->b":
        number = np.moveaxis(number, 0, 1)
    numpy = run(eg.emit(pattern, target="numpy", bare=True))
    x = jnp.asarray(number)
    output, pullback = jax.vjp(made.apply, x)
    same(output, numpy.forward(number))
    dz = np.resize(NONFINITE, output.shape)
    (wanted,) = numpy.backward(dz, number)
    same(made.backward(jnp.asarray(dz), x)[0], wanted)
    same(pullback(jnp.asarray(dz))[0], wanted)
    same(jax.jvp(made.apply, (x,), (x,))[1], numpy.forward(number))


def test_sums_over_the_first_axis_keep_what_is_not_finite_in_its_column() -> None:
    x, ones = jnp.asarray(NONFINITE), jnp.ones((3, 3))
    for made, operands in ((module("ij->j"), [x]), (module("ij,ij->j"), [x, ones])):
        same(made.forward(*operands), NONFINITE.sum(0))


def test_arrays_without_numbers_and_without_axes() -> None:
    for pattern, shapes in (
        ("bij,jk->ik", ((0, 2, 3), (3, 4))),
        ("bij,jk->ik", ((2, 3, 0), (0, 4))),
        ("ii,ij->j", ((0, 0), (0, 2))),
        ("ij,ij->j", ((0, 3), (0, 3))),
        ("ij,ij->j", ((3, 0), (3, 0))),
        ("...ii,...i->...", ((0, 3, 3), (0, 3))),
        (",->", ((), ())),
        ("->", ((),)),
    ):
        agrees(module(pattern), pattern, arrays(shapes))


def test_a_number_is_an_operand_or_a_cotangent_without_axes() -> None:
    made, w = module(",i->i"), jnp.arange(3.0, dtype="float32")
    same(made.forward(2.0, w), 2 * w)
    dx, dw = made.backward(w, 2.0, w)
    same(dx, jnp.asarray(5.0))
    same(dw, 2 * w)
    same(module("i->").backward(2, w)[0], jnp.full(3, 2, "float32"))
    same(module("i,i->").backward(2.0, w, w)[0], 2 * w)
    dx, dw = module(",->").backward(1, 2.0, w[2])
    same(dx, jnp.asarray(2.0))
    same(dw, jnp.asarray(2.0, "float32"))


def test_wrong_shapes_are_refused_while_jax_traces() -> None:
    made = module("ij,jk->ik")
    x, w = jnp.ones((2, 3)), jnp.ones((1, 4))
    for function in (jax.jit(made.apply), jax.jit(made.forward), made.forward):
        with pytest.raises(ValueError, match="label j has the sizes 3 and 1"):
            function(x, w)
    with pytest.raises(ValueError, match=r"dz has shape \(4,\), unlike the output"):
        jax.jit(made.backward)(jnp.ones(4), x, jnp.ones((3, 4)))


def test_no_vector_meets_a_transposed_matrix() -> None:
    # XLA takes a hundred times as long for w.T @ x as for x @ w.
    for pattern in ("ij,i->j", "i,ij->j", "ij,j->i", "ii,ij->j", "j,bij->bi"):
        assert ".T" not in eg.emit(pattern, target="jax")


def test_rows_are_added_by_a_product_and_columns_by_a_sum() -> None:
    assert "sum_of_rows(x)" in eg.emit("ij->j", target="jax")
    assert "sum_of_rows(x * w)" in eg.emit("ij,ij->j", target="jax")
    for pattern in ("ij->i", "ij->", "i->", "aij->j", "ij,ij->i", "i,i->"):
        assert "sum_of_rows" not in eg.emit(pattern, target="jax")


def test_an_import_changes_no_setting() -> None:
    with jax.enable_x64(False):
        made = module("bij,jk->ik")
        assert made.forward(jnp.ones((2, 3, 4)), jnp.ones((4, 5))).dtype == jnp.float32
        assert not jax.config.jax_enable_x64


def test_generalised_outputs_and_sizes() -> None:
    made = module("i->iib", sizes={"b": 2})
    x = jnp.arange(3.0)
    wanted = jnp.stack([jnp.diag(x)] * 2, axis=2)
    same(made.forward(x), wanted)
    same(made.backward(wanted, x)[0], 2 * x)
    same(jax.vjp(made.apply, x)[1](wanted)[0], 2 * x)


def test_many_operands() -> None:
    pattern = ",".join(f"{a}{b}" for a, b in zip("abcdefghijkl", "bcdefghijklm", strict=True))
    operands = arrays([(2, 2)] * 12)
    agrees(module(pattern), f"{pattern}->am", operands)


def test_gradients_of_some_operands() -> None:
    made = module("ab,bc,cd->ad", wrt=(2, 0))
    operands = arrays(((2, 3), (3, 4), (4, 5)))
    output, pullback = jax.vjp(einsum("ab,bc,cd->ad"), *operands)
    wanted = pullback(output)
    jax.tree.map(same, made.backward(output, *operands), (wanted[2], wanted[0]))


def test_functions_along_tangents() -> None:
    pattern = pattern_of(parse("ii,ij->j"))
    target = TARGETS["jax"]
    x, w, dx, dw = arrays(((3, 3), (3, 2), (3, 3), (3, 2)))
    found = lowering(pattern, (0, 1), target.form, {}, target.traits or PLAIN)
    both = {
        name: run(write_tangents(found.tangents(name, (0, 1)), target, name).text)
        for name in ("jvp", "hvp")
    }
    theirs = jax.jvp(einsum("ii,ij->j"), (x, w), (dx, dw))
    jax.tree.map(same, tuple(both["jvp"].jvp(x, w, dx, dw)), theirs)
    dz = jnp.arange(2.0)
    gradients, products = jax.jvp(
        lambda x, w: jax.vjp(einsum("ii,ij->j"), x, w)[1](dz), (x, w), (dx, dw)
    )
    jax.tree.map(same, tuple(both["hvp"].hvp(dz, x, w, dx, dw)), (*gradients, *products))


def test_compiled_functions_are_transformed_as_the_modules_are() -> None:
    x, w = arrays(((2, 3, 4), (4, 5)))
    f, theirs = eg.compile("bij,jk->ik"), einsum("bij,jk->ik")
    same(jax.jit(f)(x, w), theirs(x, w))
    same(jax.grad(cubed(f))(x, w), jax.grad(cubed(theirs))(x, w))
    same(jax.vmap(f, (None, 0))(x, jnp.stack([w, w]))[1], theirs(x, w))


def test_jacobians_and_hessians_equal_those_of_jax() -> None:
    a, b, c = arrays(((2,), (2, 3), (3,)))
    made = run(emit_derivative(derivative(pattern_of(parse("i,ij,j->")), ((0,), (2,))), "jax"))
    hessian = jax.hessian(einsum("i,ij,j->"), (0, 2))(a, b, c)[0][1]
    same(made.matvec(c, a, b, c), hessian @ c)
    same(made.rmatvec(a, a, b, c), a @ hessian)
    zero = run(emit_derivative(derivative(pattern_of(parse("i,ij,j->")), ((0,), (0,))), "jax"))
    same(zero.matvec(a, a, b, c), jnp.zeros(2))


ON_ANOTHER_DEVICE = """
import jax, jax.numpy as jnp
import einsum_grad as eg
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.plan import derivative, pattern_of
from einsum_grad.syntax import parse

def run(text):
    defined = {"__name__": "generated"}
    exec(text, defined)
    return defined

first, second = jax.devices()
for pattern, *shapes in (
    ("bij,jk->ik", (2, 3, 4), (4, 5)),
    ("ii,ij->j", (3, 3), (3, 2)),
    ("...i,->", (2, 3), ()),
    ("bi->bii", (2, 3)),
):
    made = run(eg.emit(pattern, target="jax"))
    xs = [jax.device_put(jnp.ones(shape), second) for shape in shapes]
    z = made["apply"](*xs)
    found = (z, *made["backward"](z, *xs), *jax.vjp(made["apply"], *xs)[1](z))
    assert all(each.devices() == {second} for each in found), pattern
    try:
        made["backward"](jax.device_put(z, first), *xs)
    except ValueError as error:
        assert "incompatible devices" in str(error)
    else:
        assert len(xs) == 1
(x,) = made["backward"](z, *xs)
zero = run(emit_derivative(derivative(pattern_of(parse("i,i->")), ((0,), (0,))), "jax"))
x = jax.device_put(jnp.ones(3), second)
assert zero["matvec"](x, x, x).devices() == {second}
"""


def test_results_are_on_the_device_of_the_operands() -> None:
    told = {
        **os.environ,
        "PYTHONPATH": ":".join(sys.path),
        "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
    }
    ended = subprocess.run(
        [sys.executable, "-c", ON_ANOTHER_DEVICE],
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
