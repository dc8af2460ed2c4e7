"""Modules of other libraries than NumPy are certified on their own arrays, in double precision."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from einsum_grad import Certificate, certify_module, compile, emit
from einsum_grad.errors import ArgumentError, MissingLibraryError
from tests.certify.modules import EVERY, MODULES, library
from tests.strategies import Case, cases
from tests.tries import tries


def told(certificate: Certificate) -> list[str]:
    return [str(finding) for finding in certificate.findings]


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("numbers", [None, "real", "complex", ("real", "complex")])
def test_right_modules_are_right(name: str, numbers: Any) -> None:
    certificate = certify_module(MODULES[library(name)], numbers=numbers)
    assert certificate.is_right, str(certificate)
    assert certificate.library == {"torch": "PyTorch", "jax": "JAX", "array_api": "NumPy"}[name]
    both = ("complex128", "float64")
    assert certificate.dtypes == {None: both, "real": both[1:]}.get(numbers, both[:1])
    assert certificate.degree == 3
    assert certificate.bound < 1e-17


@pytest.mark.oracle
@pytest.mark.parametrize(("target", "count"), [("torch", 200), ("jax", 25), ("array_api", 100)])
def test_right_modules_of_random_patterns_are_right(target: str, count: int) -> None:
    library(target)

    @settings(max_examples=tries(count))
    @given(cases(), st.sampled_from((None, "real", "complex")), st.booleans())
    def check(case: Case, numbers: str | None, bound: bool) -> None:
        assume(0 not in case.given.values())
        given: Any = {"sizes": case.given, "shapes": case.shapes if bound else None}
        certificate = certify_module(emit(case.letters, target, **given), numbers=numbers)
        assert certificate.is_right, str(certificate)
        f = compile(case.letters, target=target, **given)
        assert (certificate := f.certify(numbers=numbers or "real")).is_right, str(certificate)

    check()


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("return dx, dw", "return 2 * dx, dw", "dX is WRONG: it is 2 times what it should be"),
        ("return dx, dw", "return dx, dw / 3", "dW is WRONG: it is 1/3 of what it should be"),
        ("return dx, dw", "return dw, dx", "dX is WRONG: it has shape (3, 4), but should have"),
        ("return dx, dw", "return dx", "dX is WRONG: backward returns something of type"),
        ("return dx, dw", "return (dx,)", "dX is WRONG: backward returns 1 gradients, but should"),
        ("return dx, dw", "return dx.T.T, 1.0", "dW is WRONG: it is of type float, and no array"),
        ("return dx, dw", "return dx + x, dw", "dX is WRONG: 6 of 6 entries differ"),
        ("return dx, dw", "return dx + 1e-9, dw", "dX is WRONG: 6 of 6 entries differ"),
        ("return dx, dw", "raise SystemExit", "dX is WRONG: backward raises SystemExit"),
        ("return dx, dw", "return dx * (5 - w.shape[1]), dw", "dX is WRONG: it is 3 times"),
        ("return dx, dw", "return dx + dx * (1e300 * 1e300), dw", "dX is WRONG: an entry is nan"),
    ],
)
def test_mistakes_are_described(name: str, before: str, after: str, finding: str) -> None:
    text = MODULES[library(name)].replace(before, after)
    wrong = [line for line in told(certify_module(text)) if "WRONG" in line]
    assert wrong[0].startswith(finding), wrong


@pytest.mark.parametrize("name", [param for param in EVERY if param.values != ("jax",)])
def test_a_lost_conjugation_is_found(name: str) -> None:
    text = MODULES[library(name)]
    for lost in ("torch.conj(w)", "conj(w)"):
        text = text.replace(lost, "(w)")
    assert [line[:12] for line in told(certify_module(text))] == [
        "Z is right: ",
        "dX is WRONG:",
        "dW is right:",
    ]
    assert certify_module(text, numbers="real").is_right


@pytest.mark.oracle
def test_code_that_is_wrong_for_real_numbers_alone_is_found() -> None:
    text = MODULES[library("torch")].replace(
        "return dx, dw", "return (dx if dx.is_complex() else -dx), dw"
    )
    assert told(certify_module(text))[1] == "dX is WRONG: it is -1 times what it should be"
    assert certify_module(text, numbers="complex").is_right


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("return dx, dw", "return (4 * dx).round() / 4, dw", "6 of 6 entries differ, [0,0] the"),
        ("return dx, dw", "return dx.numpy(), dw", "it is of type ndarray, and no array of PyT"),
        ("return dx, dw", "return dx.float(), dw", "it has dtype torch.float32, whatever"),
        ("return dx, dw", "return dx.float().double(), dw", "6 of 6 entries differ, [0,0]"),
        ("return dx, dw", "dz.mul_(2); return dx, dw", "backward writes to its operands"),
        ("return dx, dw", "return dx.nothing, dw", "backward raises AttributeError"),
    ],
)
def test_mistakes_with_tensors_are_described(before: str, after: str, finding: str) -> None:
    text = MODULES[library("torch")].replace(before, after)
    (_, line, *_) = told(certify_module(text, numbers="real"))
    assert line.startswith(f"dX is WRONG: {finding}"), line


@pytest.mark.parametrize("name", EVERY)
def test_a_division_is_right_if_it_is_exact(name: str) -> None:
    text = MODULES[library(name)]
    assert certify_module(text.replace("return dx, dw", "return dx / 2 * 2, dw")).is_right
    thirds = told(certify_module(text.replace("return dx, dw", "return dx / 3 / 5 * 15, dw")))
    assert thirds[1].startswith("dX is WRONG: it differs in the last digits alone")


@pytest.mark.parametrize("name", EVERY)
def test_a_function_that_repeats_others_is_held_against_them(name: str) -> None:
    apply = "\n\ndef apply(x, w):\n    return {}forward(x, w)\n"
    fused = (
        "\n\ndef value_and_gradients(dz, x, w):\n    dx, dw = backward(dz, x, w)\n"
        "    return forward(x, w), (dx, {}dw)\n"
    )
    for text, title in ((apply, "apply"), (fused, "the one pass for all")):
        whole = MODULES[library(name)] + text
        assert told(certify_module(whole.format("")))[3].startswith(f"{title} is right")
        assert told(certify_module(whole.format("2 * ")))[3].startswith(f"{title} is WRONG: it is ")


@pytest.mark.parametrize("name", EVERY)
def test_consistent_mistakes_in_output_and_gradients_are_found(name: str) -> None:
    text = MODULES[library(name)].replace("matmul(x, w)", "matmul(3 * x, w)")
    text = text.replace("return dx, dw", "return 3 * dx, 3 * dw")
    assert [line[:12] for line in told(certify_module(text))] == [
        "Z is WRONG: ",
        "dX is WRONG:",
        "dW is WRONG:",
    ]


@pytest.mark.oracle
def test_jax_keeps_the_precision_of_the_process() -> None:
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    for wide in (False, True):
        jax.config.update("jax_enable_x64", wide)
        try:
            assert certify_module(MODULES["jax"]).is_right
            assert jax.numpy.ones(()).dtype == ("float64" if wide else "float32")
        finally:
            jax.config.update("jax_enable_x64", before)


@pytest.mark.oracle
def test_jax_need_not_have_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    jax = pytest.importorskip("jax")

    def refuse(name: str) -> Any:
        raise RuntimeError(f"unknown backend {name}")

    monkeypatch.setattr(jax, "devices", refuse)
    assert certify_module(MODULES["jax"]).is_right


@pytest.mark.oracle
def test_torch_keeps_its_default_device_and_dtype() -> None:
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        assert certify_module(MODULES["torch"]).is_right
        assert torch.zeros(()).device.type == "meta"


def test_too_many_operands_are_refused_by_name() -> None:
    terms = ",".join("ij" for _ in range(16))
    text = MODULES["array_api"]
    with pytest.raises(ArgumentError, match="products of 16 numbers in NumPy's double precision"):
        certify_module(text, f"{terms}->ij")
    with pytest.raises(ArgumentError, match="certify fewer operands at once, smaller sizes"):
        certify_module(text, "ij,jk->ik", sizes={"i": 2**25, "j": 2**25})


@pytest.mark.parametrize(("name", "spelled"), [("torch", "PyTorch"), ("jax", "JAX")])
@pytest.mark.parametrize("imports", [True, False])
def test_a_missing_library_is_named(
    name: str, spelled: str, imports: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    text = MODULES[name].replace("import jax.numpy as jnp", "import jax")
    if not imports:
        told = f"The output, which {spelled} differentiates."
        text = f'{text.replace(f"import {name}", "")}\n\ndef apply(x, w):\n    """{told}"""\n'
    with pytest.raises(MissingLibraryError, match=f"{name} isn't installed: pip install {name}"):
        certify_module(text)


def test_another_library_is_refused_by_name() -> None:
    text = MODULES["torch"].replace("import torch", "import cupy as torch")
    with pytest.raises(ArgumentError, match="imports cupy, for which certify has no exact numbers"):
        certify_module(text)
