"""The target array_api, on each library of the standard that is here."""

import ast
import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from einsum_grad.emit import TARGETS, write, write_tangents
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.emit.request import emit
from einsum_grad.lower import PLAIN, Program, lowering
from einsum_grad.plan import derivative, pattern_of
from einsum_grad.runtime import interpret, interpret_backward
from einsum_grad.syntax import parse
from tests.emit.generated import exit_code, program, unbound_program
from tests.programs import program_of
from tests.strategies import Array, Case, cases, fractions, seeds, whole
from tests.tries import tries

pytestmark = pytest.mark.oracle

TARGET = TARGETS["array_api"]


def _computed(*_: Any, **__: Any) -> Any:
    raise AssertionError("dask has computed something")


@contextlib.contextmanager
def _core() -> Iterator[None]:
    """No extensions, and no shape that depends on data."""
    import array_api_strict

    with array_api_strict.ArrayAPIStrictFlags(
        enabled_extensions=(), data_dependent_shapes=False, boolean_indexing=False
    ):
        yield


@contextlib.contextmanager
def _lazily() -> Iterator[None]:
    """Dask makes graphs, and computes none."""
    import dask

    with dask.config.set(scheduler=_computed):
        yield


class Library(NamedTuple):
    """A library of the standard: NumPy's arrays to its and back, and what holds during a call."""

    script: str
    """The module that a script is given, which makes arrays."""
    needs: tuple[str, ...]
    given: Callable[[Any], Any]
    back: Callable[[Any], Array] = np.asarray
    during: Callable[[], Any] = contextlib.nullcontext
    dtypes: tuple[str, ...] = ("f4", "f8", "c8", "c16", "i1", "i4", "i8")


def _strict(array: Array) -> Any:
    import array_api_strict

    return array_api_strict.asarray(array)


def _torch(array: Array) -> Any:
    import torch

    return torch.from_numpy(array)


def _jax(array: Array) -> Any:
    import jax.numpy

    return jax.numpy.asarray(array)


def _dask(array: Array) -> Any:
    import dask.array

    return dask.array.from_array(array, chunks=2)


COMPAT = "array_api_compat"
LIBRARIES = {
    "numpy": Library("numpy", ("numpy",), lambda array: array),
    "strict": Library("array_api_strict", ("array_api_strict",), _strict, during=_core),
    "torch": Library(
        "torch", ("torch", COMPAT), _torch, lambda tensor: tensor.resolve_conj().numpy()
    ),
    "dask": Library(
        "dask.array",
        ("dask", COMPAT),
        _dask,
        lambda array: np.asarray(array.compute()),
        _lazily,
        # Its products of narrower integers are of 64 bits, unlike the standard's.
        ("f4", "f8", "c8", "c16", "i8"),
    ),
    # It has 64 bits only where it is set up for that.
    "jax": Library("jax.numpy", ("jax",), _jax, dtypes=("f4", "c8", "i1", "i4")),
}
MISSING = {
    name: [needed for needed in library.needs if find_spec(needed) is None]
    for name, library in LIBRARIES.items()
}


def on(*names: str) -> pytest.MarkDecorator:
    """Run a test on each of the libraries, skipped where that is missing."""
    return pytest.mark.parametrize(
        "name",
        [
            pytest.param(
                name,
                marks=pytest.mark.skipif(bool(MISSING[name]), reason=f"no {MISSING[name]}"),
            )
            for name in names or LIBRARIES
        ],
    )


def defined(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), names)
    return names


def ran(name: str, function: Callable[..., Any], *arrays: Array) -> list[Array]:
    """What a function of a module returns for the arrays of a library."""
    library = LIBRARIES[name]
    operands = [library.given(array) for array in arrays]
    with library.during():
        found = function(*operands)
    return [library.back(each) for each in (found if isinstance(found, tuple) else (found,))]


def both(name: str, text: str, cotangent: Array, *operands: Array) -> list[Array]:
    """The output and the gradients."""
    module = defined(text)
    output = ran(name, module["forward"], *operands)
    return [*output, *ran(name, module["backward"], cotangent, *operands)]


def assert_same(found: list[Array], expected: list[Array]) -> None:
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def is_empty_and_merged(case: Case, text: str) -> bool:
    """Whether dask refuses the module: it reshapes no array without numbers."""
    return 0 in case.sizes.values() and "reshape" in text.partition("def namespace")[0]


def programmed(case: Case, bound: bool) -> Program:
    """The program for the shapes of a case, or for any shapes that do not broadcast."""
    traits = TARGET.traits
    assert traits is not None
    make = program if bound else unbound_program
    return make(case, "array_api", traits)


def emitted(case: Case, bound: bool) -> str:
    """The module of `programmed`, as a file says it."""
    shapes = case.shapes if bound else None
    return emit(case.letters, "array_api", sizes=case.given or None, shapes=shapes)


def check_random(name: str, case: Case, bound: bool, seed: int, dtype: str) -> None:
    found, text = programmed(case, bound), emitted(case, bound)
    if name == "dask" and is_empty_and_merged(case, text):
        return
    operands = [whole(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = whole(case.result_shape, dtype, seed + 99)
    expected = [interpret(found, *operands), *interpret_backward(found, cotangent, *operands)]
    wanted = [each.astype(dtype) for each in expected]
    assert_same(both(name, text, cotangent, *operands), wanted)


Drawn = tuple[Case, bool, int, str]


@st.composite
def drawn(draw: st.DrawFn, name: str) -> Drawn:
    """A case, whether its module is for its shapes alone, a seed and a dtype of the library."""
    bound = draw(st.booleans())
    dtype = draw(st.sampled_from(LIBRARIES[name].dtypes))
    return draw(cases(broadcasting=bound)), bound, draw(seeds), dtype


@on("strict")
@settings(max_examples=tries(1500))
@given(random=drawn("strict"))
def test_whole_numbers_are_exact_by_the_standard_alone(name: str, random: Drawn) -> None:
    check_random(name, *random)


@settings(max_examples=tries(200))
@given(random=drawn("numpy"))
def test_whole_numbers_are_exact_in_numpy(random: Drawn) -> None:
    check_random("numpy", *random)


@on("torch")
@settings(max_examples=tries(200))
@given(random=drawn("torch"))
def test_whole_numbers_are_exact_in_torch(name: str, random: Drawn) -> None:
    check_random(name, *random)


@on("dask")
@settings(max_examples=tries(100))
@given(random=drawn("dask"))
def test_whole_numbers_are_exact_in_dask_which_computes_when_told(name: str, random: Drawn) -> None:
    check_random(name, *random)


@on("jax")
@settings(max_examples=tries(20))
@given(random=drawn("jax"))
def test_whole_numbers_are_exact_in_jax(name: str, random: Drawn) -> None:
    check_random(name, *random)


@on("numpy", "strict", "torch", "dask")
@settings(max_examples=tries(60))
@given(case=cases(most_operands=3), seed=seeds, data=st.data())
def test_dtypes_are_promoted_and_gradients_have_their_operands(
    name: str, case: Case, seed: int, data: st.DataObject
) -> None:
    dtypes = [data.draw(st.sampled_from(("f4", "f8", "c8", "c16"))) for _ in case.shapes]
    result = np.result_type(*dtypes)
    found, text = programmed(case, bound=True), emitted(case, bound=True)
    if name == "dask" and is_empty_and_merged(case, text):
        return
    operands = [
        whole(s, dtype, seed + n)
        for n, (s, dtype) in enumerate(zip(case.shapes, dtypes, strict=True))
    ]
    cotangent = whole(case.result_shape, result, seed + 99)
    output, *gradients = both(name, text, cotangent, *operands)
    wanted = interpret(found, *operands)
    np.testing.assert_array_equal(output, wanted.astype(result), strict=True)
    exact = interpret_backward(found, cotangent, *operands)
    for gradient, expected, dtype in zip(gradients, exact, dtypes, strict=True):
        real = np.dtype(dtype).kind == "f"
        own = (expected.real if real else expected).astype(dtype)
        np.testing.assert_array_equal(gradient, own, strict=True)


@on("strict")
@settings(max_examples=tries(200))
@given(case=cases(), seed=seeds, dtype=st.sampled_from(("f8", "c16")))
def test_fractions_are_as_close_as_they_can_be(
    name: str, case: Case, seed: int, dtype: str
) -> None:
    found = programmed(case, bound=True)
    operands = [fractions(shape, dtype, seed + n) for n, shape in enumerate(case.shapes)]
    cotangent = fractions(case.result_shape, dtype, seed + 99)
    output, *gradients = both(name, emitted(case, bound=True), cotangent, *operands)
    wanted = interpret(found, *operands), *interpret_backward(found, cotangent, *operands)
    sizes = [np.abs(x) for x in operands]
    bounds = interpret(found, *sizes), *interpret_backward(found, np.abs(cotangent), *sizes)
    for one, other, bound in zip((output, *gradients), wanted, bounds, strict=True):
        assert np.all(np.abs(one - other) <= 1e-13 * np.abs(bound))


CORE = {
    *("matmul", "tensordot", "sum", "multiply", "result_type", "conj", "real"),
    *("permute_dims", "matrix_transpose", "moveaxis", "reshape", "broadcast_to", "concat"),
    *("zeros", "zeros_like", "isdtype", "astype", "asarray", "float64", "complex128"),
}
"""What modules use of the standard: in it since 2023, and none of it in an extension."""


@settings(max_examples=tries(300))
@given(cases(), st.booleans())
def test_modules_use_the_core_of_the_standard(case: Case, bound: bool) -> None:
    for node in ast.walk(ast.parse(emitted(case, bound))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert node.value.id != "xp" or node.attr in CORE, node.attr
        assert not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.MatMult)


# What arrays may hold and be.


@on()
def test_off_diagonals_are_zero_beside_inf_and_nan(name: str) -> None:
    module = defined(emit("ii,i->i", "array_api"))
    x, w = np.full((2, 2), np.nan, "f4"), np.array([np.inf, np.nan], "f4")
    gradient, _ = ran(name, module["backward"], np.ones(2, "f4"), x, w)
    np.testing.assert_array_equal(gradient, [[np.inf, 0], [0, np.nan]])
    (output,) = ran(name, defined(emit("i->iii", "array_api"))["forward"], w)
    assert np.count_nonzero(output) == 2


@on()
@pytest.mark.parametrize(
    "pattern", ["ii->i", "i->ii", "iij->ij", "jiki->ijk", "iijj->ij", "ij->ijij", "iii->", "i->iii"]
)
@pytest.mark.parametrize(
    "sizes", [(2, 3, 2), (1, 2, 1), (0, 3, 2), (3, 0, 2), (2, 3, 0), (0, 0, 0)]
)
def test_diagonals_are_read_and_written(
    name: str, pattern: str, sizes: tuple[int, int, int]
) -> None:
    known = dict(zip("ijk", sizes, strict=True))
    term, result = pattern.split("->")
    operand = whole(tuple(map(known.__getitem__, term)), "f4", 1)
    cotangent = whole(tuple(map(known.__getitem__, result)), "f4", 2)
    found = program_of(pattern_of(parse(pattern)), (0,), TARGET, {})
    assert_same(
        both(name, write(found, TARGET).text, cotangent, operand),
        [interpret(found, operand), *interpret_backward(found, cotangent, operand)],
    )


def test_only_complex_numbers_are_conjugated() -> None:
    def conj(array: Any) -> Any:
        assert array.dtype.kind == "c", "conj of real arrays is in no early version"
        return array.conj()

    text = emit("ij,jk->ik", "array_api")
    for dtype in ("f8", "c16"):
        x, w, dz = whole((2, 3), dtype, 1), whole((3, 4), dtype, 2), whole((2, 4), dtype, 3)
        with mock.patch.object(np, "conj", conj):
            _, dx, dw = both("numpy", text, dz, x, w)
        np.testing.assert_array_equal(dx, dz @ w.conj().T)
        np.testing.assert_array_equal(dw, x.conj().T @ dz)


@on()
def test_sums_of_integers_do_not_widen(name: str) -> None:
    x = np.ones((2, 3), LIBRARIES[name].dtypes[-1])
    for pattern, shape in (("ij->i", (2,)), ("ij->", ()), ("ii->", ())):
        given = x if pattern != "ii->" else x[:, :2]
        output, _ = both(name, emit(pattern, "array_api"), np.ones(shape, x.dtype), given)
        assert output.dtype == x.dtype
    output, *_ = both(name, emit("ij,ij->i", "array_api"), x[:, 0], x, x)
    np.testing.assert_array_equal(output, np.full(2, 3, x.dtype), strict=True)


@on()
def test_many_operands_and_many_labels(name: str) -> None:
    chain = "ab,bc,cd,de,ef,fg,gh,hi,ij,jk,kl,lm->am"
    operands = [whole((2, 2), "f4", n) for n in range(12)]
    output, *gradients = both(name, emit(chain, "array_api"), np.eye(2, dtype="f4"), *operands)
    np.testing.assert_array_equal(output, np.linalg.multi_dot(operands))
    np.testing.assert_array_equal(
        gradients[5], np.linalg.multi_dot(operands[:5]).T @ np.linalg.multi_dot(operands[6:]).T
    )
    letters = "".join(chr(0x4E00 + n) for n in range(60))
    if name == "dask":
        return  # it asks np.einsum for letters
    x = whole((2, *(1,) * 58, 2), "f4", 1)
    pattern = f"{letters},{letters}->{letters[-1]}"
    output, dx, _ = both(name, emit(pattern, "array_api"), np.ones(2, "f4"), x, x)
    np.testing.assert_array_equal(output, np.sum(x.reshape(2, 2) ** 2, 0))
    np.testing.assert_array_equal(dx, x)


@on()
def test_axes_of_size_1_broadcast_and_operands_are_chosen(name: str) -> None:
    x, w = whole((2, 3), "f4", 1), whole((2, 1), "f4", 2)
    text = emit("ij,ij->i", "array_api", wrt=1, shapes=[(2, 3), (2, 1)])
    output, gradient = both(name, text, np.ones(2, "f4"), x, w)
    np.testing.assert_array_equal(output, (x * w).sum(1))
    np.testing.assert_array_equal(gradient, x.sum(1, keepdims=True))


# What can't be.


@on()
def test_what_is_no_array_is_refused(name: str) -> None:
    module, given = defined(emit("i,i->", "array_api")), LIBRARIES[name].given
    x = given(np.ones(2, "f4"))
    with pytest.raises(TypeError, match=r"this is no array: 1\.0"):
        module["backward"](1.0, x, x)
    with pytest.raises(TypeError, match=r"this is no array: \[1, 2\]"):
        module["forward"]([1, 2], x)


@on("strict", "torch", "dask", "jax")
def test_arrays_of_two_libraries_are_refused(name: str) -> None:
    module, given = defined(emit("i,i->i", "array_api")), LIBRARIES[name].given
    x = np.ones(2, "f4")
    with pytest.raises(TypeError, match=r"arrays of several libraries: .*numpy"):
        module["forward"](x, given(x))
    with pytest.raises(TypeError, match=r"arrays of several libraries: .*numpy"):
        module["backward"](x, given(x), given(x))


@on()
def test_wrong_shapes_are_refused(name: str) -> None:
    module, given = defined(emit("ij,jk->ik", "array_api")), LIBRARIES[name].given
    x, w = given(np.ones((2, 3), "f4")), given(np.ones((3, 4), "f4"))
    with pytest.raises(ValueError, match="label j has the sizes 3 and 2"):
        module["forward"](x, x)
    with pytest.raises(ValueError, match="dz has shape"):
        module["backward"](x, x, w)


@on("dask")
def test_unknown_sizes_are_refused(name: str) -> None:
    module = defined(emit("ij->j", "array_api"))
    array = LIBRARIES[name].given(np.ones((4, 2)))
    with pytest.raises(ValueError, match=r"sizes are unknown: .*nan, 2.* has compute_chunk_sizes"):
        module["forward"](array[array[:, 0] > 0])


@on("strict")
def test_numbers_of_two_kinds_are_the_librarys_own_error(name: str) -> None:
    module = defined(emit("i,i->i", "array_api"))
    with pytest.raises(TypeError, match="cannot be type promoted"):
        ran(name, module["forward"], np.ones(2), np.ones(2, "i4"))


@on("torch", "dask")
def test_what_to_install_is_told(name: str) -> None:
    module, given = defined(emit("i->i", "array_api")), LIBRARIES[name].given
    with mock.patch.dict(sys.modules, {COMPAT: None}):
        with pytest.raises(ImportError, match="pip install array-api-compat"):
            module["forward"](given(np.ones(2)))
        assert module["forward"](np.ones(2)).shape == (2,)


# Scripts, derivatives, tangents, transformations.


@on("numpy", "strict", "torch", "dask")
@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ii,ij->j", "...ij,...j->...i", "ab,bc,cd->"])
def test_a_module_checks_itself_on_the_library_that_is_named(name: str, pattern: str) -> None:
    text = emit(pattern, "array_api")
    told = exit_code(text, LIBRARIES[name].script)
    assert told == exit_code(text)
    assert told[0] == 0
    wrong = re.sub(r"return (like\(d.)", r"return 2 * \1", text)
    assert exit_code(wrong, LIBRARIES[name].script)[0] == 1


@on("numpy", "strict", "torch")
@pytest.mark.parametrize(
    ("pattern", "wrt"),
    [
        ("ij,jk->ik", ((0,),)),
        ("ii,ij->j", ((0, 1), (1, 0))),
        ("i,i->", ((0,), (0,))),
        ("i->ii", ((0,),)),
        ("...ij,...jk->...ik", ((1,),)),
        ("a,b,c,d,e,f,g,h,i,j,k->", ((3,), (7,))),
        ("i,i,i,i,i->", ((0, 1, 2, 3, 4), (0, 1, 2, 3, 4))),
    ],
)
def test_derivatives_check_themselves(name: str, pattern: str, wrt: Any) -> None:
    text = emit_derivative(derivative(pattern_of(parse(pattern)), wrt), "array_api")
    code, printed = exit_code(text, LIBRARIES[name].script)
    assert (code, printed) == (0, "matvec is right\nrmatvec is right\n")


@on()
@pytest.mark.parametrize("pattern", ["ij,jk->ik", "ii,ij->j", "ab,bc,cd->ad", "i,ij,j->", "i->ii"])
def test_tangents_are_those_of_numpys_modules(name: str, pattern: str) -> None:
    read = pattern_of(parse(pattern))
    places = tuple(range(len(read.inputs)))
    operands = [whole((2,) * len(term), "f4", n) for n, term in enumerate(read.inputs)]
    tangents = [whole((2,) * len(term), "f4", 9 + n) for n, term in enumerate(read.inputs)]
    cotangent = whole((2,) * len(read.output), "f4", 99)
    for form, first, wrt in (("jvp", (), ()), ("hvp", (cotangent,), places)):
        found, wanted = (
            defined(write_tangents(made.tangents(form, places), target, form).text)[form]
            for target in (TARGET, TARGETS["numpy"])
            for made in [lowering(read, wrt, target.form, {}, target.traits or PLAIN)]
        )
        expected = wanted(*first, *operands, *tangents)
        assert_same(ran(name, found, *first, *operands, *tangents), list(map(np.asarray, expected)))


@on("jax")
def test_jax_transforms_modules(name: str) -> None:
    import jax

    module = defined(emit("ii,ij->j", "array_api"))
    x, w, dz = whole((3, 3), "f4", 1), whole((3, 2), "f4", 2), whole((2,), "f4", 3)
    wanted = ran(name, module["backward"], dz, x, w)
    _, vjp = jax.vjp(module["forward"], x, w)
    assert_same(list(map(np.asarray, vjp(dz))), wanted)
    assert_same(list(map(np.asarray, jax.jit(module["backward"])(dz, x, w))), wanted)
    (mapped, _) = jax.vmap(module["backward"])(dz[None], x[None], w[None])
    np.testing.assert_array_equal(mapped[0], wanted[0])


@on("torch")
def test_torch_differentiates_modules(name: str) -> None:
    import torch

    module = defined(emit("ii,ij->j", "array_api"))
    x, w = (torch.tensor(whole(s, "f8", 1), requires_grad=True) for s in ((3, 3), (3, 2)))
    assert torch.autograd.gradcheck(module["forward"], (x, w))


def test_a_module_imports_no_library() -> None:
    text = emit("ij,jk->ik", "array_api", bare=True)
    assert "\nimport " not in text
    assert "needs a library of the array API" in text
