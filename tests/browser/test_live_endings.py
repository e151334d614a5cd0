"""Training runs that end in odd ways: stopped twice, with the kernel gone, or several at once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.every_view import SHUT_DOWN
from tests.browser.test_live_training import (
    BACKGROUND,
    MODEL,
    OUTPUTS,
    TWINS,
    goes_on,
    heard,
    tells,
    view_in,
)

LONG_VALIDATION = """
many = np.repeat(x, 40, axis=0), np.repeat(y, 40)
history = model.fit(x, y, **forever, validation_data=many, background=True)
"""
TWO = """
def another(name):
    end = funclab.Input((64,))
    made = funclab.Model(end, Dense(10, activation="softmax")(end), name=name)
    made.compile("adam", "sparse_categorical_crossentropy")
    return made
one, two = another("one"), another("two")
first, second = (
    each.fit(x, y, **forever, background=True) for each in (one, two)
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
for _ in range(600):
    time.sleep(0.1)
    if int(model.optimizer.iterations) > first:
        break
print(int(model.optimizer.iterations) > first)
"""
CLEAR = "() => jupyterapp.commands.execute('notebook:clear-all-cell-outputs')"


def test_stop_in_the_midst_of_validation_and_twice_ends_it_once(lab, run_cells):
    notebook = run_cells(lab, MODEL, LONG_VALIDATION)
    view = heard(notebook)
    tells(view, "validating")
    view.focus()

    notebook.page.keyboard.press("x")
    notebook.page.keyboard.press("x")

    tells(view, "Stopped")
    assert notebook.kernel_says("print(history.wait().stopped, history.running)") == "True False"
    assert notebook.kernel_says("print(len(model.fit(x, y, live=False).epoch))").endswith("1")
    assert notebook.console_errors == []


def test_two_models_train_at_once_and_each_view_steers_its_own(lab, run_cells):
    notebook = run_cells(lab, MODEL, TWO)
    one, two = heard(notebook, 0), heard(notebook, 1)
    one.focus()

    notebook.page.keyboard.press("x")

    tells(one, "Stopped")
    goes_on(two)
    assert notebook.kernel_says("print(first.wait().stopped, second.running)") == "True True"
    notebook.kernel_says("second.stop().wait()")
    assert notebook.console_errors == []


def test_running_the_cell_again_while_it_trains_is_refused_and_the_first_view_goes_on(
    lab, run_cells
):
    notebook = run_cells(lab, MODEL, BACKGROUND)
    heard(notebook)

    said = notebook.kernel_says(BACKGROUND)

    assert "is being trained" in said
    view = view_in(notebook)
    goes_on(view)
    notebook.kernel_says("history.stop().wait()")
    tells(view, "Stopped")


def test_a_kernel_that_is_restarted_takes_the_training_along_and_the_view_says_so(lab, run_cells):
    notebook = run_cells(lab, MODEL, BACKGROUND, "funclab.edit(model)")
    view = heard(notebook)
    view.focus()
    notebook.page.keyboard.press(" ")
    tells(view, "Paused")
    edited = notebook.page.locator(".fl-edit")
    expect(edited.locator(".box").first).to_be_visible()

    notebook.page.evaluate(
        "async () => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )

    tells(view, "The kernel ended in epoch")
    expect(view.locator("[aria-keyshortcuts=Space]")).to_be_hidden()
    edited.focus()
    notebook.page.keyboard.press("i")
    expect(edited.locator(".fl-status")).to_contain_text("run the cell again")


def test_a_loop_of_many_trainings_leaves_three_views(lab, run_cells):
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
    notebook = run_cells(lab, load, MODEL, loop)
    views = notebook.page.locator(".fl-training")

    expect(views).to_have_count(3)
    tells(views.nth(2), "Training 12 of this cell")
    tells(views.nth(2), "Trained for 2 epochs")
    outputs = notebook.page.evaluate(OUTPUTS)
    assert [len(shown) for shown in outputs] == [0, 0, 3]
    assert "draw_11" in outputs[2][2]["data"]["image/svg+xml"]
    assert notebook.console_errors == []


def test_a_view_that_is_lost_says_so_while_the_training_goes_on(lab, run_cells):
    notebook = run_cells(lab, MODEL, BACKGROUND)
    view = heard(notebook)

    notebook.kernel_says("model.compiled_state.loop.watchers[0].heat.weights = {'hidden': [None]}")

    tells(view, "This view has ended")
    assert notebook.kernel_says("print(history.running, history.stop().wait().stopped)").endswith(
        "True True"
    )


def test_a_view_and_its_slow_motion_that_are_cleared_away_listen_no_more_and_training_goes_on(
    lab, open_notebook, write_notebook
):
    fit = "history = model.fit(pairs, sums, **forever, background=True)"
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
    assert notebook.kernel_says(GOES_ON) == "True"
    assert notebook.kernel_says("print(history.stop().wait().stopped)") == "True"
    assert notebook.console_errors == []
    notebook.leave()
    page.close()


def opened_without_its_kernel(notebook):
    """The first view of a notebook that was saved, and is opened again when its kernel is gone."""
    notebook.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.page.evaluate(SHUT_DOWN)
    notebook.page.reload()
    notebook.ready()
    return view_in(notebook)


def test_a_training_that_is_over_is_whole_when_its_notebook_is_opened_without_the_kernel(
    jupyter, run_cells
):
    fit = "history = model.fit(x, y, epochs=5, validation_split=0.2, live=True)"
    notebook = run_cells(jupyter, MODEL, fit)
    tells(view_in(notebook), "Trained for 5 epochs")

    view = opened_without_its_kernel(notebook)
    view.focus()
    for key in ("l", "ArrowLeft"):
        notebook.page.keyboard.press(key)

    tells(view, "Trained for 5 epochs")
    expect(view.locator(".fl-chart svg")).to_have_count(2)
    expect(view.locator(".fl-chart").first).to_contain_text("log scale")
    expect(view.locator(".fl-caption")).to_contain_text("Epoch 4: loss: training ")
    expect(view.locator(".fl-heat")).to_have_count(2)


def test_layers_have_the_same_numbers_when_the_notebook_is_opened_again(lab, run_cells):
    fit = "history = model.fit(x[:200], y[:200], epochs=30, live=True)"
    notebook = run_cells(lab, MODEL, fit)
    view = view_in(notebook)
    tells(view, "Trained for 30 epochs")
    numbers = view.locator(".fl-layers .fl-measure")

    view.focus()
    notebook.page.keyboard.press("t")
    expect(numbers).to_have_count(6)
    live = numbers.all_text_contents()
    code = "print(*(text for layer in ('hidden', 'digit') for text in told[layer]), sep=';')"
    told = """
last = funclab.watch(model).curves["heat"][-1]
told = {name: [one[1] if one else "–" for one in cells] for name, cells in last["layers"].items()}
"""
    measured = notebook.kernel_says(told + code)
    epoch = notebook.kernel_says("print(last['epoch'])")
    view = opened_without_its_kernel(notebook)
    view.focus()
    if not view.locator(".fl-layers").count():
        notebook.page.keyboard.press("t")
    expect(numbers).to_have_count(6)

    assert epoch == "30"
    assert live == measured.split(";")
    assert numbers.all_text_contents() == live
    expect(view.locator(".fl-bar .fl-soft")).to_have_text("The graph shows: gradient")


def test_a_training_that_was_under_way_is_not_shown_as_running_without_its_kernel(lab, run_cells):
    notebook = run_cells(lab, MODEL, BACKGROUND)
    heard(notebook)

    view = opened_without_its_kernel(notebook)

    tells(view, "It is not running now")
    expect(view.locator(".fl-place")).to_be_hidden()
    expect(view.locator("[aria-keyshortcuts=Space]")).to_be_hidden()
