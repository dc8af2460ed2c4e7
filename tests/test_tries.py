"""One place scales how often the tests try something random."""

import re
from pathlib import Path

import pytest

FILES = sorted(Path(__file__).parent.glob("**/*.py"))


@pytest.mark.parametrize("words", ["max_examples=[^t]", r"environ.*\bCI\b"])
def test_no_other_file_decides_how_many_examples_there_are(words: str) -> None:
    asked = {path.name for path in FILES if re.search(words, path.read_text(encoding="utf-8"))}
    assert asked <= {"tries.py", Path(__file__).name}
