"""After its cell was run, a view is in sight and stays there, unless the reader goes elsewhere."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import becomes, laid_out

MODEL = """%load_ext funclab
import time, numpy as np
from funclab import Input, Model
from funclab.layers import Dense
x = Input((8,), name="x")
shared = Dense(8, activation="relu", name="shared")
model = Model(x, Dense(2, activation="softmax", name="out")(shared(shared(x))), name="twice")
model.compile("sgd", "sparse_categorical_crossentropy")
images, labels = np.random.rand(64, 8), np.random.randint(0, 2, 64)"""
LINES = "print('\\n'.join(map(str, range(30))))"
FIT = "history = model.fit(images, labels, epochs=3)"
LATE = "time.sleep(2)\nmodel"
CELLS = [MODEL, LINES, "model", LINES, FIT, LINES, LATE, LINES, LINES]
VIEW, TRAINING, SLOW = 2, 4, 6
# How far the view of a cell reaches out of the visible part of the notebook, above and below.
OUTSIDE = """index => {
  const page = document.querySelector(".jp-WindowedPanel-outer").getBoundingClientRect();
  const cell = jupyterapp.shell.currentWidget.content.widgets[index].node;
  const view = cell.querySelector(".fl")?.getBoundingClientRect();
  const far = view && [page.top - view.top, view.bottom - page.bottom];
  return far?.map((one) => Math.max(0, Math.round(one)));
}"""
TOP = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
WINDOWS = [(1280, 720), (1440, 900)]


@pytest.fixture
def opened(jupyter, open_notebook, write_notebook):
    """The notebook, in a window of 1280 by 720, with its first two cells run."""
    notebook = open_notebook(jupyter, write_notebook("sight", *CELLS))
    notebook.page.set_viewport_size({"width": 1280, "height": 720})
    run(notebook, 0)
    return notebook


def run(notebook, index):
    """Shift-Enter in a cell."""
    notebook.select(index)
    laid_out(notebook.page)
    notebook.page.keyboard.press("Shift+Enter")


def stays(notebook, index):
    """Wait until a cell has a view that is in sight, and look again later."""
    page = notebook.page
    becomes(page, lambda: page.evaluate(OUTSIDE, index), [0, 0])
    page.wait_for_timeout(600)
    assert page.evaluate(OUTSIDE, index) == [0, 0]


def test_after_shift_enter_a_view_and_a_training_are_in_sight_and_stay_there(opened):
    for size in WINDOWS:
        opened.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        for index in (1, VIEW, 3, TRAINING, 5, SLOW):
            run(opened, index)
            if index in (VIEW, TRAINING, SLOW):
                stays(opened, index)
    assert opened.quiet


def test_a_reader_who_scrolls_or_types_meanwhile_is_left_alone(opened):
    page = opened.page
    for move in ("wheel", "key"):
        run(opened, SLOW)
        if move == "wheel":
            page.mouse.move(640, 400)
            page.mouse.wheel(0, -5000)
        else:
            opened.select(0)
            page.keyboard.press("ArrowDown")
        laid_out(page)
        before = page.evaluate(TOP)
        opened.kernel_says("1")  # it answers when the cell has ended
        becomes(page, lambda: page.evaluate(OUTSIDE, SLOW) is None, False)
        page.wait_for_timeout(300)

        assert abs(page.evaluate(TOP) - before) < 30


def test_an_opened_notebook_begins_at_its_top_and_scrolls_to_no_view(opened):
    page = opened.page
    run(opened, VIEW)
    stays(opened, VIEW)
    page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    page.reload()
    opened.ready()
    expect(page.locator(".jp-Notebook .fl").first).to_be_attached()
    page.wait_for_timeout(300)

    assert page.evaluate(TOP) == 0


def test_of_many_cells_that_are_run_at_once_only_the_last_is_scrolled_to(opened):
    opened.run_all()

    assert opened.page.evaluate(OUTSIDE, VIEW) != [0, 0]
