"""Builds the site: `python docs/build.py` writes build/site from docs/, README and library.

What stands outside of docs/ or is generated is gathered beside the pages in build/pages first. A
warning fails the build, and so does a link that leads nowhere.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from sphinx.cmd.build import main as sphinx

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from docs import gallery, gallery_pages, links, reference  # noqa: E402 - the root has to be found first
from einsum_grad.explain.html.style import STYLE  # noqa: E402

PAGES, SITE = ROOT / "build/pages", ROOT / "build/site"

_LINK = re.compile(r"(\]\()([^)#:\s]+)(?=[)#])")


def main() -> int:
    """Gather, build, and check the links."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for name, text in _pages():
        _write(PAGES / name, text)
    for picture in (ROOT / "docs").glob("*.[sp][vn]g"):
        shutil.copy(picture, PAGES)
    _write(PAGES / "static/explained.css", STYLE)
    shutil.rmtree(SITE, ignore_errors=True)
    failed: int = sphinx(
        ["-q", "-W", "--keep-going", "-c", str(ROOT / "docs"), str(PAGES), str(SITE)]
    )
    if failed:
        return failed
    broken = list(links.broken(SITE))
    print(*broken, f"build/site: {len(broken) or 'no'} links lead nowhere", sep="\n")
    return 1 if broken else 0


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _pages() -> Iterator[tuple[str, str]]:
    yield "index.md", _moved("README.md", "index.md") + _CONTENTS
    for path in sorted((ROOT / "docs").glob("*.md")):
        yield path.name, _moved(f"docs/{path.name}", path.name)
    for name in ("CHANGELOG.md", "CONTRIBUTING.md", "benchmarks/README.md"):
        yield name, _moved(name, name)
    for example in sorted((ROOT / "examples").glob("*.py")):
        yield f"examples/{example.stem}.md", _listing(example)
    yield "LICENSE.md", f"# Licence\n\n{(ROOT / 'LICENSE').read_text(encoding='utf-8')}"
    yield "reference.md", reference.page()
    yield "gallery/index.md", gallery_pages.overview()
    for entry in gallery.entries():
        yield f"gallery/{entry.file}.md", gallery_pages.page(entry)


def _moved(source: str, page: str) -> str:
    """A file of the repository as a page: its links lead to pages."""

    def moved(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[2]))
        found = _page_of(target.removeprefix("docs/"))
        return link[1] + posixpath.relpath(found, posixpath.dirname(page) or ".")

    return _LINK.sub(moved, (ROOT / source).read_text(encoding="utf-8"))


def _page_of(path: str) -> str:
    """The page that shows a file."""
    if path == "README.md":
        return "index.md"
    return f"{path.removesuffix('.py')}.md" if path == "LICENSE" or path.endswith(".py") else path


def _listing(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return f"---\norphan: true\n---\n\n# {path.name}\n\n```python\n{text}```\n"


_CONTENTS = """
```{toctree}
:hidden:
:caption: Guides

tutorial
numpy
kernels
tensor-networks
coming-from-autograd
calculus
scaling
numba
command-line
gallery/index
```

```{toctree}
:hidden:
:caption: Reference

reference
supported-functions
glossary
CHANGELOG
```

```{toctree}
:hidden:
:caption: How it works

mathematics
architecture
performance
benchmarks/README
decisions
```

```{toctree}
:hidden:
:caption: Contributing

CONTRIBUTING
add-a-target
add-a-primitive
LICENSE
```
"""

if __name__ == "__main__":
    sys.exit(main())
