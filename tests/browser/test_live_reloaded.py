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
SAVE = "() => jupyterapp.commands.execute('docmanager:save')"


def saved(path):
    """What a saved notebook has of its only view."""
    outputs = [o for cell in nbformat.read(path, 4).cells for o in cell.outputs]
    (kept,) = [o.metadata[MIME] for o in outputs if MIME in o.metadata]
    held = json.loads(zlib.decompress(base64.b64decode(kept["held"])))
    return {**held, **kept.get("since", {})}


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


def test_a_page_loaded_while_a_cell_trains_follows_it_to_its_end_and_saves_have_all_epochs(
    browser, lab, run_cells
):
    notebook = run_cells(lab, MODEL, BLOCKING, wait=False)
    page, view = notebook.page, view_in(notebook)
    follows(view, 5)
    name = page.evaluate("() => jupyterapp.shell.currentWidget.context.path")
    path = lab.folder / name

    shown = drawn(view)
    page.evaluate(SAVE)
    first = saved(path)
    page.reload()
    view = view_in(notebook)
    seen = drawn(view)
    follows(view, last(first))
    follows(view, drawn(view))
    before = drawn(view)
    page.evaluate(SAVE)
    second = saved(path)
    expect(view.locator(".fl-why")).to_contain_text("does not hear buttons here while a cell runs")
    other = NotebookPage(browser.new_page(viewport=WINDOW))
    other.page.goto(lab.page(name))
    twin = view_in(other)
    follows(twin, last(second))
    follows(view, last(second))
    twin.focus()
    other.page.keyboard.press("x")

    assert last(first) >= shown > 5
    assert seen >= last(first)
    assert last(second) >= before > last(first)
    tells(twin, "Stopped")
    tells(view, "Stopped")
    ran = notebook.kernel_says("print(len(history.epoch), history.stopped)").split()
    assert ran[1] == "True"
    for each in (view, twin):
        expect(each.locator(".fl-back")).to_have_attribute("max", ran[0])
    assert page.evaluate("() => funclab.models.size") > 0
    other.page.close()
    page.evaluate(SAVE)
    end = saved(path)
    assert end["status"]["phase"] == "stopped"
    assert last(end) == int(ran[0])
    assert notebook.console_errors == []
    page.evaluate(SHUT_DOWN)
