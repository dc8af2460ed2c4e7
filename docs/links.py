"""The links of a site that lead nowhere: to no file of it, or to no place in a page."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit


class Page(HTMLParser):
    """The links of a page, and the places that links may name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag links to, and what it is called."""
        for name, value in attrs:
            if value is not None and name in ("href", "src"):
                self.links.append(value)
            elif value is not None and name == "id":
                self.places.add(value)


def broken(site: Path) -> Iterator[str]:
    """Each link within the site that leads nowhere, with its page."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for link in page.links:
            if "://" not in link and not _leads(site, pages, path, link):
                yield f"{path.relative_to(site)}: {link}"


def _leads(site: Path, pages: dict[Path, Page], path: Path, link: str) -> bool:
    found = urlsplit(urljoin(path.relative_to(site).as_posix(), link))
    target, place = site / unquote(found.path), unquote(found.fragment)
    return target.is_file() and (target not in pages or place in pages[target].places)
