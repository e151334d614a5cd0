"""A seat in the class: a student, or the teacher, with a keyboard and a notebook."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.sync_api import Error, Locator, expect

from funclab.teach import course
from tests.browser.notebook_page import READY, SCREENSHOTS
from tests.browser.presenter import ACTIVE, IDLE, Demo
from tests.browser.projector import small_words
from tests.browser.waiting import laid_out
from tools.rehearsal.outcomes import Outcome

LONG = 120
"""Seconds after which a cell that has not ended is given up."""
LONGEST_SILENCE = 5
"""Seconds that a class waits without a sign of progress."""

# The number of the first cell that begins with a text, or of the first code cell that holds it.
FIND = """text => {
  const { widgets } = jupyterapp.shell.currentWidget.content;
  const sources = widgets.map(({ model }) => model.sharedModel.getSource());
  const first = sources.findIndex((source) => source.startsWith(text));
  return first < 0 ? sources.findIndex((source) => source.includes(text)) : first;
}"""
# Brings a cell in sight and names it, whatever its number becomes.
NAME = """async index => {
  const notebook = jupyterapp.shell.currentWidget.content, cell = notebook.widgets[index];
  await notebook.scrollToItem?.(index, "smart");
  cell.node.dataset.seat = cell.model.id;
  return cell.model.id;
}"""
COUNT = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.executionCount"
ENDED = """([index, before]) => {
  const count = jupyterapp.shell.currentWidget.content.widgets[index].model.executionCount;
  return count !== null && count !== before;
}"""
# The number of the kernel's process, if it answers soon.
PROCESS = """async () => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session?.kernel;
  let said = "";
  if (!kernel) return said;
  const future = kernel.requestExecute({ code: "import os; print(os.getpid())" });
  future.onIOPub = (message) => { said += message.content.text ?? ""; };
  const late = new Promise((done) => setTimeout(done, 2000));
  await Promise.race([future.done.catch(() => late), late]);
  return said.trim();
}"""
CODE_CELLS = """index => jupyterapp.shell.currentWidget.content.widgets.slice(0, index + 1)
  .map(({ model }) => model).filter(({ type, sharedModel }) =>
    type === "code" && !/^(ask|%env)/.test(sharedModel.getSource())).length"""


class Seat(Demo):
    """Someone in the class. Cells are named by how they begin; `check` records the result of each
    check and continues, as a class does."""

    def __init__(self, number: int, notebook, outcomes: list[Outcome]):
        super().__init__(notebook)
        self.number, self.outcomes = number, outcomes
        self.silent: list[str] = []

    @contextmanager
    def check(self, minute: int, name: str, within: float = 0) -> Iterator[None]:
        """A check of the table; `within` is the most seconds that it may take."""
        start, problem = time.perf_counter(), ""
        try:
            yield
        except (AssertionError, Error) as error:
            problem = " ".join(str(error).split())[:300] or type(error).__name__
            self.keep_sight(f"{minute}-{len(self.outcomes)}")
        self.note(minute, name, time.perf_counter() - start, problem, within)

    def note(self, minute: int, name: str, seconds: float, problem: str = "", within: float = 0):
        if within and not problem and seconds > within:
            problem = f"{seconds:.2f} s; wanted: {within:g} s"
        self.outcomes.append(Outcome(minute, name, self.number, seconds, problem))
        sign = f"✗ {problem}" if problem else "✓"
        print(f"{minute:>3}  seat {self.number}  {seconds:6.1f} s  {name}  {sign}", flush=True)

    def keep_sight(self, name: str) -> None:
        """A screenshot for people to look at, unless the page is too busy for one."""
        with suppress(Error):
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            path = SCREENSHOTS / f"rehearsal-{name}-seat-{self.number}.png"
            self.page.screenshot(path=path, timeout=10_000)

    def at(self, text: str) -> int:
        """The number of a cell."""
        index = self.page.evaluate(FIND, text)
        assert index >= 0, f"There is no cell {text!r}."
        return index

    def cell(self, index: int) -> Locator:
        return self.page.locator(f'[data-seat="{self.page.evaluate(NAME, index)}"]')

    def run_cell(self, text: str) -> Locator:
        """Run a cell with Shift-Enter and wait for its end; returns the cell."""
        return self.run_index(self.at(text))

    def run_index(self, index: int) -> Locator:
        before, start = self.page.evaluate(COUNT, index), time.perf_counter()
        self.run(index)
        if not self.ended(index, before, LONGEST_SILENCE):
            shown = self.prompt(index).inner_text()
            if shown == f"[{before or ' '}]:":  # neither a star nor, if it ends just now, a number
                self.silent.append(f"cell {index}, which shows {shown!r}")
            assert self.ended(index, before, LONG), f"Cell {index} does not end."
        self.seconds[f"cell {index}"] = time.perf_counter() - start
        self.page.wait_for_function(IDLE)  # its number may come before its last outputs
        laid_out(self.page)
        return self.cell(index)

    def ended(self, index: int, before: int | None, seconds: float) -> bool:
        try:
            self.page.wait_for_function(ENDED, arg=[index, before], timeout=seconds * 1000)
        except Error:
            return False
        return True

    def type_cell(self, after: str, code: str) -> int:
        """Write a new cell below another; returns its number."""
        index = self.at(after)
        self.go_to(index)
        self.keys("b", "Enter")
        self.page.keyboard.insert_text(code)
        self.keys("Escape")
        return index + 1

    def rewrite(self, text: str, code: str) -> int:
        """Write something else into a cell; returns its number."""
        index = self.at(text)
        self.go_to(index)
        self.keys("Enter", "Control+a")
        self.page.keyboard.insert_text(code)
        self.keys("Escape")
        return index

    def said(self, code: str) -> str:
        return self.notebook.kernel_says(code)

    def answer(self, item: course.Question, option: int, covers: str = "") -> None:
        """Answer a question by keys: with the option of this number in the course, and after a
        wrong answer with the right one, which uncovers the cell that the question `covers`."""
        index = self.at(f'ask("{item.id}"')
        self.run_index(index)
        covered = self.run_cell(covers).locator(".fl-cover") if covers else None
        view = self.enter(index)
        for chosen in dict.fromkeys([item.options[option], item.options[item.answer]]):
            self.choose(view, chosen.text)
            said = view.locator(".fl-reveal p").first
            expect(said).to_have_text(words(chosen.answer or "Right."))
            expect(view.locator("[data-answer=right]")).to_have_count(int(chosen.right))
            if covered is not None:
                expect(covered).to_have_count(int(not chosen.right))

    def choose(self, view: Locator, option: str) -> None:
        """Press the key of the option with this text: each student has an order of their own."""
        options = view.locator(".fl-options button")
        shown, text = options.locator(".fl-word").all_text_contents(), option.replace("`", "")
        assert text in shown, f"{text!r} is none of {shown}."
        self.keys(options.nth(shown.index(text)).locator("kbd").inner_text())

    def readable(self, minute: int, name: str, view: Locator) -> None:
        """Whether a class can read every word of a view."""
        with self.check(minute, f"18 px or more: {name}"):
            small = small_words(view)
            assert not small, f"{len(small)} are smaller: {small[0]}"

    def code_cells_until(self, text: str) -> int:
        """How many cells of code a student has met, without the questions."""
        return self.page.evaluate(CODE_CELLS, self.at(text))

    def reload(self) -> None:
        """Save, and load the page again, as a browser that was closed does."""
        self.go_to(self.at("%load_ext"))
        self.keys("Control+s")
        self.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
        self.page.reload()
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert self.page.evaluate(READY), "The kernel does not answer."
        self.notebook.select(0)

    def interrupt(self) -> None:
        """End a cell that still runs, by the keys of JupyterLab."""
        if not self.page.evaluate(IDLE):
            self.go_to(self.page.evaluate(ACTIVE))
            self.keys("i", "i")
            self.page.wait_for_function(IDLE)

    def restart(self) -> None:
        """A new kernel, by the keys of JupyterLab."""
        self.go_to(self.at("%load_ext"))
        before = self.page.evaluate(PROCESS)
        self.keys("0", "0")
        self.page.locator(".jp-Dialog").wait_for()
        self.keys("Enter")
        self.page.locator(".jp-Dialog").wait_for(state="detached")
        # What is asked while the old kernel ends gets no answer, so it is asked again.
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            if self.page.evaluate(PROCESS) not in ("", before):
                return
        raise AssertionError("The new kernel does not answer.")


def words(text: str) -> re.Pattern[str]:
    """A text of the course on the page, however its lines are broken."""
    return re.compile(r"\s+".join(map(re.escape, text.replace("`", "").split())))
