"""Fixtures of the browser tests: a real Jupyter server, a real browser, a notebook between them.

They end with this folder's tests: while the browser runs, so does an event loop, and other tests
may need to run their own.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

import funclab
from tests.browser.kept_pages import KeptPages
from tests.browser.notebook_page import (
    RUN_ALL_NO_WAIT,
    WINDOW,
    NotebookPage,
    write_cells,
)
from tests.browser.server import Server, serve
from tests.browser.waiting import PATIENCE, laid_out, strict

# The first is Chromium without windows: tests of pages from disk take less than half as long.
BROWSERS = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable"),
)
BROWSER_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
]
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
"""With this option, a browser cannot reach any other machine."""
LANGUAGE = "de-DE"
"""Pages write numbers in English, whatever the browser's language."""
expect.set_options(timeout=PATIENCE * 1000)

Open = Callable[[Server, Path], NotebookPage]
Write = Callable[..., Path]
Run = Callable[..., NotebookPage]


def program() -> str:
    """The browser on this machine."""
    names = filter(None, [os.environ.get("FUNCLAB_BROWSER"), *BROWSERS])
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "No browser here: apt-get install chromium, or set FUNCLAB_BROWSER to one."
    return found


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser for the tests of this folder: as long as it runs, so does an event loop in this
    thread, and tests of asyncio need one of their own."""
    options = [*BROWSER_OPTIONS, ALONE]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program(), args=options)
        yield running
        running.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running JupyterLab."""
    with serve("lab", tmp_path_factory.mktemp("lab")) as server:
        yield server


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Jupyter Notebook 7."""
    with serve("notebook", tmp_path_factory.mktemp("notebook7")) as server:
        yield server


@pytest.fixture(params=["lab", "notebook7"])
def jupyter(request: pytest.FixtureRequest) -> Server:
    """Each front end in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="package")
def open_notebook(browser: Browser) -> Open:
    """`open_notebook(server, path)`: the notebook, ready to run. Each server has one window, in
    which JupyterLab stays as it is; a test that changes its scripts for good closes it."""
    windows: dict[Server, NotebookPage] = {}

    def open_in(server: Server, path: Path) -> NotebookPage:
        if server in windows and not windows[server].page.is_closed():
            windows[server].leave()
        else:
            windows[server] = NotebookPage(browser.new_context(viewport=WINDOW).new_page())
        return windows[server].open(server, path)

    return open_in


@pytest.fixture(scope="package")
def kept_pages(browser: Browser) -> KeptPages:
    """Pages that stay open from one test to the next."""
    return KeptPages(browser)


@pytest.fixture
def opened_page(kept_pages: KeptPages, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """`opened_page(view)`: its page from disk, which has no kernel, with the keys in the view. No
    script may fail on it, nothing may complain, and nothing may come from elsewhere."""
    pages, complaints = [], []

    def open_page(view: object, width: int = 1280, height: int = 800, **settings: Any) -> Page:
        path = tmp_path / "view.html"
        path.write_text(strict(funclab.export_html(view)), encoding="utf-8")
        size: ViewportSize = {"width": width, "height": height}
        page = kept_pages.take(size, **{"locale": LANGUAGE} | settings)
        hears: dict[Any, Callable[..., None]] = {
            "pageerror": lambda error: complaints.append(str(error)),
            "console": lambda said: complaints.extend([said.text] * (said.type == "error")),
            "request": lambda sent: complaints.extend({sent.url} - {path.as_uri()}),
        }
        pages.append((page, hears))
        for event, hear in hears.items():
            page.on(event, hear)
        page.goto(path.as_uri())
        page.focus(".fl")
        laid_out(page)
        return page

    yield open_page
    for page, hears in pages:
        for event, hear in hears.items():
            page.remove_listener(event, hear)
        kept_pages.give_back(page)
    assert complaints == []


@pytest.fixture
def write_notebook(tmp_path: Path) -> Write:
    """`write_notebook("demo", "x = 1", "x")`: a notebook file with these code cells."""
    return lambda name, *cells: write_cells(tmp_path / f"{name}.ipynb", *cells)


@pytest.fixture
def run_cells(request: pytest.FixtureRequest, open_notebook: Open, write_notebook: Write) -> Run:
    """`run_cells(server, "x = 1", "x")`: a new notebook in a window, these cells run; unless they
    are to be waited for, they may still run."""
    name = re.sub(r"\W+", "-", request.node.name)

    def run(server: Server, *cells: str, wait: bool = True) -> NotebookPage:
        notebook = open_notebook(server, write_notebook(name, *cells))
        if wait:
            notebook.run_all()
        else:
            notebook.page.evaluate(RUN_ALL_NO_WAIT)
        return notebook

    return run
