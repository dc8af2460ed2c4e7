"""`einsum-grad certify`: patterns and files, their verdicts and exit codes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from einsum_grad import emit
from einsum_grad.cli import main
from einsum_grad.emit.derivative import emit_derivative
from einsum_grad.plan import Pattern, derivative
from tests.emit.libraries import EVERY

Capture = pytest.CaptureFixture[str]


def written(folder: Path, *arguments: str) -> Path:
    """A module that `emit` wrote."""
    path = folder / "gradients.py"
    assert main(["emit", *arguments, "-o", str(path)]) == 0
    return path


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["bij,jk->ik"],
        ["bij,jk->ik", "--target", "einops", "--numbers", "complex", "--trials", "2"],
        ["i,i->", "--shapes", "3,1"],
        ["->i", "--sizes", "i=2"],
        ["ab,bc->ac", "--wrt", "1"],
        ["x x, x out -> out", "--notation", "named"],
    ],
)
def test_patterns_are_certified(arguments: list[str], capsys: Capture) -> None:
    assert main(["certify", *arguments]) == 0
    captured = capsys.readouterr()
    assert "Z is right: " in captured.out
    assert "modulo the prime 2305843009213693951" in captured.out
    assert not captured.err


def test_requested_sizes_and_shapes_are_used(capsys: Capture) -> None:
    assert main(["certify", "ij,jk->ik", "--sizes", "i=7"]) == 0
    assert capsys.readouterr().out.startswith("ij,jk->ik, shapes 7x2,2x3 and 7x3,3x2\n")
    assert main(["certify", "ij,jk->ik", "--shapes", "3x2,2x1"]) == 0
    assert capsys.readouterr().out.startswith("ij,jk->ik, shapes 3x2,2x1\n")


@pytest.mark.parametrize("target", EVERY)
def test_a_file_is_certified_and_an_edit_is_found(
    target: str, tmp_path: Path, capsys: Capture
) -> None:
    path = written(tmp_path, "ij,jk->ik", "--target", target)
    assert main(["certify", str(path)]) == 0
    edit(path, "    dx = ", "    dx = 1 / w.shape[0] * ")
    capsys.readouterr()
    assert main(["certify", str(path)]) == 1
    assert "dX is WRONG: " in capsys.readouterr().out


@pytest.mark.parametrize("target", EVERY)
def test_a_pattern_is_certified_in_code_of_a_target(target: str, capsys: Capture) -> None:
    assert main(["certify", "ij,jk->ik", "--target", target, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["is_right"] is True
    assert document["bound"] < 1e-17
    assert main(["certify", "ij,jk->ik", "--target", target, "--numbers", "complex"]) == 0


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_missing_library_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = written(tmp_path, "ij,jk->ik")
    edit(path, "import numpy as np", f"import {name} as np")
    monkeypatch.setitem(sys.modules, name, None)
    capsys.readouterr()
    assert main(["certify", str(path)]) == 1
    assert capsys.readouterr().err.endswith(f"{name} isn't installed: pip install {name}\n")


def test_a_file_is_recognised_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    written(tmp_path, "i->").rename(tmp_path / "module")
    monkeypatch.chdir(tmp_path)
    assert main(["certify", "--file", "./module"]) == 0
    assert main(["certify", "module", "--file"]) == 0
    assert main(["certify", "module"]) == 0
    one, two, pattern = (line for line in capsys.readouterr().out.splitlines() if "shapes" in line)
    assert one == two == "i->, shapes 2 and 3"
    assert pattern.startswith("module->delmou, shapes ")


@pytest.mark.parametrize("name", ["module.txt", "folder/module.pyi", "i,j"])
def test_a_file_without_the_ending_is_pointed_out(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    written(tmp_path, "i->").rename(path)
    monkeypatch.chdir(tmp_path)
    hint = "to certify the file of this name, add --file"
    refused = name != "i,j"  # a pattern is a pattern, whatever files exist
    assert main(["certify", name]) == (2 if refused else 0)
    assert (hint in capsys.readouterr().err) is refused
    assert main(["certify", name, "--file"]) == 0


@pytest.mark.parametrize("pattern", ["i/j->ij", "/", "i" * 5000, "i.j"])
def test_a_slash_makes_no_file(pattern: str, capsys: Capture) -> None:
    assert main(["certify", pattern]) == 1
    assert "No such file" not in (told := capsys.readouterr().err)
    assert "--file" not in told


def test_module_output_is_escaped(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, "ij->i")
    edit(path, "import numpy as np", 'import numpy as np\n\nprint("\\x1b[31mred\\n")')
    assert main(["certify", str(path)]) == 0
    assert capsys.readouterr().err == "\\x1b[31mred\n\n"


@pytest.mark.parametrize("escape", ["\x1b[2J", "\x9b2J", "\r", "\u2028", "\u202e"])
def test_module_docstrings_and_errors_are_escaped(
    escape: str, tmp_path: Path, capsys: Capture
) -> None:
    path = written(tmp_path, "ij->i")
    text = path.read_text(encoding="utf-8")
    for before, after in [
        ("The einsum ij->i", f"The einsum ij->{escape}i"),
        ("import numpy as np", f"import numpy as np\nraise ValueError({escape!r})"),
        ("import numpy as np", f"import numpy as np\n{escape}?"),
        ("dx = ", f"raise ValueError({escape!r})\n    dx = "),
    ]:
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8", newline="")
        for option in ([], ["--json"]):
            assert main(["certify", str(path), *option]) > 0
            captured = capsys.readouterr()
            assert escape not in (told := captured.out + captured.err)
            assert all(char.isprintable() for char in told.replace("\n", ""))


def test_json_is_one_line_of_data(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, "ij->i")
    edit(path, "import numpy as np", 'import numpy as np\n\nprint("noise")')
    assert main(["certify", str(path), "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "noise\n"
    document = json.loads(captured.out)
    assert (document["schema"], document["is_right"], document["degree"]) == (1, True, 2)


def test_a_file_without_docstring_takes_a_pattern(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path, "ij->i")
    edit(path, "The einsum", "Something")
    assert main(["certify", str(path)]) == 2
    assert "the module does not state its einsum" in capsys.readouterr().err
    assert main(["certify", str(path), "--pattern", "ij->i"]) == 0


@pytest.mark.parametrize("pattern", ["ij->i", "ij,jk,k->i", "->"])
def test_a_pattern_of_other_operands_is_wrong(
    pattern: str, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "module.py"
    path.write_text(emit("ij,jk->ik"), encoding="utf-8")
    assert main(["certify", str(path), "--pattern", pattern]) == 1
    assert "WRONG" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.py"], 1, "missing.py: No such file or directory"),
        (["/", "--file"], 1, "/: Is a directory"),
        (["ij->z"], 1, "the output has z, which no operand has"),
        (["i->", "--pattern", "i->"], 2, "--pattern states the einsum of a file"),
        (["i->", "--numbers", "whole"], 2, "numbers is one of real, complex"),
        (["i->", "--sizes", "k=2"], 2, "no label of the pattern"),
        (["i->", "--trials", "0"], 2, "this must be at least 1"),
    ],
)
def test_impossible_requests_are_explained(
    arguments: list[str], code: int, message: str, capsys: Capture
) -> None:
    assert main(["certify", *arguments]) == code
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"), [("shapes", "3"), ("target", "numpy"), ("optimize", "auto")]
)
def test_options_of_generation_do_not_go_with_a_file(
    option: str, value: str, tmp_path: Path, capsys: Capture
) -> None:
    path = written(tmp_path, "i->")
    assert main(["certify", str(path), f"--{option}", value]) == 2
    assert f"--{option} goes with a pattern" in capsys.readouterr().err


def test_numbers_are_for_all_operands_or_each(tmp_path: Path, capsys: Capture) -> None:
    assert main(["certify", "i,i->", "--numbers", "real,complex"]) == 0
    assert main(["certify", "i,i->", "--numbers", "real,complex,real"]) == 2
    assert "numbers has 3 words, but the pattern has 2 operands" in capsys.readouterr().err
    path = tmp_path / "parts.py"
    path.write_text(
        emit("i,i->i", numbers="complex").replace("dz * w.conj()", "(dz * w.conj()).real")
    )
    assert main(["certify", str(path)]) == 1
    assert main(["certify", str(path), "--numbers", "real,complex"]) == 0


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n"])
def test_a_file_is_decoded_as_python_does(before: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, "ij->i")
    path.write_bytes(before + path.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["certify", str(path)]) == 0


def test_a_module_of_a_derivative_says_so(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "jacobian.py"
    path.write_text(emit_derivative(derivative(Pattern((("i",),), ()), ((0,),))))
    assert main(["certify", str(path)]) == 2
    assert "this is the module of a Jacobian" in capsys.readouterr().err


def test_a_file_of_bytes_is_no_module(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bytes.py"
    path.write_bytes(b"\xff\xfe\x00")
    assert main(["certify", str(path)]) == 1
    assert "the module is WRONG: it can't be loaded" in capsys.readouterr().out


def test_the_module_of_an_expression_is_certified(tmp_path: Path, capsys: Capture) -> None:
    assert (
        main(["derive", "sum(tanh(A @ x))", "--given", "A: m n, x: n", "--wrt", "x", "--code"]) == 0
    )
    file = tmp_path / "module.py"
    file.write_text(capsys.readouterr().out)
    assert main(["certify", str(file)]) == 0
    assert "gradient is right: it computes what the docstring says\n" in capsys.readouterr().out
    file.write_text(file.read_text().replace("1 - ", "2 - "))
    assert main(["certify", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["is_right"] is False
    assert main(["certify", str(file), "--sizes", "n=3"]) == 2
    assert "is for an einsum, but this is the module of an expression" in capsys.readouterr().err
