"""The command line as a whole: exit codes, streams, and what is imported."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import einsum_grad
from einsum_grad.cli import main

COMMAND = [sys.executable, "-m", "einsum_grad"]


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    options = {"stdin": subprocess.DEVNULL, **options}
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        **options,
    )


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"einsum-grad {einsum_grad.__version__}\n"


def test_without_a_command_the_help_is_a_diagnostic(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("examples:\n  einsum-grad explain")


@pytest.mark.parametrize("command", [[], ["explain"], ["draw"], ["emit"], ["check"], ["serve"]])
def test_help_is_a_result_with_examples(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--help"]) == 0
    captured = capsys.readouterr()
    assert "examples:" in captured.out
    assert captured.out.isascii()
    assert captured.err == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["expain", "ij"],
        ["explain"],
        ["explain", "ij", "--nope"],
        ["explain", "ij", "--js"],  # no abbreviations: a new option would break them
        ["explain", "ij", "--wrt", "1"],
        ["explain", "ij", "--wrt", "-1"],
        ["explain", "ij", "--wrt", ""],
        ["explain", "ij", "--wrt", "0,0"],
        ["explain", "ij", "--sizes", "i=-1"],
        ["explain", "ij", "--sizes", "i=1.5"],
        ["explain", "ij", "--sizes", "i=1_0"],
        ["explain", "ij", "--sizes", "i=" + "9" * 5000],
        ["explain", "ij", "--sizes", "i=1,i=2"],
        ["explain", "ij", "--sizes", "i"],
        ["explain", "ij", "--sizes", "=3"],
        ["explain", "ij", "--sizes", "k=3"],
        ["explain", "ij", "--shapes", "2xx3"],
        ["explain", "ij", "--shapes", ""],
        ["explain", "ij", "--notation", "tensors"],
        ["explain", "ij", "--target", "fortran"],
        ["explain", "ij", "--itemsize", "0"],
        ["explain", "ij", "-", "jk"],
        ["emit", "ij", "jk"],
        ["emit", "ij", "--target", "fortran"],
        ["check", "ij", "--target", "fortran"],
        ["check", "ij", "--trials", "0"],
    ],
)
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "einsum-grad" in captured.err


@pytest.mark.parametrize("command", ["explain", "emit", "check"])
@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("ij->z", "einsum-grad: the output has z, which no operand has"),
        ("i.j", "einsum-grad: an ellipsis is three dots in a row: ...\n    i.j\n     ^\n"),
        ("i\x00", "einsum-grad: "),
        ("\x9bij", "einsum-grad: \\x9b "),
        ("i" * 200_000, "einsum-grad: the pattern has 200000 characters"),
    ],
)
def test_a_refused_pattern_ends_with_1(
    command: str, pattern: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, pattern]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(message)


@pytest.mark.parametrize("command", ["explain", "emit", "check"])
def test_shapes_that_do_not_fit_end_with_1(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "ij,jk->ik", "--shapes", "2x3,4x5"]) == 1
    assert "disagree" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["explain", "emit", "check"])
def test_a_pattern_may_begin_with_an_arrow(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "->"]) == 0
    assert main([command, "->i", "--sizes", "i=3"]) == 0
    assert main([command, "--sizes", "i=3", "--", "->i"]) == 0
    assert main([command, "-->i"]) == 1
    captured = capsys.readouterr()
    assert "the arrow is written ->" in captured.err
    assert "    -->i\n    ^" in captured.err


def test_an_arrow_taken_by_the_shell_gets_a_hint(tmp_path: Path) -> None:
    command = f"{' '.join(COMMAND)} explain ij,jk->ik"
    ended = subprocess.run(
        ["sh", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert ended.returncode == 1
    assert "quote the pattern" in ended.stderr
    assert (tmp_path / "ik").read_text() == ""


ABSENT = [
    (["--version"], {"numpy", "lark", "einops", "opt_einsum", "json", "einsum_grad.plan"}),
    (["explain", "--help"], {"numpy", "lark", "einsum_grad.plan"}),
    (["explain", "bij,jk->ik"], {"numpy", "einops", "opt_einsum", "einsum_grad.emit.request"}),
    (["explain", "ab,bc,cd->ad", "--json"], {"numpy", "opt_einsum"}),
    (["explain", "bij,jk->ik", "--derive"], {"numpy", "einops", "opt_einsum"}),
    (["explain", "bij,jk->ik", "--code"], {"numpy", "einops", "opt_einsum"}),
    (["explain", "bij,jk->ik", "--html"], {"numpy", "einops", "opt_einsum", "http.server"}),
    (["draw", "bij,jk->ik"], {"numpy", "einops", "opt_einsum", "http.server"}),
    (["emit", "bij,jk->ik"], {"numpy", "einops", "opt_einsum", "einsum_grad.explain.request"}),
]
"""Arguments, and the modules that these must not import."""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each command needs a process of its own")
def test_only_what_is_needed_is_imported() -> None:
    script = f"""
import os, sys
from einsum_grad.cli import main
for arguments, absent in {ABSENT}:
    child = os.fork()
    if not child:
        failed = main(arguments)
        os._exit(failed or not absent.isdisjoint(sys.modules))
    assert os.waitpid(child, 0)[1] == 0, arguments
"""
    subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.DEVNULL, check=True, timeout=120
    )


def test_a_closed_pipe_is_quiet() -> None:
    command = f"yes 'bij,jk->ik' | head -500 | {' '.join(COMMAND)} explain - | head -1"
    ended = subprocess.run(
        ["bash", "-c", f"{command}; exit ${{PIPESTATUS[2]}}"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert ended.stdout == "# bij,jk->ik\n"
    assert ended.stderr == ""
    assert ended.returncode == 141


def test_a_pipe_closed_at_the_last_flush_is_quiet() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        ended = subprocess.run(
            [*COMMAND, "explain", "ij"],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    assert ended.stderr == b""
    assert ended.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*COMMAND, "explain", "ij"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=120,
        )
    assert ended.stderr == b"einsum-grad: No space left on device\n"
    assert ended.returncode == 1


@pytest.mark.skipif(os.name != "posix", reason="closes a descriptor as a shell does")
@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-"])
def test_closed_streams_are_no_crash(closed: str) -> None:
    ended = subprocess.run(
        ["sh", "-c", f"{' '.join(COMMAND)} explain - {closed}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_an_interrupt_is_quiet() -> None:
    # A background job ignores the signal, and so would its children.
    heeding = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    script = f"{heeding}from einsum_grad.cli import main; sys.exit(main(['explain', '-']))"
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"i\n" * 20_000)  # enough that output starts before the end
        process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        try:
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
        assert errors == b""
        assert process.returncode == 130


HOSTILE = ["\x1b[2J", "\x07", "\r", "\nFAKE", "\x7f", "\x9b31m", "\u2028", "\u202e", "\udcff"]

ECHOED = [
    ["{}"],
    ["explain", "i", "--{}"],
    ["explain", "i", "i{}j"],
    ["explain", "i{}j", "i", "--json"],
    ["explain", "i{}j", "--color", "--derive"],
    ["explain", "i j", "k{}", "--notation", "named", "--latex"],
    *(
        [command, "i", option, value]
        for command in ("explain", "emit", "check", "certify", "jacobian", "hessian")
        for option, value in {
            "--wrt": "{}",
            "--sizes": "i{0}=1,i{0}=2",
            "--shapes": "2x{}",
            "--notation": "{}",
        }.items()
    ),
    ["emit", "i", "--sizes", "i{}=2"],
    ["emit", "i", "--target", "{}"],
    ["emit", "i{}"],
    ["emit", "i->", "-o", "missing{}/file"],
    ["explain", "i,i,i->", "--optimize", "{}"],
    ["explain", "i,i,i->", "--optimize", "0-{}"],
    ["check", "i{}j", "i"],
    ["check", "i", "--trials", "{}"],
    ["check", "i,i->", "--wrt", "0", "--guess", "i{}"],
    ["certify", "i{}"],
    ["certify", "missing{}.py"],
    ["certify", "missing{}", "--file"],
    ["certify", "i", "--numbers", "{}"],
    ["jacobian", "i{}j", "i", "--wrt", "0"],
    ["hessian", "i{}j", "--wrt", "0"],
    ["explain", "i", "--names", "{}"],
    ["explain", "i{}j", "i", "--html"],
    ["draw", "i{}"],
    ["draw", "i", "-o", "missing{}/file"],
    ["completion", "{}"],
    ["serve", "--port", "{}"],
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("arguments", ECHOED, ids=" ".join)
def test_echoed_arguments_are_escaped(
    arguments: list[str], hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main([argument.format(hostile) for argument in arguments])
    captured = capsys.readouterr()
    told = re.sub(r"\x1b\[\d*m" if "--color" in arguments else "$", "", captured.out + captured.err)
    assert all(char.isprintable() for char in told.replace("\n", ""))
    assert not any(line.startswith("FAKE") for line in told.splitlines())


@pytest.mark.parametrize("hostile", [hostile for hostile in HOSTILE if hostile != "\nFAKE"])
@pytest.mark.parametrize("command", ["explain", "check", "explain --json", "jacobian --wrt 0"])
def test_echoed_lines_of_standard_input_are_escaped(
    command: str,
    hostile: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"i{hostile}j\ni,i->\n{hostile}\n"))
    is_label = hostile in ("\u2028", "\u202e")
    assert main([*command.split(), "-"]) == (0 if is_label else 1)
    captured = capsys.readouterr()
    assert all(char.isprintable() for char in (captured.out + captured.err).replace("\n", ""))
    told = captured.out if is_label else captured.err
    assert hostile.encode("unicode_escape").decode() in told


def test_ordinary_letters_are_readable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "αé,é軸", "αé,é軸->軸"]) == 0
    assert capsys.readouterr().out.startswith("# αé,é軸\n")
    assert main(["explain", "軸->ß"]) == 1
    assert "the output has ß, which no operand has" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_without_the_symbols_gets_ascii(encoding: str) -> None:
    ended = subprocess.run(
        [*COMMAND, "explain", "αi,ij->αj"],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert ended.stderr == b""
    told = ended.stdout.decode("ascii")
    assert told.startswith("Z[\\u03b1,j] = sum_i  X[\\u03b1,i] * W[i,j]\n")


def test_diagnostics_work_in_ascii() -> None:
    ended = subprocess.run(
        [*COMMAND, "explain", "αi->β"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 1
    assert b"the output has \\u03b2" in ended.stderr


def test_undecodable_arguments_are_refused() -> None:
    ended = subprocess.run(
        [*COMMAND, "explain", b"\xff->i"], capture_output=True, check=False, timeout=120
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(b"einsum-grad: \\udcff")
    assert b"Traceback" not in ended.stderr
