"""The live views and what each must do, as a table; and the notebook in which they do it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.notebook_page import NotebookPage, write_cells

MODEL = """
%load_ext funclab
import funclab, time
import numpy as np
from IPython.utils.capture import capture_output
from funclab import Input, Model
from funclab.layers import Dense
funclab.utils.set_random_seed(0)
inputs = Input((8,), name="pixels")
shared = Dense(8, activation="relu", name="shared")
model = Model(inputs, Dense(2, name="head")(shared(shared(inputs))), name="model")
model.compile("sgd", "mse")
x, y = np.random.RandomState(0).rand(64, 8), np.ones((64, 2))
"""
OTHER = """
a, b = model, Model(inputs, Dense(2, name="head")(shared(inputs)), name="b")
"""
TWO_RUNS = """
history1, history2 = (
    model.fit(x, y, epochs=n, validation_split=0.25, verbose=0, run=f"{n} epochs") for n in (3, 5)
)
"""
TRAINED = """
with capture_output():
    model.fit(x, y, epochs=4, validation_split=0.25, live=True)
"""
IN_TRAINING = """
class Slow(funclab.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.05)
options = {"epochs": 10**7, "validation_split": 0.25, "callbacks": [Slow()], "live": True}
with capture_output():
    history = model.fit(x, y, **options, background=True)
while len(history.epoch) < 2:
    time.sleep(0.05)
"""
RUN_CELL = """async ([index, code]) => {
  const panel = jupyterapp.shell.currentWidget, notebook = panel.content;
  notebook.widgets[index].model.sharedModel.setSource(code);
  notebook.activeCellIndex = index;
  await jupyterapp.commands.execute("notebook:run-cell");
  await panel.sessionContext.session.kernel.requestKernelInfo();
}"""
# Marks a cell for the locators, wherever it is in the notebook.
SHOW_CELL = """async index => {
  const notebook = jupyterapp.shell.currentWidget.content;
  await notebook.scrollToItem?.(index, "smart");
  notebook.widgets[index].node.dataset.place = index;
}"""

SHUT_DOWN = "() => jupyterapp.shell.currentWidget.sessionContext.shutdown()"


@dataclass(frozen=True)
class Shown:
    """A state of a view, and the text on the page that shows it."""

    state: dict[str, Any]
    place: str
    text: str


@dataclass(frozen=True)
class Case:
    """One live view: the code that makes it, and what clicks, keys and answers do to it."""

    name: str
    root: str
    code: str  # with $ where settings go
    click: str
    clicked: Shown
    keys: tuple[str, ...]
    keyed: Shown
    asks: tuple[str, ...]  # the keys that lead to a question; some views ask without any
    answers: tuple[str, ...]
    answered: Shown
    setup: str = MODEL

    def make(self, **settings: Any) -> str:
        given = "".join(f", {name}={value!r}" for name, value in settings.items())
        return self.code.replace("$", given).replace("(, ", "(")


LOG = Shown({"log": True}, ".fl-chart", "log scale")
CURVES = Shown({}, ".fl-chart svg", "")
FIRST_CALL = Shown({"selected": "shared[0]"}, ".fl-caption", "shared[0] is selected")
FIRST_STEP = Shown({"step": 1}, ".fl-sum", "8 × 8 + 8 = 72")
FIRST_DIFFERENCE = Shown({"entry": 0}, ".fl-here", "")
GRADIENT = Shown({"step": 7}, ".fl-caption", "takes the gradient of its output")
FOURTH = Shown({"step": 3}, ".fl-caption", "Step 4 of")
BRANCHES = "[data-control=branches]"
TWO_BRANCHES = Shown({"branches": 2}, BRANCHES, "2")

CASES = [
    Case(
        "explorer", ".fl-explorer", "funclab.explore(model$)",
        '.box[data-key="shared[1]"]', Shown({"selected": "shared[1]"}, ".fl-here", "at(1)"),
        ("ArrowDown", "ArrowDown"), FIRST_CALL,
        ("ArrowDown", "ArrowDown"), ("1",), FIRST_CALL,
    ),
    Case(
        "shapes", ".fl.fl-shapes", "funclab.shapes(model$)",
        "button[aria-keyshortcuts=a]", Shown({"all": True}, ".fl-step:last-child", "head"),
        ("ArrowRight",), FIRST_STEP,
        ("ArrowRight",), ("1",), FIRST_STEP,
    ),
    Case(
        "trace", ".fl-trace", "funclab.trace(model, x, y$)",
        '.fl-graph .box[data-key="shared[1]"]', Shown({"step": 2}, ".fl-caption", "Step 3 of"),
        ("ArrowRight",) * 7, GRADIENT,
        ("ArrowRight",) * 3, ("1",), FOURTH,
    ),
    Case(
        "profile", ".fl.fl-profile", "funclab.profile(model, x$)",
        ".fl-step:nth-child(2)", Shown({"at": 1}, ".fl-caption", "head ("),
        ("s",), Shown({"by": "steps"}, ".fl-caption", "1. shared"),
        (), ("1",), Shown({}, ".fl-step", "shared"),
    ),
    Case(
        "mistakes", ".fl.fl-mistakes", "funclab.mistakes(model, x, y$)",
        '.box[data-key="4"]', Shown({"at": [4]}, ".fl-told h2", "more than 2 too high"),
        ("f",), Shown({"face": "surest"}, ".fl-mistakes-main .fl-cards li", "#"),
        (), ("1",), Shown({}, ".fl-told h2", "within 1"),
    ),
    Case(
        "embedding", ".fl.fl-embedding", "funclab.embedding(model, x$)",
        ".fl-bar .fl-seg button:nth-child(2)", Shown({"face": "tsne"}, ".fl-limits", "In t-SNE"),
        (".",), Shown({"sample": 0}, ".fl-told h2", "Sample 0"),
        (), ("1",), Shown({}, ".fl-limits", "directions"),
    ),
    Case(
        "whatif", ".fl.fl-whatif", "funclab.whatif(model, x$)",
        ".fl-seg button:nth-child(2)", Shown({"face": "change"}, ".fl-wi-limits", "one sample"),
        ("f", "f"), Shown({"face": "cover"}, ".fl-wi-limits", "change of its own kind"),
        ("f",) * 4, ("1",), Shown({"face": "share"}, ".fl-wi-limits", "another base"),
    ),
    Case(
        "diff", ".fl-diff", "funclab.diff(a, b).view($)",
        ".fl-tape li:last-child button", Shown({"entry": 1}, ".fl-tape li:last-child.fl-here", ""),
        ("ArrowDown",), FIRST_DIFFERENCE,
        ("ArrowDown",), ("1",), FIRST_DIFFERENCE,
        MODEL + OTHER,
    ),
    Case(
        "training", ".fl-training", "funclab.watch(model$)",
        "[aria-keyshortcuts=t]", Shown({"table": True}, ".fl-layers", "shared"),
        ("l",), LOG, (), ("1", "1"), CURVES, MODEL + TRAINED,
    ),
    Case(
        "live training", ".fl-training", "funclab.watch(model$)",
        "[aria-keyshortcuts=t]", Shown({"table": True}, ".fl-layers", "shared"),
        ("l",), LOG, (), ("1", "1"), CURVES, MODEL + IN_TRAINING,
    ),
    Case(
        "runs", ".fl-training", "funclab.compare_runs(history1, history2$)",
        "[aria-keyshortcuts=j]",
        Shown({"joined": True}, "[aria-keyshortcuts=j]", "overlay runs"),
        ("l",), LOG, (), ("1",), CURVES, MODEL + TWO_RUNS,
    ),
    Case(
        "playground", ".fl-playground", "funclab.playground($)",
        f".fl-play-control:has({BRANCHES}) button:last-child", TWO_BRANCHES,
        ("n",), Shown({"seed": 1}, "[data-control=seed]", "1"),
        ("ArrowRight", "Tab", "Tab", "ArrowRight"), ("1",), TWO_BRANCHES,
    ),
]  # fmt: skip


@dataclass
class Stage:
    """A notebook of three cells: what a view needs, the view, and room for more."""

    case: Case
    notebook: NotebookPage
    shown: Locator = field(init=False)

    @classmethod
    def open(cls, case: Case, open_notebook: Any, server: Any, folder: Path) -> Stage:
        path = folder / f"{case.name.replace(' ', '_')}.ipynb"
        write_cells(path, case.setup, "", "")
        stage = cls(case, open_notebook(server, path))
        stage.notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        failed = [cell for cell in stage.notebook.run_all() if cell["error"]]
        assert not failed, failed
        return stage

    def show(self, **settings: Any) -> Locator:
        """A new view in its cell, ready for keys."""
        self.run(2, "")
        self.run(1, f"view = {self.case.make(**settings)}\nview")
        self.views(1).first.wait_for()
        self.notebook.joined("view")
        return self.focus(self.views(1).first)

    def run(self, index: int, code: str) -> None:
        self.notebook.page.evaluate(RUN_CELL, [index, code])

    def views(self, index: int) -> Locator:
        """The views under a cell."""
        self.notebook.page.evaluate(SHOW_CELL, index)
        return self.notebook.page.locator(f'[data-place="{index}"] {self.case.root}')

    def focus(self, view: Locator) -> Locator:
        view.wait_for()
        view.focus()
        self.shown = view
        return view

    def press(self, *keys: str) -> None:
        for key in keys:
            self.notebook.page.keyboard.press(key)

    def sees(self, shown: Shown, view: Locator | None = None) -> None:
        """Wait until the page shows a state."""
        found = (view or self.shown).locator(shown.place).filter(has_text=shown.text)
        expect(found.first).to_be_attached()

    def sees_nothing_of(self, shown: Shown, view: Locator | None = None) -> None:
        found = (view or self.shown).locator(shown.place).filter(has_text=shown.text)
        expect(found).to_have_count(0)

    def knows(self, name: str, wanted: Any) -> None:
        """Wait until Python holds a value, or a dictionary with this in it."""
        holds = f"{wanted}.items() <= {name}.items()" if isinstance(wanted, dict) else ""
        self.notebook.comes_to_say(holds or name, "True" if holds else str(wanted))

    def reload(self) -> None:
        """Save the notebook and load the page anew."""
        page = self.notebook.page
        page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        page.reload()
        self.notebook.ready()

    def close(self) -> None:
        """End the kernel: a training may still run in it."""
        self.notebook.page.evaluate(SHUT_DOWN)
