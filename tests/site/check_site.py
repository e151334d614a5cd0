"""The built site: links, accessibility, the theme of its pictures; `make site` runs it.

`pytest tests/site/check_site.py` looks at what `make site` has built, and needs no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import BROWSER_OPTIONS, program
from tests.project.source import ROOT

BUILT = ROOT / "build" / "site"
SCREENSHOTS = ROOT / "build" / "screenshots"
EVERY_KIND = (
    "index.html",
    "ways.html",
    "hubs.html",
    "views.html",
    "lessons/index.html",
    "lessons/01_what_does_a_call_build.html",
    "gallery/index.html",
    "errors/index.html",
    "errors/GraphError.html",
    "reference/index.html",
    "reference/funclab.layers.html",
    "keras/index.html",
    "search.html",
)
"""A page of each kind."""


class Links(HTMLParser):
    """Where a page leads, what it loads, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.ids |= {values["id"]} if "id" in values else set()
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in values:
            self.loads.append(values["src"])
        if tag == "link" and values.get("rel") in ("stylesheet", "preload", "icon"):
            self.loads.append(values["href"])


@cache
def read(page: Path) -> Links:
    parser = Links()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


@pytest.fixture(scope="module")
def pages() -> list[Path]:
    assert BUILT.is_dir(), "make site builds it"
    return [page for page in BUILT.rglob("*.html") if "lite" not in page.relative_to(BUILT).parts]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program(), args=BROWSER_OPTIONS)
        yield running
        running.close()


def leads_somewhere(page: Path, link: str) -> bool:
    """Whether a link within the site reaches a file, and the place in it that it names."""
    parts = urlsplit(link)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return False
    return target.suffix != ".html" or not parts.fragment or parts.fragment in read(target).ids


def test_every_link_within_the_site_leads_to_what_it_names(pages):
    links = [(page, link) for page in pages for link in read(page).links if inside(link)]
    broken = {
        (page.relative_to(BUILT).as_posix(), link)
        for page, link in links
        if not leads_somewhere(page, link)
    }

    assert len(links) > 2000
    assert sorted(broken) == []


def inside(link: str) -> bool:
    return not urlsplit(link).scheme


def test_no_page_loads_anything_from_elsewhere(pages):
    loads = {(page.name, url) for page in pages for url in read(page).loads}

    assert [(name, url) for name, url in loads if "//" in url] == []


def test_every_lesson_there_has_a_link_to_where_it_runs(pages):
    lessons = [path.stem for path in (ROOT / "notebooks").glob("*.ipynb")]
    texts = {page.stem: read(page).links for page in pages if page.parent.name == "lessons"}

    assert lessons
    assert [n for n in lessons if f"../lite/lab/index.html?path={n}.ipynb" not in texts[n]] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY_KIND)
def test_no_page_breaks_a_rule_of_accessibility(name, scheme, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1000}, color_scheme=scheme)
    page.goto((BUILT / name).as_uri())
    page.locator(f"html[data-theme={scheme}]").wait_for()

    found = Axe().run(page)

    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"site-{name.replace('/', '-')}-{scheme}.png")
    page.close()
    assert found.violations_count == 0, found.generate_report()


def test_pictures_follow_the_theme_that_the_reader_has_chosen(browser):
    page = browser.new_page(color_scheme="light")
    page.goto((BUILT / "gallery/index.html").as_uri())
    colour = "() => getComputedStyle(document.querySelector('.picture .f-ink')).fill"
    light = page.evaluate(colour)

    page.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")

    assert page.evaluate(colour) != light
    page.close()
