"""The documentation site: its gallery, its reference, and the links between its pages."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

import einsum_grad as eg
from docs import gallery, gallery_pages, links, reference
from docs.gallery import Entry

ROOT = Path(__file__).parents[1]
ENTRIES = list(gallery.entries())


def test_the_gallery_has_thirty_patterns() -> None:
    assert len(ENTRIES) == 30
    assert len({entry.file for entry in ENTRIES}) == len({entry.pattern for entry in ENTRIES}) == 30


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.file for entry in ENTRIES])
def test_an_entry_has_equation_drawing_gradients_and_code(entry: Entry) -> None:
    page = gallery_pages.page(entry)
    operands = entry.pattern.partition("->")[0].count(",") + 1
    assert page.startswith(f"# {entry.title}\n")
    assert page.count("<svg ") == operands + 1
    assert page.count("<h3>The gradient of ") == operands
    assert "<math " in page
    assert page.count("```python\n") == 2
    html = re.search("<div class.*</div>", page, re.DOTALL)
    assert html
    assert "\n\n" not in html[0]  # Markdown would end the HTML there


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.file for entry in ENTRIES])
def test_the_code_of_an_entry_is_right(entry: Entry) -> None:
    for code in re.findall("```python\n(.*?)```", gallery_pages.page(entry), re.DOTALL):
        assert eg.certify_module(code).is_right


def test_the_overview_leads_to_every_entry() -> None:
    overview = gallery_pages.overview()
    for entry in ENTRIES:
        assert f'href="{entry.file}.html"' in overview
        assert f"\n{entry.file}\n" in overview


def test_the_reference_has_every_public_name() -> None:
    listed = [name for names in reference.REFERENCE.values() for name in names]
    assert sorted([*listed, *reference.ELSEWHERE]) == sorted(vars(eg)["__all__"])
    for name in listed:
        assert getattr(eg, name).__doc__, name


SITE = {
    "index.html": '<a id="top" href="a/page.html#there">x</a><img src="a/p.svg?v=1">',
    "a/page.html": '<p id="there"><a href="../index.html">x</a> <a href="https://example.org">x</a>',
    "a/p.svg": "",
}


@pytest.mark.parametrize(
    ("page", "link", "told"),
    [
        ("index.html", "a/page.html#where", ["index.html: a/page.html#where"]),
        ("a/page.html", "page2.html", ["a/page.html: page2.html"]),
        ("a/page.html", "#here", ["a/page.html: #here"]),
        ("a/page.html", "../index.html#top", []),
    ],
)
def test_links_that_lead_nowhere_are_found(
    tmp_path: Path, page: str, link: str, told: list[str]
) -> None:
    for name, text in (SITE | {page: f'{SITE[page]}<a href="{link}">x</a>'}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert list(links.broken(tmp_path)) == told


@pytest.mark.skipif(importlib.util.find_spec("sphinx") is None, reason="needs the extra docs")
def test_the_site_builds_without_a_warning() -> None:
    built = subprocess.run(
        [sys.executable, ROOT / "docs/build.py"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (built.stderr, built.returncode) == ("", 0)
    assert built.stdout == "build/site: no links lead nowhere\n"
