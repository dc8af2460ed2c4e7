"""Everything that README.md and docs/ show being run is run here."""

import doctest
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.transcripts import Transcript, fits, loose_commands, output_of, transcripts

ROOT = Path(__file__).parents[1]
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
}
TRANSCRIPTS = {
    f"{name}:{transcript.line}": transcript
    for name, text in DOCUMENTS.items()
    for transcript in transcripts(text)
}


def doctest_of(markdown: str, name: str) -> doctest.DocTest:
    """The document's examples as one test, in which a fence ends the output before it."""
    lines = ["" if line.lstrip().startswith("```") else line for line in markdown.splitlines()]
    return doctest.DocTestParser().get_doctest("\n".join(lines), {}, name, name, 0)


def failures(examples: doctest.DocTest) -> str:
    report = io.StringIO()
    doctest.DocTestRunner().run(examples, out=report.write)
    return report.getvalue()


@pytest.mark.parametrize("name", [name for name, text in DOCUMENTS.items() if ">>>" in text])
def test_examples_give_what_they_show(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert failures(doctest_of(DOCUMENTS[name], name)) == ""


Outputs = dict[str, list[str]]
"""What the commands of each transcript print."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    def run(transcript: Transcript, folder: Path) -> list[str]:
        return [output_of(command, folder) for command, _ in transcript.steps()]

    folders = [tmp_path_factory.mktemp("transcript") for _ in TRANSCRIPTS]
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(run, TRANSCRIPTS.values(), folders)
        return dict(zip(TRANSCRIPTS, printed, strict=True))


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_commands_print_what_they_show(name: str, outputs: Outputs) -> None:
    assert TRANSCRIPTS[name].text.startswith("$ ")
    for (command, expected), actual in zip(TRANSCRIPTS[name].steps(), outputs[name], strict=True):
        if not fits(expected, actual):
            assert actual == expected, command


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_shown_stands_in_a_transcript(name: str) -> None:
    assert loose_commands(DOCUMENTS[name]) == []


def test_a_wrong_example_is_found_at_its_line() -> None:
    markdown = "Sums:\n\n```python\n>>> 1 + 1\n3\n```\n"
    assert 'File "sums.md", line 4' in failures(doctest_of(markdown, "sums.md"))
    assert failures(doctest_of(markdown.replace("3", "2"), "sums.md")) == ""


def test_a_transcript_is_its_commands_with_their_output() -> None:
    markdown = "Two:\n\n```console\n$ echo a \\\n  b\na b\n\n$ true\n```\n\n$ false\n"
    (transcript,) = transcripts(markdown)
    assert transcript.line == 3
    assert transcript.steps() == [("echo a \\\n  b", "a b\n\n"), ("true", "")]
    assert loose_commands(markdown) == ["$ false"]


def test_output_is_that_of_both_streams_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "here").touch()
    assert output_of("ls; echo wrong >&2; exit 3", tmp_path) == "here\nwrong\n"


@pytest.mark.parametrize("wrong", ["a\nb\n", "a\nb\nc\nd\n", " a\nb\nc\n", "a\n\nc\n", ""])
def test_output_that_differs_does_not_fit(wrong: str) -> None:
    assert fits("a\nb\nc\n", "a\nb\nc\n\n")
    assert not fits("a\nb\nc\n", wrong)
