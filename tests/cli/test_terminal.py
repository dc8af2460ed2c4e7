"""What a terminal shows: its width, progress, suggestions and completion."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import time

import pytest

from einsum_grad.cli import main
from einsum_grad.cli.entry import program
from einsum_grad.explain.text.layout import columns
from einsum_grad.progress import progress

Capture = pytest.CaptureFixture[str]
ESCAPE = re.compile(r"\x1b\[[0-9]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, width: int, *arguments: str) -> list[str]:
    """The lines on a terminal of `width` columns, without colours."""
    out = Terminal()
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "stdout", out)
    main(arguments)
    monkeypatch.undo()
    return ESCAPE.sub("", out.getvalue()).rstrip("\n").split("\n")


LONG = (
    ["explain", "bhqd,bhkd,bhkv->bhqv", "--sizes", "b=2,h=8,q=512,k=512,d=64,v=64"],
    ["explain", "bhqd,bhkd->bhqk", "--derive"],
    ["explain", "batch rows columns, rows columns out -> batch out", "--notation", "named"],
    ["explain", "ab,bc,cd,de,ef,fg,gh,hi,ij,jk,kl->al", "--wrt", "5"],
    ["hessian", "ik,jk,il,jl->", "--wrt", "0+2"],
    ["check", "ij,jk->ik", "--guess", "ik,kj->ij", "--wrt", "0"],
    ["certify", "ij,jk->ik"],
)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("arguments", LONG, ids=" ".join)
def test_no_line_is_wider_than_the_terminal(
    arguments: list[str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A single word may be: a factor with four names, a caret's line.
    for line in shown(monkeypatch, width, *arguments):
        assert columns(line) <= width or len(line.split()) <= 2, line


@pytest.mark.parametrize("arguments", LONG, ids=" ".join)
def test_wrapping_loses_no_word(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    narrow, wide = (
        "".join("".join(shown(monkeypatch, width, *arguments)).split()) for width in (60, 2000)
    )
    left_side = r"∂?[A-Z]\[[^]]*\]="  # --derive omits one that stands above
    assert re.sub(left_side, "", narrow) == re.sub(left_side, "", wide)


def test_a_pipe_has_100_columns(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["explain", "bij,jk->ik", "--wrt", "0"]) == 0
    assert "dX[b,i,j] = Σ_k  dZ[i,k] · W[j,k]      put dZ in the" in capsys.readouterr().out


def test_gradients_are_separated_by_blank_lines(capsys: Capture) -> None:
    assert main(["explain", "ab,bc,cd->ad", "--sizes", "a=2,b=2,c=2,d=2"]) == 0
    paragraphs = capsys.readouterr().out.split("\n\n")
    assert [part[:2] for part in paragraphs] == ["Z[", "dZ", "dA", "dB", "dC", "al"]


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["expain", "ij"], "did you mean explain?"),
        (["explain", "ij", "--shpaes", "2x3"], "did you mean --shapes?"),
        (["explain", "ij", "--size=3"], "did you mean --sizes?"),
        (["certify", "ij", "--trails", "3"], "did you mean --trials?"),
        (["--verson"], "did you mean --version?"),
        (["qqq"], "the commands are explain, draw, emit,"),
    ],
)
def test_what_was_probably_meant_is_told(arguments: list[str], meant: str, capsys: Capture) -> None:
    assert main(arguments) == 2
    assert meant in capsys.readouterr().err


def test_nothing_is_suggested_for_a_word_unlike_all(capsys: Capture) -> None:
    assert main(["explain", "ij", "--qqq"]) == 2
    assert "did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize("command", program()[1])
def test_help_begins_with_an_example(command: str, capsys: Capture) -> None:
    assert main([command, "--help"]) == 0
    first, second, *_ = capsys.readouterr().out.split("\n")
    assert first == "examples:"
    assert f"{second} ".startswith(f"  einsum-grad {command} ") or command == "completion"


def told_while(seconds: float, monkeypatch: pytest.MonkeyPatch, err: io.StringIO) -> str:
    monkeypatch.setattr("einsum_grad.progress._DELAY", 0.02)
    monkeypatch.setattr(sys, "stderr", err)
    with progress("searching"):
        time.sleep(seconds)
    return err.getvalue()


def test_progress_is_told_and_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_while(0.2, monkeypatch, Terminal())
    assert told.startswith("\rsearching ... 0 s")
    assert told.endswith(f"\r{' ' * len('searching ... 0 s')}\r")


def test_what_is_quick_has_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_while(0, monkeypatch, Terminal()) == ""


def test_a_pipe_has_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_while(0.1, monkeypatch, io.StringIO()) == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("einsum-grad exp", ["explain"]),
        ("einsum-grad explain --sha", ["--shapes"]),
        ("einsum-grad emit --target ein", ["einops"]),
        ("einsum-grad hessian --not", ["--notation"]),
        ("einsum-grad completion f", ["fish"]),
    ],
)
def test_bash_completes(line: str, expected: list[str], capsys: Capture) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    assert main(["completion", "bash"]) == 0
    words = line.split()
    script = (
        f"{capsys.readouterr().out}\nCOMP_WORDS=({' '.join(words)})\n"
        f'COMP_CWORD={len(words) - 1}\n_einsum_grad\necho "${{COMPREPLY[@]}}"\n'
    )
    ended = subprocess.run(
        [bash, "-u", "-c", script], capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert (ended.stdout.split(), ended.stderr) == (expected, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_option_is_completed(shell: str, capsys: Capture) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for command, parser in program()[1].items():
        assert command in script
        for option in parser.option_strings():
            written = option.lstrip("-") if shell == "fish" else option
            assert written in script
    if executable := shutil.which(shell):
        subprocess.run([executable, "-n"], input=script, text=True, check=True, timeout=60)
