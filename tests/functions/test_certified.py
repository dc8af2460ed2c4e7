"""Modules are certified from their text, whatever its origin, and compiled functions directly."""

from __future__ import annotations

import itertools
import textwrap
from typing import Any

import numpy as np
import pytest

import einsum_grad as eg
from einsum_grad import Certificate, certify_module, emit
from einsum_grad.errors import ArgumentError, ArgumentTypeError, PatternError
from einsum_grad.functions.certified import certified
from tests.emit.libraries import EVERY
from tests.programs import special, text_of


def only_finding(certificate: Certificate) -> str:
    (finding,) = certificate.findings
    assert not certificate.is_right
    return str(finding)


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize(
    ("pattern", "options"),
    [
        ("bij,jk->ik", {}),
        ("...ij,jk->...ik", {}),
        ("i->iib", {"sizes": {"b": 3}}),
        ("ij,ij->ij", {"shapes": [(2, 3), (1, 3)]}),
        ("ij,jk->ik", {"numbers": "complex"}),
        ("...d,aa,dd->...", {"numbers": "complex"}),
        ("ab,bc,cd->ad", {"wrt": (2, 0)}),
        ("αβ,βγ->αγ", {}),
        ("batch i, i j -> batch j", {"notation": "named"}),
        (",->", {}),
    ],
)
def test_what_emit_writes_is_right(pattern: str, options: dict[str, Any], target: str) -> None:
    certificate = certify_module(emit(pattern, target, **options))
    assert certificate.is_right, str(certificate)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def forward(", "SyntaxError: '(' was never closed"),
        ("import os", "ImportError: generated code does not import os"),
        ("open('/etc/passwd')", "NameError: name 'open' is not defined"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("def forward(x):\n    return x", "NameError: it does not define backward"),
        ("backward = 1", "NameError: it does not define forward"),
        # Before Python 3.11.4 it is a ValueError, not a SyntaxError.
        ("\0", "source code string cannot contain null bytes"),
        ("'\udc80'", "UnicodeEncodeError: 'utf-8' codec"),
    ],
)
def test_a_module_that_cannot_be_loaded_is_a_finding(text: str, found: str) -> None:
    certificate = certify_module(f'"""The einsum i->i and its gradients."""\n{text}\n')
    told = only_finding(certificate)
    assert told.startswith("the module is WRONG: it can't be loaded: ")
    assert found in told
    assert certificate.to_dict()["is_right"] is False


@pytest.mark.parametrize("numbers", ["real", "complex"])
@pytest.mark.parametrize(
    ("pattern", "size"),
    [("ij,ij->ij", 4096), ("ij->ji", 4096), ("ab,bd->", 2048), ("aebf,dfce->abcd", 48)],
)
def test_modules_of_large_arrays_are_right_with_helpers_of_their_own(
    pattern: str, size: int, numbers: str
) -> None:
    sizes = dict.fromkeys(filter(str.isalpha, pattern), size)
    text = emit(pattern, sizes=sizes, numbers=numbers, blocked=True)
    assert certify_module(text).is_right
    assert eg.compile(pattern, sizes=sizes).certify(numbers=numbers).is_right


@pytest.mark.parametrize(
    ("pattern", "line", "spoiled"),
    [
        (
            "ij,ij->ij",
            "        np.multiply(x_part, w_part, out=z_part)",
            "        z_part[...] = x_part",
        ),
        (
            "ij,ij->ij",
            "        np.multiply(x_part, dz_part, out=dw_part)",
            "        dw_part[...] = 0",
        ),
        (
            "ij,ij->",
            "        z_part = multiplied(left, right)",
            "        z_part = multiplied(left, left)",
        ),
        ("ij,ij->ij", "    return z, (dx, dw)", "    return z, (dx,)"),
        ("ij,ij->ij", "    return z, (dx, dw)", "    return z"),
    ],
)
def test_the_function_that_does_all_in_one_pass_is_certified_too(
    pattern: str, line: str, spoiled: str
) -> None:
    text = emit(pattern, sizes={"i": 4096, "j": 4096}, blocked=True)
    before, together, after = text.partition("def value_and_gradients(")
    assert line in after
    certificate = certify_module(f"{before}{together}{after.replace(line, spoiled, 1)}")
    (wrong,) = (finding for finding in certificate.findings if not finding.is_right)
    assert wrong.name == "the one pass for all"


def test_a_helper_is_run_as_it_stands_in_the_file() -> None:
    text = emit("ij,ji->ij", sizes={"i": 4096, "j": 4096}, blocked=True)
    assert "def copied(" in text
    spoiled = text.replace(
        "def copied(", "def copied(array):\n    return 2 * array\n\n\ndef plain("
    )
    assert not certify_module(spoiled).is_right


def test_a_module_by_hand_is_certified() -> None:
    text = textwrap.dedent('''
        """The einsum ij,jk->ik and its gradients."""

        import numpy as np

        def forward(a, b):
            return np.einsum("ij,jk", a, b)

        def backward(g, a, b):
            """Return the gradients."""
            return g @ b.T, a.T @ g
    ''')
    assert certify_module(text).is_right
    assert not certify_module(text.replace("a.T @ g", "g.T @ a")).is_right


@pytest.mark.parametrize("taken", ["(dz * w.conj()).real", "np.real(dz * w.conj())"])
def test_real_parts_are_taken_of_real_operands(taken: str) -> None:
    text = emit("i,i->i", numbers="complex").replace("dz * w.conj()", taken)
    assert taken in text
    assert not certify_module(text).is_right
    assert certify_module(text, numbers=("real", "complex")).is_right
    assert not certify_module(text.replace("real", "imag"), numbers=("real", "complex")).is_right
    assert not certify_module(text.replace("w.conj()", "w"), numbers=("real", "complex")).is_right


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + emit("i->").encode(),
        b"# coding: latin-1\n" + emit("i->").encode("latin-1", "replace"),
        emit("i->").replace("\n", "\r\n").encode(),
    ],
)
def test_bytes_are_decoded_as_python_does(text: bytes) -> None:
    assert certify_module(text).is_right


def test_bytes_that_are_no_text_are_a_finding() -> None:
    found = only_finding(certify_module(b"\xff\xfe\x00"))
    assert found.startswith("the module is WRONG: it can't be loaded: SyntaxError")


def test_a_given_pattern_overrides_the_docstring() -> None:
    text = emit("ij,jk->ik")
    assert certify_module(text, "xy,yz->xz").is_right
    assert certify_module(text, "row y, y z -> row z", notation="named").is_right
    assert not certify_module(text, "ij,jk->ki").is_right
    with pytest.raises(PatternError):
        certify_module(text, "ij,jk->iz")


def test_a_module_without_docstrings_needs_a_pattern() -> None:
    text = "def forward(x):\n    return x\n\ndef backward(dz, x):\n    return (dz,)\n"
    with pytest.raises(ArgumentError, match="does not state its einsum"):
        certify_module(text)
    assert certify_module(text, "ijk->ijk").is_right


def test_wrt_says_which_gradients_are_returned() -> None:
    text = emit("ij,ij->ij", wrt=1).replace("the gradients (dw,)", "something")
    assert not certify_module(text).is_right
    assert certify_module(text, wrt=1).is_right
    assert not certify_module(text, wrt=0).is_right


@pytest.mark.parametrize("target", EVERY)
@pytest.mark.parametrize("numbers", ["real", "complex"])
@pytest.mark.parametrize("pattern", ["bij,jk->ik", "...i,i->...", "ab,bc,cd,de->ae", "ii->"])
def test_a_compiled_function_is_right(pattern: str, numbers: str, target: str) -> None:
    certificate = eg.compile(pattern, target=target).certify(trials=2, numbers=numbers)
    assert certificate.is_right, str(certificate)
    once = eg.compile(pattern, target=target).certify(numbers=numbers)
    assert certificate.trials == 2 * once.trials


def test_sizes_for_the_order_of_contraction_are_not_those_of_the_certificate() -> None:
    f = eg.compile("ij,jk->ik", sizes={"i": 10**6})
    assert f.certify().shapes == (((2, 3), (3, 4)), ((3, 4), (4, 2)))
    assert f.certify({"i": 5}).shapes[0] == ((5, 2), (2, 3))


@pytest.mark.parametrize("numbers", ["real", "complex", ("complex", "real")])
def test_the_module_is_the_one_of_a_call(
    numbers: str | tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[str] = []

    def noted(text: str, name: str) -> Any:
        run.append(text)
        return certified(text, name)

    monkeypatch.setattr("einsum_grad.functions.compiled_pattern.certified", noted)
    f = eg.compile("ij,ij->ij")
    small, large = (2, 3), (2000, 1000)
    for sizes in (small, large):
        assert f.certify(dict(zip("ij", sizes, strict=True)), numbers=numbers).is_right
    called = []
    for shape in (small, large):
        array = np.ones(shape, float if numbers == "real" else complex)
        f(array, array)
        called.append(text_of(special(f._specializations, array, array)))
    assert run == called
    assert "in_blocks" in run[1]
    assert "in_blocks" not in run[0]


@pytest.mark.parametrize("pattern", ["ij,ij->ij", "i,ij,j->", "ii,ij->j", "ab,cd->ab"])
@pytest.mark.parametrize(
    ("before", "after"),
    [("max(length, 1), step)", "max(length - step, 1), step)"), ("start + step)", "start + 1)")],
)
def test_blocks_that_are_left_out_are_found(pattern: str, before: str, after: str) -> None:
    sizes = dict.fromkeys(filter(str.isalpha, pattern), 3000)
    text = emit(pattern, sizes=sizes, blocked=True)
    assert certify_module(text).is_right
    assert before in text
    assert not certify_module(text.replace(before, after)).is_right


@pytest.mark.parametrize("name", ["in_blocks", "summed_in_blocks"])
def test_blocks_of_small_arrays_are_two(name: str) -> None:
    # The gradient by the last operand is a sum over blocks.
    module = certified(emit("bi,bi,i->bi", sizes={"b": 2000, "i": 1000}, blocked=True), "blocks")
    seen = []

    def work(part: slice) -> np.float64:
        seen.append(part)
        return np.float64(1)

    module.__dict__[name](work, 6, 320)
    assert sorted((part.start, part.stop) for part in seen) == [(0, 3), (3, 6)]


def test_sizes_that_take_long_are_not_run() -> None:
    f = eg.compile("ij,jk->ik")
    assert f.certify({"i": 4000, "j": 4000, "k": 1}).shapes[0] == ((2, 3), (3, 1))
    assert f.certify({"i": 30, "j": 20, "k": 1}).shapes == (((30, 20), (20, 1)),)


def test_a_large_size_in_the_code_is_run_at() -> None:
    assert eg.compile("i->ib", sizes={"b": 20_000}).certify().is_right


def test_a_size_of_the_output_alone_is_that_of_the_function() -> None:
    f = eg.compile("i->ib", sizes={"b": 3})
    assert f.certify().is_right
    assert f.certify({"b": 3}).is_right
    with pytest.raises(ArgumentError):
        f.certify({"b": 2})


def test_what_broadcasts_in_the_shapes_broadcasts_in_the_certificate() -> None:
    certificate = eg.compile("i,i->", shapes=[(3,), (1,)]).certify()
    assert certificate.is_right
    assert certificate.shapes == (((2,), (1,)), ((3,), (1,)))


def test_invalid_numbers_and_sizes_are_refused() -> None:
    f = eg.compile("i->")
    with pytest.raises(ArgumentError, match="numbers is one of"):
        f.certify(numbers="quaternion")
    with pytest.raises(ArgumentTypeError):
        f.certify(sizes=[2])  # type: ignore[arg-type]  # that is the test


def test_a_chain_of_many_operands_is_certified() -> None:
    labels = [f"x{number}" for number in range(61)]
    terms = ", ".join(f"{a} {b}" for a, b in itertools.pairwise(labels))
    certificate = eg.compile(f"{terms} -> {labels[0]} {labels[-1]}", notation="named").certify()
    assert certificate.is_right
    assert certificate.degree == 61
