"""What is installed is what the project promises; `.ci/smoke` does the same with real builds."""

import re
import subprocess
import sys
from importlib.metadata import requires, version
from importlib.resources import files
from pathlib import Path

import pytest

import einsum_grad

ROOT = Path(__file__).parents[1]
SCRIPT = str(Path(sys.executable).parent / "einsum-grad")

SET_UP = "python3 -m venv .venv && .venv/bin/pip install -q -e "


def readme_command(number: int) -> "subprocess.CompletedProcess[str]":
    command = ["bash", str(ROOT / ".ci" / "readme-command"), str(number)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=120)


def test_installed_script_parses_a_pattern_from_anywhere() -> None:
    command = [SCRIPT, "explain", "bij,jk->ik"]
    explained = subprocess.run(
        command, cwd="/", capture_output=True, encoding="utf-8", check=True, timeout=120
    )
    assert "ik,jk->bij" in explained.stdout
    assert explained.stderr == ""


def test_version_is_that_of_the_distribution() -> None:
    assert einsum_grad.__version__ == version("einsum-grad")


def test_the_changelog_begins_with_this_version_and_its_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.findall(r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", text, re.MULTILINE)[0]
    assert newest == einsum_grad.__version__


def test_only_light_libraries_are_needed_to_run() -> None:
    requirements = requires("einsum-grad") or []
    always = [line.replace("_", "-") for line in requirements if "extra ==" not in line]
    names = sorted(re.split(r"[^\w-]", line)[0] for line in always)
    assert names == ["einops", "lark", "numpy", "opt-einsum"]


def test_type_hints_are_announced() -> None:
    assert files("einsum_grad").joinpath("py.typed").is_file()


@pytest.mark.parametrize(
    ("number", "last"),
    [
        (1, ". && .venv/bin/einsum-grad explain 'bij,jk->ik'"),
        (2, "'.[test]' && .venv/bin/python -m pytest -q"),
    ],
)
def test_readme_commands_do_all_the_set_up(number: int, last: str) -> None:
    assert readme_command(number).stdout == SET_UP + last + "\n"


def test_missing_readme_command_is_refused() -> None:
    missing = readme_command(99)
    assert missing.returncode == 1
    assert "block 99" in missing.stderr


def test_tests_with_oracles_are_marked() -> None:
    """The run with the oracles selects by the mark; an unmarked test would never run there."""
    skipping = re.compile(r"""importorskip\(\s*["'](torch|jax|dask|array_api_\w+)\b""")
    unmarked = [
        path
        for path in (ROOT / "tests").rglob("test_*.py")
        if skipping.search(text := path.read_text(encoding="utf-8"))
        and "pytest.mark.oracle" not in text
    ]
    assert unmarked == []
