"""`einsum-grad explain`."""

from __future__ import annotations

import io
import json
import shlex
import sys
from typing import Any

import pytest

from einsum_grad.cli import main
from einsum_grad.emit import emit
from einsum_grad.explain import explain

Capture = pytest.CaptureFixture[str]


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))


def test_the_explanation_is_printed(capsys: Capture) -> None:
    assert main(["explain", "bij,jk->ik"]) == 0
    assert capsys.readouterr().out == f"{explain('bij,jk->ik')}\n"


def test_options_are_the_arguments_of_explain(capsys: Capture) -> None:
    line = "--wrt 1 --sizes out=7 --shapes 2x3,3 --notation named --itemsize 2"
    assert main(["explain", "i j, j -> i out", *shlex.split(line)]) == 0
    expected = explain(
        "i j, j -> i out",
        {"out": 7},
        wrt=1,
        notation="named",
        shapes=[(2, 3), (3,)],
        itemsize=2,
    )
    assert capsys.readouterr().out == f"{expected}\n"


@pytest.mark.parametrize(
    ("written", "optimize"), [("1-2,0-1", [(1, 2), (0, 1)]), ("0-1-2", False), ("dp", "dp")]
)
def test_an_order_is_a_name_or_a_path(capsys: Capture, written: str, optimize: Any) -> None:
    sizes = {"a": 2, "b": 30, "c": 30, "d": 30}
    line = ["ab,bc,cd->ad", "--sizes", "a=2,b=30,c=30,d=30", "--optimize", written]
    assert main(["explain", *line]) == 0
    assert capsys.readouterr().out == f"{explain('ab,bc,cd->ad', sizes, optimize=optimize)}\n"
    assert main(["emit", *line]) == 0
    expected = emit("ab,bc,cd->ad", sizes=sizes, optimize=optimize)
    assert capsys.readouterr().out == expected


def test_a_shape_without_axes_is_a_scalar(capsys: Capture) -> None:
    assert main(["explain", ",i,->", "--shapes", "scalar,3,scalar", "--json"]) == 0
    operands = json.loads(capsys.readouterr().out)["operands"]
    assert [operand["shape"] for operand in operands] == [[], [3], []]


def test_several_patterns_have_headings(capsys: Capture) -> None:
    assert main(["explain", "ij->ji", "i->"]) == 0
    assert capsys.readouterr().out == (
        f"# ij->ji\n{explain('ij->ji')}\n\n# i->\n{explain('i->')}\n"
    )


def test_patterns_are_read_from_stdin(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin(monkeypatch, b"\xef\xbb\xbfij->ji\r\n\n  # a comment\n   i->\n")
    assert main(["explain", "-"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"# ij->ji\n{explain('ij->ji')}\n\n# i->\n{explain('i->')}\n"
    assert captured.err == ""


def test_a_refused_line_is_named_by_its_number(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stdin(monkeypatch, b"# patterns\n\nij->z\ni->\n\xff\n")
    assert main(["explain", "-"]) == 1
    captured = capsys.readouterr()
    assert captured.out == f"# i->\n{explain('i->')}\n"
    told = [line for line in captured.err.split("\n") if line.startswith("einsum-grad: ")]
    assert [line.split(":")[1] for line in told] == [" line 3", " line 5"]


def test_of_several_exit_codes_the_worst_counts(capsys: Capture) -> None:
    assert main(["explain", "ij->z", "i->", "--wrt", "0"]) == 1
    assert main(["explain", "ij->z", "i->", "--wrt", "1"]) == 2
    assert main(["explain", "ij,j->", "i->", "--wrt", "1"]) == 2


def test_json_is_the_document_on_one_line(capsys: Capture) -> None:
    assert main(["explain", "αj,jk->αk", "i,i", "--json", "--wrt", "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    documents = [explain(pattern, wrt=0).to_dict() for pattern in ("αj,jk->αk", "i,i")]
    assert [json.loads(line) for line in lines] == documents
    assert "Σ_j" in lines[0]


def test_code_is_below(capsys: Capture) -> None:
    assert main(["explain", "bij,jk->ik", "--code"]) == 0
    assert capsys.readouterr().out == f"{explain('bij,jk->ik')}\n\n{emit('bij,jk->ik')}"


def test_a_target_adds_its_code(capsys: Capture) -> None:
    assert main(["explain", "bij,jk->ik", "--target", "einops", "--wrt", "0"]) == 0
    assert capsys.readouterr().out.endswith(f"\n\n{emit('bij,jk->ik', 'einops', wrt=0)}")


def test_json_holds_the_code(capsys: Capture) -> None:
    assert main(["explain", "i,i", "--json", "--target", "einops"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.pop("code") == {
        "target": "einops",
        "text": emit("i,i", "einops").rstrip("\n"),
    }
    assert document == explain("i,i").to_dict()


ESCAPE = "\x1b["


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("arguments", "environment", "terminal", "expected"),
    [
        ([], {}, True, True),
        ([], {}, False, False),
        ([], {"NO_COLOR": "1"}, True, False),
        ([], {"NO_COLOR": ""}, True, True),
        ([], {"TERM": "dumb"}, True, False),
        (["--color"], {}, False, True),
        (["--color"], {"NO_COLOR": "1"}, False, True),
        (["--no-color"], {}, True, False),
    ],
)
def test_colours_are_for_terminals_unless_asked_otherwise(
    arguments: list[str],
    environment: dict[str, str],
    terminal: bool,
    expected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    out = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["explain", "ij->ji", *arguments]) == 0
    assert (ESCAPE in out.getvalue()) == expected


def test_reading_from_a_terminal_is_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("i->\n"))
    assert main(["explain", "-"]) == 0
    assert "reading patterns" in capsys.readouterr().err


def test_derive_prints_the_derivation_instead(capsys: Capture) -> None:
    assert main(["explain", "ii,ij->j", "--derive", "--wrt", "0"]) == 0
    assert capsys.readouterr().out == f"{explain('ii,ij->j', wrt=0).derive()}\n"


def test_derivation_is_json_too(capsys: Capture) -> None:
    assert main(["explain", "αj,jk->αk", "i,i", "--derive", "--json"]) == 0
    documents = [explain(pattern).derive().to_dict() for pattern in ("αj,jk->αk", "i,i")]
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == documents


@pytest.mark.parametrize("derive", [[], ["--derive"]])
def test_latex_is_that_of_the_library(derive: list[str], capsys: Capture) -> None:
    assert main(["explain", "ii->", "i,i", "--latex", *derive]) == 0
    explanations = [explain("ii->"), explain("i,i")]
    told = [found.derive().latex() if derive else found.latex() for found in explanations]
    both = "\n".join(told).replace("\n\\end{align*}\n\\begin{align*}", " \\\\[2ex]")
    assert capsys.readouterr().out == f"{both}\n"


def test_latex_and_json_exclude_each_other(capsys: Capture) -> None:
    assert main(["explain", "i,i", "--latex", "--json"]) == 2
    assert "not allowed with" in capsys.readouterr().err


def test_code_is_below_the_derivation(capsys: Capture) -> None:
    assert main(["explain", "i,i", "--derive", "--code"]) == 0
    assert capsys.readouterr().out == f"{explain('i,i').derive()}\n\n{emit('i,i')}"


def test_derivation_is_coloured_on_request(capsys: Capture) -> None:
    assert main(["explain", "i,i", "--derive", "--color"]) == 0
    assert ESCAPE in capsys.readouterr().out


def test_invisible_labels_are_escaped_in_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    pattern = "\u202ei,i\u3000->\u202e\u3000"
    for arguments in (
        [],
        ["--json"],
        ["--latex"],
        ["--derive"],
        ["--sizes", "\u3000=2,i=3,\u202e=4"],
    ):
        assert main(["explain", pattern, *arguments]) == 0
        told = capsys.readouterr().out
        assert told.replace("\n", "").isprintable()
        if arguments == ["--json"]:
            assert json.loads(told)["pattern"] == pattern


def test_operands_have_the_names_that_are_given(capsys: Capture) -> None:
    assert main(["explain", "bqd,bkd->bqk", "--names", "Q,K->S", "--wrt", "K", "--code"]) == 0
    explanation = explain("bqd,bkd->bqk", names="Q,K->S", wrt="K")
    code = emit("bqd,bkd->bqk", wrt=1)
    assert capsys.readouterr().out == f"{explanation}\n\n{code}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("jacobian ij,jk->ik --wrt K --names Q,K->S", "dS[i,k]/dK[j,a] = δ(k,a) · Q[i,j]"),
        ("check ij,jk->ik --wrt K --names Q,K->S", "dK is right"),
        ("check ij,jk->ik --wrt W", "dW is right"),
        ("check ij,jk->ik --wrt W --guess ij,ik->jk", "dW: ij,ik->jk is right"),
        ("certify ij,jk->ik --wrt W", "dW is right"),
        ("emit ij,jk->ik --wrt W", "    # dw: put dz in the place of w"),
    ],
)
def test_commands_take_a_name_for_an_operand(line: str, expected: str, capsys: Capture) -> None:
    assert main(line.split()) == 0
    assert expected in capsys.readouterr().out


def test_chunks_add_the_tasks(capsys: Capture) -> None:
    sizes = ["--sizes", "i=80,j=80,k=80"]
    assert main(["explain", "ij,jk->ik", *sizes, "--chunks", "i=10,k=20"]) == 0
    printed = capsys.readouterr().out
    assert "tasks     32 forward, " in printed
    assert "a task    holds up to " in printed
    assert main(["explain", "ij,jk->ik", *sizes]) == 0
    assert "tasks" not in capsys.readouterr().out


def test_chunks_need_all_sizes(capsys: Capture) -> None:
    assert main(["explain", "ij,jk->ik", "--sizes", "i=80", "--chunks", "i=10"]) != 0
    assert "the cost of chunks needs the sizes of all labels" in capsys.readouterr().err


def test_chunks_without_an_equals_sign_are_refused(capsys: Capture) -> None:
    assert main(["explain", "ij,jk->ik", "--chunks", "i10"]) == 2
    assert "is not written label=chunk" in capsys.readouterr().err
