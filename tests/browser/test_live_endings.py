"""Trainings that end in odd ways: stopped twice, with the kernel gone, or several at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.every_view import SHUT_DOWN
from tests.browser.test_live_training import (
    BACKGROUND,
    MODEL,
    OUTPUTS,
    TWINS,
    run_cell,
    view_in,
)

LONG_VALIDATION = """
many = np.repeat(x, 40, axis=0), np.repeat(y, 40)
history = model.fit(x, y, epochs=1000, validation_data=many, background=True, live=True)
"""
TWO = """
def another(name):
    end = funclab.Input((64,))
    made = funclab.Model(end, Dense(10, activation="softmax")(end), name=name)
    made.compile("adam", "sparse_categorical_crossentropy")
    return made
one, two = another("one"), another("two")
first, second = (
    each.fit(x, y, epochs=100_000, background=True, live=True) for each in (one, two)
)
"""

# The keydown listeners of the window, counted from now on.
COUNT_LISTENERS = """() => {
  window.listening = 0;
  const { addEventListener: add, removeEventListener: remove } = window;
  window.addEventListener = (name, ...rest) => {
    window.listening += name === "keydown";
    add.call(window, name, ...rest);
  };
  window.removeEventListener = (name, ...rest) => {
    window.listening -= name === "keydown";
    remove.call(window, name, ...rest);
  };
}"""
GOES_ON = """
import time
first = int(model.optimizer.iterations)
for _ in range(100):
    time.sleep(0.1)
    if int(model.optimizer.iterations) > first:
        break
print(int(model.optimizer.iterations) > first)
"""
CLEAR = "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"


def heard(notebook, place=0):
    """A view whose buttons work."""
    view = notebook.page.locator(".fl-training").nth(place)
    view.wait_for(timeout=60_000)
    expect(view.locator(".fl-why")).to_have_text("")
    return view


def test_stop_in_the_midst_of_validation_and_twice_ends_it_once(lab, open_notebook, write_notebook):
    notebook = open_notebook(lab, write_notebook("validating", MODEL, LONG_VALIDATION))
    notebook.run_all()
    view = heard(notebook)
    expect(view.locator(".fl-where")).to_contain_text("validating")
    view.focus()

    notebook.page.keyboard.press("x")
    notebook.page.keyboard.press("x")

    expect(view.locator(".fl-where")).to_contain_text("Stopped")
    assert run_cell(notebook, "print(history.wait().stopped, history.running)") == "True False"
    assert run_cell(notebook, "print(len(model.fit(x, y, live=False).epoch))").endswith("1")
    assert notebook.console_errors == []


def test_two_models_train_at_once_and_each_view_steers_its_own(lab, open_notebook, write_notebook):
    notebook = open_notebook(lab, write_notebook("two", MODEL, TWO))
    notebook.run_all()
    one, two = heard(notebook, 0), heard(notebook, 1)
    one.focus()

    notebook.page.keyboard.press("x")

    expect(one.locator(".fl-where")).to_contain_text("Stopped")
    before = two.locator(".fl-where").inner_text()
    expect(two.locator(".fl-where")).not_to_have_text(before)
    assert run_cell(notebook, "print(first.wait().stopped, second.running)") == "True True"
    run_cell(notebook, "second.stop().wait()")
    assert notebook.console_errors == []


def test_running_the_cell_again_while_it_trains_is_refused_and_the_first_view_goes_on(
    lab, open_notebook, write_notebook
):
    notebook = open_notebook(lab, write_notebook("again", MODEL, BACKGROUND))
    notebook.run_all()
    heard(notebook)

    said = run_cell(notebook, BACKGROUND)

    assert "is being trained" in said
    view = view_in(notebook)
    before = view.locator(".fl-where").inner_text()
    expect(view.locator(".fl-where")).not_to_have_text(before)
    run_cell(notebook, "history.stop().wait()")
    expect(view.locator(".fl-where")).to_contain_text("Stopped")


def test_a_kernel_that_is_restarted_takes_the_training_along_and_the_view_says_so(
    lab, open_notebook, write_notebook
):
    notebook = open_notebook(lab, write_notebook("restart", MODEL, BACKGROUND))
    notebook.run_all()
    view = heard(notebook)
    view.focus()
    notebook.page.keyboard.press(" ")
    expect(view.locator(".fl-where")).to_contain_text("Paused")

    notebook.page.evaluate(
        "async () => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )

    expect(view.locator(".fl-where")).to_contain_text("The kernel ended in epoch")
    expect(view.locator("[data-name=live_pause]")).to_be_hidden()


def test_a_training_goes_on_when_its_page_is_closed_and_a_new_page_can_stop_it(
    lab, open_notebook, write_notebook
):
    notebook = open_notebook(lab, write_notebook("closed", MODEL, BACKGROUND))
    notebook.run_all()
    heard(notebook)
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    address, context = notebook.page.url, notebook.page.context

    notebook.page.close()
    page = context.new_page()
    page.goto(address)
    view = page.locator(".fl-training").first
    view.wait_for(timeout=60_000)

    expect(view.locator(".fl-why")).to_have_text("")
    before = view.locator(".fl-where").inner_text()
    expect(view.locator(".fl-where")).not_to_have_text(before)
    view.focus()
    page.keyboard.press("x")
    expect(view.locator(".fl-where")).to_contain_text("Stopped")


def test_a_loop_of_many_trainings_leaves_three_views(lab, open_notebook, write_notebook):
    loop = """
from funclab import Input, Model
def one(seed):
    funclab.utils.set_random_seed(seed)
    end = Input((64,))
    own = Model(end, Dense(10, activation="softmax")(end), name=f"draw_{seed}")
    own.compile("adam", "sparse_categorical_crossentropy")
    return own.fit(x[:200], y[:200], epochs=2, validation_split=0.2)
histories = [one(seed) for seed in range(12)]
"""
    load = "%load_ext funclab"
    notebook = open_notebook(lab, write_notebook("loop", load, MODEL, loop))
    cells = notebook.run_all()
    views = notebook.page.locator(".fl-training")

    expect(views).to_have_count(3)
    expect(views.nth(2).locator(".fl-where")).to_contain_text("Training 12 of this cell")
    expect(views.nth(2).locator(".fl-where")).to_contain_text("Trained for 2 epochs")
    outputs = notebook.page.evaluate(OUTPUTS)
    assert [cell["error"] for cell in cells] == [None] * 3
    assert [len(found) for found in outputs] == [0, 0, 3]
    assert "draw_11" in outputs[2][2]["data"]["image/svg+xml"]
    assert notebook.console_errors == []


def test_a_view_that_is_lost_says_so_while_the_training_goes_on(lab, open_notebook, write_notebook):
    notebook = open_notebook(lab, write_notebook("lost", MODEL, BACKGROUND))
    notebook.run_all()
    view = heard(notebook)

    run_cell(notebook, "model.compiled_state.loop.watchers[0].heat.weights = {'hidden': [None]}")

    expect(view.locator(".fl-where")).to_contain_text("This view has ended")
    assert run_cell(notebook, "print(history.running, history.stop().wait().stopped)").endswith(
        "True True"
    )


def test_a_view_and_its_slow_motion_that_are_cleared_away_listen_no_more_and_training_goes_on(
    lab, open_notebook, write_notebook
):
    fit = "history = model.fit(pairs, sums, epochs=100_000, background=True, live=True)"
    notebook = open_notebook(lab, write_notebook("cleared", TWINS, fit))
    page = notebook.page
    page.evaluate(COUNT_LISTENERS)
    notebook.run_all()
    heard(notebook).focus()
    page.keyboard.press("s")
    expect(page.locator(".fl-trace .fl-caption")).to_contain_text("eye")
    listening = page.evaluate("() => window.listening")

    page.evaluate(CLEAR)

    expect(page.locator(".fl")).to_have_count(0)
    assert listening >= 3
    page.wait_for_function("() => window.listening === 0")
    assert run_cell(notebook, GOES_ON) == "True"
    assert run_cell(notebook, "print(history.stop().wait().stopped)") == "True"
    assert notebook.console_errors == []


def opened_without_its_kernel(notebook):
    """The first view of a notebook that was saved, and is opened again when its kernel is gone."""
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.page.evaluate(SHUT_DOWN)
    notebook.page.reload()
    view = notebook.page.locator(".fl-training").first
    view.wait_for(timeout=60_000)
    return view


def test_a_training_that_is_over_is_whole_when_its_notebook_is_opened_without_the_kernel(
    jupyter, open_notebook, write_notebook
):
    fit = "history = model.fit(x, y, epochs=5, validation_split=0.2, live=True)"
    notebook = open_notebook(jupyter, write_notebook("kept", MODEL, fit))
    notebook.run_all()
    where = notebook.page.locator(".fl-training .fl-where").first
    expect(where).to_contain_text("Trained for 5 epochs")

    view = opened_without_its_kernel(notebook)
    view.focus()
    for key in ("l", "ArrowLeft"):
        notebook.page.keyboard.press(key)

    expect(view.locator(".fl-where")).to_contain_text("Trained for 5 epochs")
    expect(view.locator(".fl-chart svg")).to_have_count(2)
    expect(view.locator(".fl-chart").first).to_contain_text("log scale")
    expect(view.locator(".fl-caption")).to_contain_text("Epoch 4: loss: training ")
    expect(view.locator(".fl-heat")).to_have_count(2)


def test_a_training_that_was_under_way_is_not_shown_as_running_without_its_kernel(
    lab, open_notebook, write_notebook
):
    notebook = open_notebook(lab, write_notebook("under_way", MODEL, BACKGROUND))
    notebook.run_all()
    heard(notebook)

    view = opened_without_its_kernel(notebook)

    expect(view.locator(".fl-where")).to_contain_text("It is not running now")
    expect(view.locator(".fl-place")).to_be_hidden()
    expect(view.locator("[data-name=live_pause]")).to_be_hidden()
