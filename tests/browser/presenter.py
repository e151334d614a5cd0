"""A presenter who goes through a notebook with the keyboard only, timed."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.browser.notebook_page import NotebookPage

PROJECTOR = {"width": 1280, "height": 720}
IDLE = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"
ON_CELL = "() => document.activeElement.classList.contains('jp-Cell')"
ACTIVE = "() => jupyterapp.shell.currentWidget.content.activeCellIndex"


class Demo:
    """A presenter with a keyboard and a watch."""

    def __init__(self, notebook: NotebookPage):
        self.notebook, self.page = notebook, notebook.page
        self.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page.set_viewport_size(PROJECTOR)
        self.notebook.select(0)
        self.page.evaluate("jupyterapp.shell.collapseLeft()")  # the list of files goes away
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, name):
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def cell(self, index):
        return self.page.locator(".jp-CodeCell").nth(index)

    def go_to(self, index):
        """Leave a view with Escape, and go to a cell with the arrow keys."""
        for _ in range(6):
            if self.page.evaluate(ON_CELL):
                break
            self.keys("Escape")
        at = self.page.evaluate(ACTIVE)
        self.keys(*["ArrowDown" if at < index else "ArrowUp"] * abs(index - at))
        assert self.page.evaluate(ACTIVE) == index

    def run(self, index):
        """Shift-Enter, once the kernel is free: Jupyter drops what was sent before a cell that
        fails has ended."""
        self.page.wait_for_function(IDLE)
        self.go_to(index)
        self.keys("Shift+Enter")
        expect(self.prompt(index)).to_contain_text(re.compile(r"[*\d]"))  # it is on its way

    def prompt(self, index):
        return self.cell(index).locator(".jp-InputPrompt")

    def await_end(self, index):
        """Wait until a cell that was run has its number."""
        expect(self.prompt(index)).to_contain_text(re.compile(r"\d"))

    def enter(self, index):
        """Into the view under a cell: Shift-Tab goes backwards from the cell after it."""
        view = self.cell(index).locator(".fl").first
        view.wait_for()
        self.notebook.joined()
        self.go_to(index + 1)
        self.keys("Shift+Tab")
        expect(view.locator(".fl-stage")).to_be_focused()
        return view

    def paste(self, index):
        """Paste what was copied into an empty cell, and run it."""
        self.page.wait_for_function(IDLE)
        self.go_to(index)
        self.keys("Enter", "Control+v", "Shift+Enter")
        self.await_end(index)


def take(page: Page, text: str, view: Locator | None = None) -> None:
    """Take a line of an exercise into the program by keys, or out of it."""
    lines = (view or page).locator(".fl-lines li")
    wanted = next(i for i, one in enumerate(lines.all_inner_texts()) if one.endswith(text))
    here = lines.evaluate_all("all => all.findIndex((one) => one.classList.contains('fl-here'))")
    key = "ArrowDown" if wanted > here else "ArrowUp"
    for _ in range(abs(wanted - here)):
        page.keyboard.press(key)
    page.keyboard.press("Enter")
