"""A training watched in a real notebook: curves that grow, buttons that tell the truth."""

from __future__ import annotations

from playwright.sync_api import expect

MODEL = """
import numpy as np, funclab
from funclab.layers import Dense
funclab.utils.set_random_seed(0)
random = np.random.RandomState(0)
x = random.rand(4000, 64).astype("float32")
y = random.randint(0, 10, 4000)
inputs = funclab.Input((64,), name="pixels")
hidden = Dense(32, activation="relu", name="hidden")(inputs)
model = funclab.Model(inputs, Dense(10, activation="softmax", name="digit")(hidden), name="digits")
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
FOREVER = "epochs=100_000, validation_split=0.2, live=True"
BACKGROUND = f"history = model.fit(x, y, {FOREVER}, background=True)"
BLOCKING = f"history = model.fit(x, y, {FOREVER})"
RUN_NEXT = "() => { jupyterapp.commands.execute('notebook:run-cell-and-select-next'); }"
RUN_ALL_NO_WAIT = "() => { jupyterapp.commands.execute('notebook:run-all-cells'); }"


def view_in(notebook):
    view = notebook.page.locator(".fl-training").first
    view.wait_for(timeout=60_000)
    return view


def run_cell(notebook, code):
    """Run code in a new cell at the end, and return the text it prints."""
    return notebook.page.evaluate(
        """async (code) => {
          const panel = jupyterapp.shell.currentWidget;
          const kernel = panel.sessionContext.session.kernel;
          let text = "";
          const future = kernel.requestExecute({ code });
          future.onIOPub = ({ content }) => { text += content.text ?? content.evalue ?? ""; };
          await future.done;
          return text.trim();
        }""",
        code,
    )


def test_a_training_in_the_background_is_watched_and_stopped_by_keys(
    jupyter, open_notebook, write_notebook
):
    notebook = open_notebook(jupyter, write_notebook("watched", MODEL, BACKGROUND))
    notebook.run_all()
    view = view_in(notebook)

    expect(view.locator(".fl-why")).to_have_text("", timeout=10_000)
    first = view.locator(".fl-where").inner_text()
    expect(view.locator(".fl-where")).not_to_have_text(first)
    notebook.screenshot(f"live-{jupyter.kind}")
    view.focus()
    notebook.page.keyboard.press("x")

    expect(view.locator(".fl-where")).to_contain_text("Stopped")
    assert run_cell(notebook, "print(history.wait().stopped, history.running)") == "True False"
    assert view.locator(".fl-line.fl-training").count() == 2
    assert notebook.console_errors == []
    assert notebook.outside_requests == []


def test_a_cell_that_trains_can_be_paused_stepped_and_stopped_where_the_kernel_hears(
    jupyter, open_notebook, write_notebook
):
    notebook = open_notebook(jupyter, write_notebook("blocking", MODEL, BLOCKING))
    notebook.page.evaluate(RUN_ALL_NO_WAIT)
    view = view_in(notebook)
    view.focus()

    expect(view.locator(".fl-why")).to_have_text("", timeout=10_000)
    notebook.page.keyboard.press(" ")
    expect(view.locator(".fl-where")).to_contain_text("Paused")
    before = view.locator(".fl-where").inner_text()
    notebook.page.keyboard.press("n")
    expect(view.locator(".fl-where")).not_to_have_text(before)
    notebook.page.keyboard.press("x")

    expect(view.locator(".fl-where")).to_contain_text("Stopped")
    assert run_cell(notebook, "print(history.stopped)") == "True"
    assert notebook.console_errors == []
