"""A notebook in a browser, as a test drives it."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.server import Server
from tests.browser.waiting import becomes, laid_out

SECONDS_TO_OPEN = 60
WINDOW = {"width": 1280, "height": 1600}
SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"
LOCAL = {"127.0.0.1", "localhost", None}
# Notebook 7.6 complains of its own shortcut settings at every start, notebooks or none, and a
# server that is asked for its kernels just while it starts one may fail to list them.
NOT_OURS = re.compile(
    r"Cannot read properties of undefined \(reading 'schema'\)$"
    r"|.* status of 500 .*/api/kernels\?\d+$"
)
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

# The page looks idle before its session can run anything, so each promise is awaited.
READY = """async () => {
  const answer = async () => {
    await jupyterapp.restored;  // until then it may move the focus to the notebook
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.ready;
    await panel.sessionContext.ready;
    const kernel = panel.sessionContext.session.kernel;
    await kernel.info;
    await kernel.requestKernelInfo();
    return true;
  };
  return Promise.race([answer(), new Promise((done) => setTimeout(done, 60_000, false))]);
}"""
# The command ends at the first cell that fails, even at one that is meant to; the kernel answers
# the question after it when all cells have run. Says whether it has answered: a list of kernels
# that JupyterLab requested before this notebook had its own ends the session if it comes later.
RUN_ALL = """async () => {
  const { sessionContext } = jupyterapp.shell.currentWidget;
  await jupyterapp.commands.execute('notebook:run-all-cells');
  const answer = sessionContext.session?.kernel.requestKernelInfo();
  return Boolean(answer) && answer.then(() => true, () => false);
}"""
RUN_ALL_NO_WAIT = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"
END_ALL = """async () => {
  localStorage.clear();
  const sessions = await (await fetch("/api/sessions")).json();
  await Promise.all(sessions.map(({id}) => fetch(`/api/sessions/${id}`, {method: "DELETE"})));
}"""
# Another notebook in a JupyterLab that is open, with nothing left of those before it; it takes a
# tenth of the time in which the page loads. Says whether it could be done.
ANOTHER = """async (path) => {
  const { shell, commands } = globalThis.jupyterapp ?? {};
  if (!shell) return false;
  const close = (widgets) => [...widgets].forEach((widget) => widget.dispose());
  close(shell.widgets("main"));
  for (const known of Object.values(globalThis.funclab ?? {})) known.clear?.();
  const opened = await commands.execute("docmanager:open", { path, factory: "Notebook" });
  close([...shell.widgets("main")].filter((widget) => widget !== opened)); // a launcher, if any
  shell.expandLeft();
  return true;
}"""
CHANGE_THEME = "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})"
# Colours fade from one theme to the other; other animations may go on for ever.
FADING = """() => document.getAnimations().some(
  (one) => one instanceof CSSTransition && one.playState === "running")"""
THEME_IS = "light => document.body.dataset.jpThemeLight === String(light)"
# The result of each code cell: its number, the text it printed or failed with, the name of its
# error. The page may show the text some frames later.
CELLS = """() => jupyterapp.shell.currentWidget.content.widgets
  .filter(cell => cell.model.type === 'code')
  .map(cell => {
    const outputs = cell.model.outputs.toJSON();
    return {
      count: cell.model.executionCount,
      text: outputs.map(o => [o.text ?? o.traceback ?? []].flat().join('\\n')).join('\\n')
        .replace(/\\x1b\\[[\\d;]*m/g, ''),
      error: outputs.filter(o => o.output_type === 'error').map(o => o.ename)[0] || null,
      expected: (cell.model.metadata.tags || []).includes('raises-exception'),
    };
  })"""

# To a cell, with the keys of command mode.
SELECT = """index => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  notebook.activate();
}"""
# A view that is drawn before its model has come from the kernel is without one until then.
JOINED = """(id) => {
  const { models } = globalThis.funclab ?? {};
  return id ? models?.has(id) : models?.size > 0;
}"""
KERNEL_SAYS = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  let said = "";
  const future = kernel.requestExecute({code});
  future.onIOPub = (message) => { said += message.content.text ?? message.content.evalue ?? ""; };
  await future.done;
  return said.trim();
}"""


def write_cells(path: Path, *cells: str) -> Path:
    """A notebook file with these code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    code = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(nbformat.v4.new_notebook(cells=code, metadata={"kernelspec": kernel}), path)
    return path


@dataclass
class NotebookPage:
    """One open notebook, with all complaints and external requests of the browser."""

    page: Page
    console_errors: list[str] = field(default_factory=list)
    outside_requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self._note_address(request.url))
        self.page.on("websocket", lambda socket: self._note_address(socket.url))
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note_error(str(error)))

    def open(self, server: Server, notebook: Path) -> NotebookPage:
        """Copy a notebook to the server, open it and wait until its kernel can run cells."""
        shutil.copy(notebook, server.folder / notebook.name)
        there = server.kind == "lab" and self.page.url.startswith(server.address)
        if not (there and self.page.evaluate(ANOTHER, notebook.name)):
            self.page.goto(server.page(notebook.name), wait_until="commit")
        self.console_errors.clear()  # what was said before is of another page
        self.outside_requests.clear()
        for _ in range(2):  # a new kernel's first answer may get lost; then a reload helps
            cell = self.page.locator(".jp-Notebook .jp-CodeCell").first
            cell.wait_for(timeout=SECONDS_TO_OPEN * 1000)
            if self.page.evaluate(READY):
                return self
            self.page.reload()
            self.console_errors.clear()  # Jupyter complains of the kernel that did not answer
        raise AssertionError(f"The kernel of {notebook.name} does not answer.")

    def leave(self) -> None:
        """End all kernels, and undo anything that a test may have changed."""
        self.page.evaluate(END_ALL)
        self.page.set_viewport_size(WINDOW)
        self.page.mouse.move(0, 0)

    def _note_address(self, address: str) -> None:
        if urlsplit(address).hostname not in LOCAL:
            self.outside_requests.append(address)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note_error(f"{message.text}  {message.location.get('url', '')}")

    def _note_error(self, text: str) -> None:
        if not NOT_OURS.match(text):
            self.console_errors.append(text)

    @property
    def quiet(self) -> bool:
        """Whether nothing complained, and nothing was asked from elsewhere."""
        return not self.console_errors and not self.outside_requests

    def run_all(self) -> list[dict[str, Any]]:
        """Run every cell; returns the result of each once all have ended."""
        if not self.page.evaluate(RUN_ALL):
            self.page.reload()
            self.ready()
            assert self.page.evaluate(RUN_ALL)
        return self.page.evaluate(CELLS)

    def select(self, index: int) -> None:
        """Give a cell the keys, as a click beside it does."""
        self.page.evaluate(SELECT, index)

    def kernel_says(self, code: str) -> str:
        """What code prints in this notebook's kernel, or what its error says."""
        return self.page.evaluate(KERNEL_SAYS, code)

    def comes_to_say(self, expression: str, wanted: str) -> None:
        """Wait until this is the value of an expression; what the page sends takes its time."""
        becomes(self.page, lambda: self.kernel_says(f"print({expression})"), wanted)

    def joined(self, view: str = "") -> None:
        """Wait until the view with this name, or any, has its model in the kernel, without which
        some keys do nothing: on a slow page that comes after the first drawing."""
        own = self.kernel_says(f"print({view}.own_id)") if view else ""
        self.page.wait_for_function(JOINED, arg=own)
        laid_out(self.page)

    def ready(self) -> None:
        """Wait until a page that was loaded again leaves the focus where it is, and its kernel
        answers."""
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        assert self.page.evaluate(READY)

    def theme(self, name: str) -> None:
        """Switch to the "light" or "dark" theme, and wait until it is there."""
        self.page.evaluate(CHANGE_THEME, THEMES[name])
        self.page.wait_for_function(THEME_IS, arg=name == "light")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")
        laid_out(self.page)
        self.page.wait_for_function(f"() => !({FADING})()")

    def screenshot(self, name: str) -> None:
        """With SCREENSHOTS=1, save one in build/screenshots, for people to look at."""
        if os.environ.get("SCREENSHOTS"):
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
