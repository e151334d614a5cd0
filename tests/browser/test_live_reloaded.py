"""A page that is loaded while a cell trains joins that training, and each save has its curves."""

from __future__ import annotations

import base64
import json
import zlib

import nbformat
from playwright.sync_api import expect

from tests.browser.every_view import SHUT_DOWN
from tests.browser.notebook_page import WINDOW, NotebookPage
from tests.browser.test_live_training import BLOCKING, MODEL, goes_on, tells, view_in

MIME = "application/vnd.funclab.view+json"
READS_FOUR = """
import numpy as np
from funclab import Input, Model
from funclab.layers import Dense
x = Input((4,), name="x")
m = Model(x, Dense(2, kernel_initializer="ones", name="sums")(x))
"""
SAVE = "() => jupyterapp.commands.execute('docmanager:save')"


def saved(path):
    """What a saved notebook has of its only view."""
    outputs = [o for cell in nbformat.read(path, 4).cells for o in cell.outputs]
    (kept,) = [o.metadata[MIME] for o in outputs if MIME in o.metadata]
    since = kept.get("since", {})  # packed, if nothing had changed for a moment
    return {**unpacked(kept["held"]), **(unpacked(since) if isinstance(since, str) else since)}


def unpacked(text):
    return json.loads(zlib.decompress(base64.b64decode(text)))


def last(kept):
    """The last epoch that a saved view has."""
    return kept["curves"]["epochs"][-1]


def drawn(view):
    """The last epoch of the curves, as the slider says it."""
    return int(view.locator(".fl-back").get_attribute("max"))


def follows(view, epochs):
    """Wait until a view has drawn more than this many epochs of a training under way."""
    view.page.wait_for_function(
        "(epochs) => Number(document.querySelector('.fl-training .fl-back')?.max) > epochs",
        arg=epochs,
    )
    goes_on(view)


def save(page, path):
    page.evaluate(SAVE)
    return saved(path)


def test_a_page_loaded_while_a_cell_trains_follows_it_to_its_end_and_saves_have_all_epochs(
    browser, lab, run_cells
):
    notebook = run_cells(lab, MODEL, BLOCKING, wait=False)
    page, view = notebook.page, view_in(notebook)
    follows(view, 5)
    path = lab.folder / page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
    shown = drawn(view)
    first = save(page, path)
    assert last(first) >= shown > 5

    page.reload()
    view = view_in(notebook)
    assert drawn(view) >= last(first)
    follows(view, last(first))
    expect(view.locator(".fl-why")).to_contain_text("does not hear buttons here while a cell runs")
    shown = drawn(view)
    second = save(page, path)
    assert last(second) >= shown > last(first)

    other = NotebookPage(browser.new_page(viewport=WINDOW))
    other.page.goto(lab.page(path.name))
    twin = view_in(other)
    follows(twin, last(second))
    follows(view, last(second))
    twin.focus()
    other.page.keyboard.press("x")  # it interrupts, as the page cannot reach the training
    for each in (twin, view):
        tells(each, "Stopped")

    count, stopped = notebook.kernel_says("print(len(history.epoch), history.stopped)").split()
    for each in (twin, view):
        expect(each.locator(".fl-back")).to_have_attribute("max", count)
    other.page.close()
    end = save(page, path)
    assert (stopped, end["status"]["phase"], str(last(end))) == ("True", "stopped", count)
    # Until the kernel answers it, JupyterLab does not know whose messages these are, and says so.
    said = [error for error in notebook.console_errors if not error.startswith("Comm not found")]
    assert said == []
    page.evaluate(SHUT_DOWN)


# As a page does that draws what is stored before the kernel's own facts arrive.
LATE = """() => {
  const [model] = globalThis.funclab.models.values(), facts = model.get("facts");
  model.set("facts", { withheld: true });
  const empty = document.querySelectorAll(".fl-in-empty").length;
  model.set("facts", facts);
  return empty;
}"""


def test_samples_that_are_not_stored_are_drawn_once_the_kernel_has_sent_them(lab, run_cells):
    look = "look = m.inside(np.eye(4)[:2], face='number', store=False)\nlook"
    notebook = run_cells(lab, READS_FOUR, look)
    notebook.joined("look")
    stage = notebook.page.locator(".fl-inside .fl-stage")
    expect(stage.locator(".fl-in-face")).to_contain_text("1.000")

    assert notebook.page.evaluate(LATE) == 1
    expect(stage.locator(".fl-in-face")).to_contain_text("1.000")
    expect(stage.locator(".fl-in-empty")).to_have_count(0)
