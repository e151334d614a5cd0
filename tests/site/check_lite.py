"""The browser site in a real browser, up to where its Python would be fetched; `make lite` runs it.

`pytest tests/site/check_lite.py` looks at what `make lite` has built, and needs no network.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from docs import lite, pyodide
from tests.project.source import ROOT

BUILT = ROOT / "build" / "lite"
SCREENSHOT = ROOT / "build" / "screenshots" / "lite.png"
LESSONS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
FIRST = next(name for name in LESSONS if name.startswith("01_"))


class Quiet(SimpleHTTPRequestHandler):
    """A server of files that writes no log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    assert BUILT.is_dir(), "make lite builds it"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(BUILT)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def elsewhere() -> list[str]:
    """What the page wanted from other addresses: none of it is let through."""
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, elsewhere: list[str]) -> Page:
    """The first lesson, opened in the browser site."""

    def route(request: Route) -> None:
        if request.request.url.startswith(address):
            request.continue_()
        else:
            elsewhere.append(request.request.url)
            request.abort()

    context = browser.new_context(viewport={"width": 1280, "height": 1600})
    context.route("**/*", route)
    opened = context.new_page()
    opened.goto(f"{address}/lab/index.html?path={FIRST}")
    opened.locator(".jp-Notebook .fl").first.wait_for(timeout=120_000)
    return opened


def test_every_lesson_lies_among_the_files(page, address):
    listed = page.evaluate(f"async () => (await fetch('{address}/api/contents/all.json')).json()")

    more = {f"{name}.ipynb" for name in lite.MORE}
    assert {item["name"] for item in listed["content"]} >= {*LESSONS, *more}


def test_the_wheels_of_funclab_and_of_its_pure_packages_are_served(page, address):
    index = page.evaluate(f"async () => (await fetch('{address}/pypi/all.json')).json()")

    assert {"funclab", "anywidget", "ipywidgets", "psygnal", "comm"} <= set(index)


def test_stored_views_are_shown_and_answer_clicks_without_python(page):
    view = page.locator(".jp-Notebook .fl").first

    view.locator("[data-key='hidden_1[0]']").first.click()

    expect(view.locator(".fl-caption")).to_contain_text("is selected")
    SCREENSHOT.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOT)


def test_stored_pictures_are_trusted(page):
    digits = page.locator(".jp-Cell:has-text('digits.draw') .jp-RenderedSVG img")

    expect(digits.first).to_be_visible()


def test_its_python_is_all_that_it_wants_from_elsewhere(page, elsewhere):
    page.wait_for_function("() => document.querySelector('.jp-Notebook-ExecutionIndicator')")

    packed = (BUILT / "static" / "pyodide").is_dir()
    assert bool(elsewhere) != packed  # of a packed one, nothing
    assert [url for url in elsewhere if not url.startswith(pyodide.ADDRESS)] == []


def test_its_python_is_the_one_whose_checksums_are_known():
    scripts = BUILT.glob("extensions/@jupyterlite/pyodide-kernel-extension/static/*.js")

    assert any(pyodide.ADDRESS in path.read_text(encoding="utf-8") for path in scripts)


def test_at_the_second_visit_scripts_come_from_what_the_first_has_kept(page, address):
    loaded, complaints = [], []
    again = page.context.new_page()
    again.on("response", lambda one: loaded.append((one.url, one.from_service_worker)))
    again.on("pageerror", lambda error: complaints.append(str(error)))

    again.goto(f"{address}/lab/index.html?path={FIRST}")
    again.locator(".jp-Notebook .fl").first.wait_for(timeout=120_000)

    scripts = [kept for url, kept in loaded if url.startswith(address) and ".js?" in url]
    assert len(scripts) > 5 and all(scripts), loaded
    names = again.evaluate("async () => (await (await caches.open('precache')).keys()).length")
    assert names >= len(scripts)
    assert [one for one in complaints if pyodide.ADDRESS not in one] == []  # it is not let through
    again.close()


BROKEN = """
export async function loadPyodide() {
  const error = Object.assign(new Error("unreachable"), { pyodide_fatal_error: true });
  setTimeout(() => Promise.reject(error));
  return new Promise(() => {});
}"""
"""In place of the browser's Python: what it does when its memory is damaged."""


@pytest.mark.parametrize("key", ["missing", "died"])
def test_a_page_says_so_when_its_python_cannot_be_fetched_or_has_stopped(key, browser, address):
    context = browser.new_context(service_workers="block")  # whose requests cannot be answered here
    headers = {"content-type": "text/javascript", "access-control-allow-origin": "*"}
    context.route(
        "**/pyodide.mjs",
        lambda route: (
            route.fulfill(headers=headers, body=BROKEN) if key == "died" else route.abort()
        ),
    )
    page = context.new_page()

    page.goto(f"{address}/lab/index.html?path={FIRST}")

    alert = page.locator("p[role=alert]")
    expect(alert).to_contain_text(lite.TEXTS[key], timeout=120_000)
    page.locator(".jp-Notebook .fl [data-key='hidden_1[0]']").first.click()  # pictures still answer
    expect(page.locator(".jp-Notebook .fl .fl-caption").first).to_contain_text("is selected")
    alert.get_by_role("button").click()
    expect(alert).to_have_count(0)
    context.close()
