"""Shell transcripts in Markdown: found, run, and compared with what they promise.

A transcript is a fenced block marked `console`. A line that begins with `$ ` is a command, a
backslash at its end continues it; the lines after it are its output, to the next command. A line
that is `...` stands for any number of lines. The commands of a block share an empty folder.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Transcript:
    """One block: the line its fence stands on, and its text."""

    line: int
    text: str

    def steps(self) -> list[tuple[str, str]]:
        """Each command with the output that is promised."""
        return _COMMAND.findall(self.text)


def transcripts(markdown: str) -> Iterator[Transcript]:
    """The transcripts of a document, in order."""
    for block in _BLOCK.finditer(markdown):
        yield Transcript(markdown.count("\n", 0, block.start()) + 1, block[1])


def loose_commands(markdown: str) -> list[str]:
    """The lines that look like a command and stand in no transcript, so nothing runs them."""
    return re.findall(r"^[ \t]*\$ .*$", _BLOCK.sub("", markdown), re.MULTILINE)


def fits(expected: str, actual: str) -> bool:
    """Whether the output is what was promised, blank lines at its end aside.

    >>> fits("a\\n...\\nd\\n", "a\\nb\\nc\\nd\\n"), fits("a ...\\n", "a b\\n")
    (True, False)
    """
    lines = expected.rstrip("\n").split("\n")
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in lines)
    return re.fullmatch(pattern, actual.rstrip("\n") + "\n") is not None


def output_of(command: str, folder: Path) -> str:
    """What the command prints on both streams, with this environment's scripts found first."""
    scripts = str(Path(sys.executable).parent)
    environment = {
        "PATH": os.pathsep.join([scripts, os.environ["PATH"]]),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
    }
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=120,  # a refusal is a result that documentation shows
    ).stdout
