"""The playground and the pages in a real browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from einsum_grad.cli import main
from einsum_grad.cli.playground.server import server
from tests.cli.playground.browser import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    assert CHROMIUM
    with Browser(CHROMIUM, tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server(0) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_address[1]}"
        serving.shutdown()
        thread.join()


def test_a_pattern_is_explained_as_it_is_typed(browser: Browser, address: str) -> None:
    browser.open(f"{address}/")
    browser.wait_for("document.activeElement && document.activeElement.name === 'p'")
    browser.type("ij,jk-")
    browser.wait_for("document.querySelector('.eg-wrong')?.textContent.includes('^')")
    browser.type(">ik")
    browser.wait_for("document.querySelectorAll('#answer article h3').length === 3")
    assert browser.run("document.querySelectorAll('#answer svg').length") == 3
    assert browser.run("new URLSearchParams(location.search).get('p')") == "ij,jk->ik"


def test_a_link_holds_what_was_typed(browser: Browser, address: str) -> None:
    browser.open(f"{address}/?p=ij,jk-%3Eik&wrt=0&guess=ik,kj-%3Eij")
    browser.wait_for("document.querySelector('.eg-verdict')")
    assert "right but for an axis order" in browser.run(
        "document.querySelector('.eg-verdict').textContent"
    )
    assert browser.run("document.forms[0].elements.guess.value") == "ik,kj->ij"


def test_the_keyboard_is_enough(browser: Browser, address: str) -> None:
    browser.open(f"{address}/?p=ij,jk-%3Eik")
    browser.wait_for("document.activeElement && document.activeElement.name === 'p'")
    for name in ("sizes", "wrt", "guess", "names", "notation", "target"):
        browser.press("Tab", 9)
        assert browser.run("document.activeElement.name") == name
    browser.press("Tab", 9)
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.tagName") == "SUMMARY"


def test_what_is_typed_is_not_executed(browser: Browser, address: str) -> None:
    browser.open(f"{address}/")
    browser.wait_for("document.activeElement && document.activeElement.name === 'p'")
    browser.type("<img src=x onerror=document.title='executed'>")
    browser.wait_for("document.querySelector('.eg-wrong')")
    assert browser.run("document.title") == "einsum-grad"
    assert browser.run("document.querySelectorAll('img').length") == 0


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_fits_its_window(theme: str, width: int, browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    long = "batch rows columns, rows columns channels -> batch channels"
    assert main(["explain", long, "--notation", "named", "--html", "-o", str(path)]) == 0
    browser.ask(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=False,
    )
    browser.ask(
        "Emulation.setEmulatedMedia",
        features=[{"name": "prefers-color-scheme", "value": theme}],
    )
    browser.open(path.as_uri())
    browser.wait_for("document.readyState === 'complete' && document.querySelector('main')")
    assert browser.run("innerWidth") == width
    assert browser.run("document.documentElement.scrollWidth") <= width
    style = "getComputedStyle(document.querySelector('main'))"
    colours = browser.run(f"[{style}.color, {style}.backgroundColor]")
    light = ["rgb(17, 17, 17)", "rgb(255, 255, 255)"]
    assert colours == (light if theme == "light" else ["rgb(238, 238, 238)", "rgb(17, 17, 17)"])
    wide = """[...document.querySelectorAll("math")].filter(
        each => each.getBoundingClientRect().right > innerWidth).length"""
    assert browser.run(wide) == 0
