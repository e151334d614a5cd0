"""Live training in a real notebook: curves that grow, and buttons that show the true state."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.notebook_page import RUN_ALL_NO_WAIT

# A training that goes on until it is stopped leaves the processor to the page meanwhile.
CALM = """
import time, numpy as np, funclab
class Calm(funclab.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.002)
forever = {"epochs": 10**7, "callbacks": [Calm()], "live": True}
"""
MODEL = (
    CALM
    + """
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
)
FOREVER = "**forever, validation_split=0.2"
BACKGROUND = f"history = model.fit(x, y, {FOREVER}, background=True)"
BLOCKING = f"history = model.fit(x, y, {FOREVER})"
OUTPUTS = """() => jupyterapp.shell.currentWidget.content.widgets
  .map(cell => cell.model.outputs.toJSON())"""
# Like front ends without subshells: messages wait until the cell has ended.
NO_SUBSHELLS = """() => {
  jupyterapp.shell.currentWidget.sessionContext.session.kernel.commsOverSubshells = "disabled";
}"""


def view_in(notebook, index=0):
    view = notebook.page.locator(".fl-training").nth(index)
    view.wait_for(timeout=60_000)
    return view


def heard(notebook, index=0):
    """A view whose buttons work: the kernel has answered it."""
    view = view_in(notebook, index)
    expect(view.locator("[aria-keyshortcuts=Space]")).to_have_attribute("aria-disabled", "false")
    expect(view.locator(".fl-why")).to_have_text("")
    return view


def tells(view, text, **settings):
    """Wait until a view gives this status of its training."""
    expect(view.locator(".fl-where")).to_contain_text(text, **settings)


def goes_on(view):
    """Wait until a training has moved on."""
    before = view.locator(".fl-where").inner_text()
    expect(view.locator(".fl-where")).not_to_have_text(before)


def test_a_training_in_the_background_is_watched_and_stopped_by_keys(jupyter, run_cells):
    notebook = run_cells(jupyter, MODEL, BACKGROUND)
    view = heard(notebook)

    goes_on(view)
    notebook.screenshot(f"live-{jupyter.kind}")
    view.focus()
    notebook.page.keyboard.press("x")

    tells(view, "Stopped")
    assert notebook.kernel_says("print(history.wait().stopped, history.running)") == "True False"
    expect(view.locator(".fl-chart svg")).to_have_count(2)
    assert notebook.quiet


def test_a_cell_that_trains_can_be_paused_stepped_and_stopped_where_the_kernel_hears(
    jupyter, run_cells
):
    notebook = run_cells(jupyter, MODEL, BLOCKING, wait=False)
    view = heard(notebook)
    view.focus()

    notebook.page.keyboard.press(" ")
    tells(view, "Paused")
    before = view.locator(".fl-where").inner_text()
    notebook.page.keyboard.press("n")
    expect(view.locator(".fl-where")).not_to_have_text(before)
    notebook.page.keyboard.press("x")

    tells(view, "Stopped")
    assert notebook.kernel_says("print(history.stopped)") == "True"
    assert notebook.console_errors == []


TWINS = (
    CALM
    + """
from funclab import Input, Model, layers
random = np.random.RandomState(0)
pairs = [random.rand(600, 12).astype("float32") for _ in range(2)]
sums = pairs[0].sum(axis=1) + pairs[1].sum(axis=1)
ends = [Input((12,), name=name) for name in ("left", "right")]
eye = layers.Dense(8, activation="relu", name="eye")
merged = layers.concatenate([eye(one) for one in ends])
model = Model(ends, layers.Dense(1, name="sum")(merged), name="twins")
model.compile("adam", "mse")
"""
)


def test_a_paused_training_shows_gradients_adding_at_the_shared_weight_and_goes_on(lab, run_cells):
    fit = "history = model.fit(pairs, sums, **forever, background=True)"
    notebook = run_cells(lab, TWINS, fit)
    page, view = notebook.page, heard(notebook)
    view.focus()

    page.keyboard.press("s")
    slow = page.locator(".fl-trace")
    expect(slow.locator(".fl-caption")).to_contain_text("eye")
    expect(slow.locator(".fl-caption")).to_contain_text("2 gradients meet there and are added")
    tells(view, "Paused")
    notebook.screenshot("live-slow")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("s")

    expect(slow).to_have_count(0)
    expect(view).to_be_focused()
    expect(view.locator(".fl-where")).not_to_contain_text("Paused")
    page.keyboard.press("x")
    tells(view, "Stopped")
    assert notebook.kernel_says("print(history.wait().stopped)") == "True"
    assert notebook.console_errors == []


def test_an_async_cell_answers_to_its_buttons(lab, run_cells):
    fit = f"history = await model.fit_async(x, y, {FOREVER})"
    notebook = run_cells(lab, MODEL, fit, wait=False)
    view = heard(notebook)

    view.locator("[aria-keyshortcuts=Space]").click()
    tells(view, "Paused")
    view.locator("[aria-keyshortcuts=Space]").click()
    expect(view.locator(".fl-where")).not_to_contain_text("Paused")
    view.locator("[aria-keyshortcuts=x]").click()

    tells(view, "Stopped")
    assert notebook.kernel_says("print(history.stopped)") == "True"


def test_a_reloaded_page_keeps_the_curves_and_follows_on(jupyter, run_cells):
    notebook = run_cells(jupyter, MODEL, BACKGROUND)
    view = view_in(notebook)
    expect(view.locator(".fl-caption")).to_contain_text("After epoch")
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")

    notebook.page.reload()
    notebook.ready()
    view = heard(notebook)

    expect(view.locator(".fl-chart svg")).to_have_count(2)
    goes_on(view)
    view.focus()
    notebook.page.keyboard.press("x")
    tells(view, "Stopped")


def test_keys_change_the_learning_rate_the_scale_and_the_measure(lab, run_cells):
    notebook = run_cells(lab, MODEL, BACKGROUND)
    view = heard(notebook)
    view.focus()

    for key in ("+", "l", "h", "ArrowDown", "t"):
        notebook.page.keyboard.press(key)

    expect(view.locator(".fl-rate")).to_have_value("0.002")
    expect(view.locator(".fl-chart").first).to_contain_text("log scale")
    expect(view.locator("[aria-keyshortcuts=l]")).to_contain_text("linear scale")
    expect(view.locator(".fl-bar .fl-soft")).to_have_text("The graph shows: change")
    expect(view.locator(".fl-layers tbody tr")).to_have_count(2)
    rate = notebook.kernel_says("print(round(float(model.optimizer.learning_rate), 6))")
    notebook.screenshot("live-keys")
    notebook.kernel_says("history.stop().wait()")
    assert rate == "0.002"
    assert notebook.console_errors == []


def test_after_the_last_epoch_the_picture_stays_and_earlier_runs_are_beside(
    lab, open_notebook, write_notebook
):
    first, second = (
        f"history = model.fit(x, y, epochs={n}, live=True, validation_split=0.2)" for n in (3, 4)
    )
    notebook = open_notebook(lab, write_notebook("twice", MODEL, first, second))
    cells = notebook.run_all()
    views = notebook.page.locator(".fl-training")

    tells(views.nth(1), "Trained for 4 epochs")
    expect(views.nth(1).locator(".fl-chart").first).to_contain_text("run 1")
    notebook.screenshot("live-twice")
    outputs = notebook.page.evaluate(OUTPUTS)

    assert [cell["error"] for cell in cells] == [None] * 3
    assert len(outputs[1]) == len(outputs[2]) == 1
    assert "3 epochs" in outputs[1][0]["data"]["image/svg+xml"]
    assert ">run 1, validation<" in outputs[2][0]["data"]["image/svg+xml"]
    assert notebook.console_errors == []


def test_in_ask_mode_the_curves_wait_for_an_answer_and_the_truth_comes_at_the_end(lab, run_cells):
    fit = 'history = model.fit(x, y, epochs=40, validation_split=0.2, live={"ask": True})'
    notebook = run_cells(lab, MODEL, fit, wait=False)
    view = view_in(notebook)
    view.focus()

    expect(view.locator(".fl-prompt")).to_contain_text("lower at the end")
    expect(view.locator(".fl-chart svg")).to_have_count(0)
    notebook.page.keyboard.press("1")
    expect(view.locator(".fl-prompt")).to_contain_text("lie above its lowest")
    notebook.page.keyboard.press("2")
    expect(view.locator(".fl-chart svg").first).to_be_visible()
    tells(view, "Trained")

    expect(view.locator(".fl-ask")).to_contain_text("it is")


def test_where_the_kernel_does_not_hear_only_stop_is_offered_and_the_reason_is_said(
    jupyter, open_notebook, write_notebook
):
    notebook = open_notebook(jupyter, write_notebook("deaf", MODEL, BLOCKING))
    notebook.page.evaluate(NO_SUBSHELLS)
    notebook.page.evaluate(RUN_ALL_NO_WAIT)
    view = view_in(notebook)
    view.focus()

    expect(view.locator(".fl-why")).to_contain_text("does not hear buttons")
    expect(view.locator(".fl-why")).to_contain_text("background=True")
    expect(view.locator("[aria-keyshortcuts=Space]")).to_have_attribute("aria-disabled", "true")
    notebook.page.keyboard.press(" ")
    expect(view.locator(".fl-status")).to_contain_text("does not hear buttons")
    notebook.screenshot(f"live-deaf-{jupyter.kind}")
    notebook.page.keyboard.press("x")

    tells(view, "Stopped")
    assert notebook.kernel_says("print(history.stopped)") == "True"
    assert notebook.console_errors == []


def test_looking_back_shows_an_epoch_and_enter_brings_its_weights_back(lab, run_cells):
    fit = "history = model.fit(x, y, epochs=5, validation_split=0.2, live=True, snapshots=True)"
    keep = "last = model.get_weights()[0]"
    notebook = run_cells(lab, MODEL, fit, keep)
    view = view_in(notebook)
    tells(view, "Trained for 5 epochs")
    expect(view.locator("[aria-keyshortcuts=Enter]")).to_be_enabled()  # the kernel has answered
    view.focus()

    for key in ("ArrowLeft", "ArrowLeft", "Enter"):
        notebook.page.keyboard.press(key)

    expect(view.locator(".fl-caption")).to_contain_text("Epoch 3: loss: training ")
    expect(view.locator("line.fl-cursor")).to_have_count(2)
    expect(view.locator(".fl-status")).to_contain_text("weights of epoch 3 again")
    notebook.screenshot("live-back")
    assert notebook.kernel_says("print((model.get_weights()[0] != last).any())") == "True"
    assert notebook.console_errors == []
