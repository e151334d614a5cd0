"""The ten-minute demonstration with the keyboard, on a projector; see build/demo.json for times.

Each step is a function, and the steps run in the order of the demonstration.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.notebook_page import READY, SCREENSHOTS
from tests.browser.presenter import PROJECTOR, Demo
from tests.browser.projector import small_words
from tests.browser.server import environment
from tests.browser.waiting import becomes

TIMES = SCREENSHOTS.parent / "demo.json"
PROJECT = Path(__file__).resolve().parents[2]
GRAPH, SHAPES, REFUSED, REPAIRED, LIVE, PLAYGROUND, SAVED = 1, 3, 4, 5, 6, 7, 9
PASTE_LINE, PASTE_CODE = 2, 8
CELLS = [
    "%load_ext funclab\n%funclab look projector\nimport funclab\n"
    "from funclab import Input, Model, layers\nfrom funclab.layers import Dense",
    'left, right = Input((64,), name="left"), Input((64,), name="right")\n'
    'eye = Dense(16, activation="relu", name="eye")\n'
    "a, b = eye(left), eye(right)\n"
    'same = Dense(1, activation="sigmoid", name="same")(layers.concatenate([a, b]))\n'
    'digit = Dense(10, activation="softmax", name="digit")(a)\n'
    'pairs = Model([left, right], [same, digit], name="pairs")\npairs',
    "",
    "funclab.shapes(pairs, ask=True)",
    'inner = Model(left, eye(left), name="inner")\nouter = Input((64,))\n'
    "Model(outer, Dense(2)(inner(outer)) + Dense(2)(inner.layers[1].get_output_at(0)))",
    "Model(outer, Dense(2)(inner(outer)))",
    "digits, _ = funclab.datasets.digits.load_pairs(300, seed=1)\n"
    'losses = ["binary_crossentropy", "sparse_categorical_crossentropy"]\n'
    'pairs.compile("adam", losses)\n'
    "x, y = [digits.left, digits.right], [digits.same, digits.left_digit]\n"
    "training = pairs.fit(x, y, epochs=10**7, background=True)",
    'ground = funclab.playground(data="spirals", seed=3)\nground',
    "",
    'page = funclab.export_html(funclab.explore(pairs, selected="eye[1]"), "demo.html")',
]
SAME_CURVE = re.compile(r"True funclab.playground\(.*branches=2, shared=True.*\)")


@pytest.fixture
def demo(lab, open_notebook, write_notebook):
    demo = Demo(open_notebook(lab, write_notebook("demo", *CELLS)))
    demo.folder = lab.folder
    yield demo
    demo.notebook.screenshot("demo-end")
    remember(demo.seconds)


def remember(seconds):
    TIMES.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    TIMES.write_text(json.dumps(known | seconds, indent=1))


def test_the_demonstration_can_be_given_with_the_keyboard(demo):
    demo.run(0)
    for step in (
        the_bare_model_shows_itself,
        the_shared_layer_lights_its_nodes_and_gives_a_line_to_paste,
        the_shape_is_asked_and_then_worked_out,
        an_inner_tensor_is_refused_and_the_repair_runs,
        training_pauses_for_the_gradients_goes_on_and_stops,
        the_code_of_the_playground_gives_its_curve,
        three_presses_lead_to_the_source_of_an_op_and_one_back,
        the_saved_page_answers_without_a_kernel,
        one_key_brings_the_beginning_back,
    ):
        step(demo)

    assert demo.notebook.console_errors == []
    assert demo.notebook.outside_requests == []


def the_bare_model_shows_itself(demo):
    demo.await_end(GRAPH - 1)
    with demo.timed("2 picture of the bare model"):
        demo.run(GRAPH)
        demo.cell(GRAPH).locator(".fl .box").first.wait_for()


def the_shared_layer_lights_its_nodes_and_gives_a_line_to_paste(demo):
    graph = demo.enter(GRAPH)
    demo.keys("ArrowDown")
    with demo.timed("3 both nodes of the shared layer"):
        demo.keys("ArrowDown")
        graph.locator(".fl-lit").nth(1).wait_for(state="attached")
    demo.keys("ArrowRight", "c")
    expect(graph.locator(".fl-status")).to_contain_text("eye.get_output_at(1)")
    becomes(demo.page, lambda: small_words(graph), [])
    demo.notebook.screenshot("demo-3-graph")

    demo.paste(PASTE_LINE)

    demo.cell(PASTE_LINE).locator(".fl-explorer").wait_for()


def the_shape_is_asked_and_then_worked_out(demo):
    demo.run(SHAPES)
    shapes = demo.enter(SHAPES)
    with demo.timed("4 a question before the next shape"):
        demo.keys("ArrowRight", "ArrowRight")
        shapes.locator(".fl-choices button").first.wait_for()
    demo.keys("1")
    shapes.locator(".fl-choices").wait_for(state="detached")
    expect(shapes).to_contain_text("64 × 16 + 16 = 1,040")
    becomes(demo.page, lambda: small_words(shapes), [])
    demo.notebook.screenshot("demo-4-shapes")


def an_inner_tensor_is_refused_and_the_repair_runs(demo):
    refused = demo.cell(REFUSED).locator(".jp-OutputArea")
    with demo.timed("5 an inner tensor is refused with a picture"):
        demo.run(REFUSED)
        refused.locator("svg, img").first.wait_for()
    expect(refused).to_contain_text("Graph disconnected")
    expect(refused).to_contain_text("Why:")
    expect(refused).to_contain_text("Fix:")
    demo.notebook.screenshot("demo-5-refused")

    demo.run(REPAIRED)

    demo.cell(REPAIRED).locator(".fl .box").first.wait_for()


def training_pauses_for_the_gradients_goes_on_and_stops(demo):
    demo.run(LIVE)
    curves = demo.enter(LIVE)
    expect(curves.get_by_role("button", name="pause")).to_be_enabled()
    demo.notebook.screenshot("demo-6-live")
    with demo.timed("6 the last batch in slow motion, training paused"):
        demo.keys("s")
        slow = demo.cell(LIVE).locator(".fl-trace")
        slow.locator(".box").first.wait_for()
    becomes(demo.page, lambda: small_words(curves), [])

    demo.keys("b")
    sums = slow.get_by_text(re.compile("eye/kernel is used 2 times.*are added")).first
    for _ in range(20):
        if sums.is_visible():
            break
        demo.keys("ArrowRight")
    expect(sums).to_be_visible()
    demo.notebook.screenshot("demo-6-gradients-add")

    demo.keys("s")
    slow.wait_for(state="detached")
    with demo.timed("6 from Stop to stopped, as the page sees it"):
        demo.keys("x")
        curves.get_by_text("Stopped").first.wait_for()


def the_code_of_the_playground_gives_its_curve(demo):
    demo.run(PLAYGROUND)
    ground = demo.enter(PLAYGROUND)
    demo.keys("ArrowRight")
    reach(demo, ground, "branches")
    reach(demo, ground, "shared")
    demo.keys("Escape")
    with demo.timed("7 five epochs of the playground"):
        demo.keys("Space")
        expect(ground.locator(".fl-play-told")).to_contain_text(re.compile(r"after ([5-9]|\d\d)"))
    demo.keys("Space")
    expect(ground.locator(".fl-status")).to_contain_text("Paused")
    demo.keys("c")
    expect(ground.locator(".fl-status")).to_contain_text("copied")
    becomes(demo.page, lambda: small_words(ground), [])
    demo.notebook.screenshot("demo-7-playground")

    demo.paste(PASTE_CODE)

    asked = "print(history.history == ground.losses, ground.line())"
    assert SAME_CURVE.match(demo.notebook.kernel_says(asked))


def reach(demo, ground, control):
    """Tab on to a control, and one step up with it."""
    for _ in range(40):
        if demo.page.evaluate("() => document.activeElement.dataset.control") == control:
            break
        demo.keys("Tab")
    demo.keys("ArrowRight")


def three_presses_lead_to_the_source_of_an_op_and_one_back(demo):
    graph = demo.enter(GRAPH)
    demo.keys("ArrowDown", "ArrowDown")
    with demo.timed("8 from a layer to the source of an op"):
        demo.keys("Enter", "Enter")
        graph.locator(".fl-panel pre").first.wait_for()
    demo.notebook.screenshot("demo-8-source")
    demo.keys("Backspace")
    graph.locator(".fl-panel pre").first.wait_for(state="detached")


def the_saved_page_answers_without_a_kernel(demo):
    demo.run(SAVED)
    demo.await_end(SAVED)
    demo.saved = demo.page.context.new_page()
    with demo.timed("9 the page from disk"):
        demo.saved.goto((demo.folder / "demo.html").as_uri())
        demo.saved.wait_for_selector(".fl-ring:not(.fl-lit)", state="attached")
    demo.saved.keyboard.press("Tab")
    demo.saved.keyboard.press("ArrowLeft")
    demo.saved.wait_for_selector('.box[data-key="eye[0]"][aria-pressed=true]')
    demo.saved.close()


def one_key_brings_the_beginning_back(demo):
    graph = demo.enter(GRAPH)
    with demo.timed("10 as at the beginning"):
        demo.keys("r")
        graph.locator(".box[aria-pressed=true]").wait_for(state="detached")


def wait_for_answer(address):
    """As `funclab lab` itself waits before it opens a browser."""
    while True:
        with suppress(OSError), urlopen(address, timeout=30):
            return


def test_one_command_brings_the_first_lesson_to_the_browser(browser, tmp_path):
    start = time.perf_counter()
    command = [sys.executable, "-m", "funclab", "lab", "--port", "18990", "--no-browser"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "env": environment(tmp_path)}
    options = ["--LabApp.expose_app_in_browser=True"]
    with subprocess.Popen([*command, *options], cwd=PROJECT, **pipes) as server:
        try:
            printed = iter(server.stdout.readline, b"")
            told = next(line for line in printed if b"http://" in line)  # after notes, if any
            address = re.search(r"http://\S+", told.decode())[0]
            wait_for_answer(address)
            page = browser.new_page(viewport=PROJECTOR)
            page.goto(address)
            page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
            lesson = time.perf_counter() - start
            assert page.evaluate(READY)
            kernel = time.perf_counter() - start
            expect(page).to_have_title(re.compile("00_start"))
        finally:
            server.terminate()

    remember({"1 from the command to the lesson": round(lesson, 3)})
    remember({"1 from the command to its kernel": round(kernel, 3)})
    page.close()
