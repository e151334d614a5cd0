"""The ten-minute demonstration, given by keys alone; its times go to build/demo.json."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import SCREENSHOTS

CELLS = [
    "%load_ext funclab\nimport funclab\nfrom funclab import Input, Model, layers\n"
    "from funclab.layers import Dense",
    'left, right = Input((64,), name="left"), Input((64,), name="right")\n'
    'eye = Dense(16, activation="relu", name="eye")\n'
    "a, b = eye(left), eye(right)\n"
    'same = Dense(1, activation="sigmoid", name="same")(layers.concatenate([a, b]))\n'
    'digit = Dense(10, activation="softmax", name="digit")(a)\n'
    'model = Model([left, right], [same, digit], name="pairs")\nmodel',
    "funclab.shapes(model, ask=True)",
    'inner = Model(left, eye(left), name="inner")\nouter = Input((64,))\n'
    "Model(outer, Dense(2)(inner(outer)) + Dense(2)(inner.layers[1].get_output_at(0)))",
    "Model(outer, Dense(2)(inner(outer)))",
    "pairs, _ = funclab.datasets.digits.load_pairs(300, seed=1)\n"
    'losses = ["binary_crossentropy", "sparse_categorical_crossentropy"]\n'
    'model.compile("adam", losses)\n'
    "targets = [pairs.same, pairs.left_digit]\n"
    "training = model.fit([pairs.left, pairs.right], targets, epochs=100_000, background=True)",
    'funclab.playground(data="spirals", seed=3)',
    'page = funclab.export_html(funclab.explore(model, selected="eye[1]"), "demo.html")',
]


IDLE = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.status === 'idle'"


class Demo:
    """A presenter with a keyboard and a watch."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name):
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)

    def run_cell(self, index):
        """Choose a cell and press Shift-Enter, once the kernel is free: Jupyter drops what was
        sent before a cell that fails has ended."""
        self.page.wait_for_function(IDLE)
        self.page.evaluate(
            "i => { const n = jupyterapp.shell.currentWidget.content;"
            " n.activeCellIndex = i; n.activate(); }",
            index,
        )
        self.page.keyboard.press("Shift+Enter")

    def keys(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def view(self, index):
        """The live view under a cell."""
        return self.page.locator(".jp-CodeCell").nth(index).locator(".fl").first


@pytest.fixture
def demo(lab, open_notebook, write_notebook):
    demo = Demo(open_notebook(lab, write_notebook("demo", *CELLS)))
    demo.folder = lab.folder
    yield demo
    SCREENSHOTS.parent.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS.parent / "demo.json").write_text(json.dumps(demo.seconds, indent=1))


def test_the_demonstration_can_be_given_with_the_keyboard(demo):
    page = demo.page
    demo.run_cell(0)
    page.wait_for_timeout(1500)

    with demo.step("2 picture of the bare model"):
        demo.run_cell(1)
        demo.view(1).locator(".box").first.wait_for()
    graph = demo.view(1)
    graph.focus()
    with demo.step("3 both nodes of the shared layer"):
        demo.keys("ArrowDown", "ArrowDown")
        graph.locator(".fl-lit").nth(1).wait_for(state="attached")
    demo.keys("ArrowRight", "c")
    expect(graph.locator(".fl-status")).to_contain_text("eye.get_output_at(1)")

    demo.run_cell(2)
    shapes = demo.view(2)
    shapes.locator(".fl-step").first.wait_for()
    shapes.focus()
    with demo.step("4 a question before the next shape"):
        demo.keys("ArrowRight", "ArrowRight")
        shapes.locator(".fl-choices button").first.wait_for()
    demo.keys("1")
    shapes.locator(".fl-choices").wait_for(state="detached")
    expect(shapes).to_contain_text("64 × 16 + 16 = 1,040")

    with demo.step("5 an inner tensor is refused with a picture"):
        demo.run_cell(3)
        broken = page.locator(".jp-CodeCell").nth(3).locator(".jp-OutputArea")
        broken.get_by_text("Fix:").first.wait_for()
    expect(broken).to_contain_text("Graph disconnected")
    demo.run_cell(4)
    demo.view(4).locator(".box").first.wait_for()

    demo.run_cell(5)
    curves = demo.view(5)
    curves.locator("svg").first.wait_for()
    curves.focus()
    page.wait_for_timeout(1500)
    with demo.step("6 from Stop to stopped, as the page sees it"):
        demo.keys("x")
        curves.get_by_text("Stopped").first.wait_for()
    demo.notebook.screenshot("demo-live")

    demo.run_cell(6)
    ground = demo.view(6)
    ground.wait_for()
    ground.focus()
    with demo.step("7 playground runs and pauses"):
        demo.keys(" ")
        page.wait_for_timeout(1000)
        demo.keys(" ")

    graph.focus()
    with demo.step("8 from the model to the source of an op"):
        demo.keys("Enter", "Enter")
        graph.locator(".fl-panel pre").first.wait_for()
    demo.keys("Backspace")
    graph.locator(".fl-panel pre").first.wait_for(state="detached")

    demo.run_cell(7)
    saved = demo.notebook.page.context.new_page()
    page.wait_for_timeout(700)
    with demo.step("9 the page from disk"):
        saved.goto((demo.folder / "demo.html").as_uri())
        saved.wait_for_selector(".fl-ring:not(.fl-lit)", state="attached")
    saved.focus(".fl")
    saved.keyboard.press("ArrowLeft")
    saved.wait_for_selector('.box[data-key="eye[0]"][aria-pressed=true]')
    saved.close()

    graph.focus()
    with demo.step("10 as at the beginning"):
        demo.keys("r")
        graph.locator(".box[aria-pressed=true]").wait_for(state="detached")
    assert demo.notebook.console_errors == []
    assert demo.notebook.outside_requests == []
