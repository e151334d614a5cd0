"""Slow motion in a real JupyterLab and Notebook 7, driven by keys alone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.waiting import becomes, laid_out

SCENE = """
from funclab.teach.scenes import scene
view = scene("shared_gradient"{settings})
view
"""
MODEL = """
import funclab
import numpy as np
from funclab import Input, Model
from funclab.layers import Dense
x = Input((16,), name="x")
model = Model(x, Dense(3, name="out")(Dense(200, activation="relu", name="wide")(x)), name="m")
model.compile("sgd", "mse")
funclab.trace(model, np.ones((4, 16)), np.ones((4, 3)))
"""
ROOT = ".fl-trace"


def shown(run_cells, server, cell):
    notebook = run_cells(server, cell)
    notebook.page.wait_for_selector(f"{ROOT} svg .box")
    notebook.joined()
    notebook.page.focus(ROOT)
    return notebook


def text(page, selector):
    return page.locator(f"{ROOT} {selector}").text_content()


def press(page, key, times=1):
    for _ in range(times):
        page.keyboard.press(key)
    laid_out(page)  # pictures get their final size when the room beside a new caption is known


def test_keys_lead_to_the_sum_at_the_shared_weight(jupyter, run_cells):
    notebook = shown(run_cells, jupyter, SCENE.format(settings=""))
    page = notebook.page

    press(page, "ArrowRight", 17)

    page.wait_for_selector(f"{ROOT} .fl-example")
    assert text(page, ".fl-example") == "1.0 + 2.0 = 3.0"
    assert page.locator(f"{ROOT} .fl-number").all_text_contents() == ["1.0", "2.0", "3.0"]
    assert "Step 18 of 21" in text(page, ".fl-caption")
    assert page.locator(f"{ROOT} .capsule .fl-tag").text_content() == "+ added here"
    assert page.locator(f"{ROOT} .capsule .fl-ring:not(.fl-lit)").count() == 1
    assert text(page, ".fl-lines [aria-current]") == "g_shared/kernel += more_1"
    for theme in ("light", "dark"):
        notebook.theme(theme)
        notebook.screenshot(f"trace-{jupyter.kind}-{theme}")
    assert notebook.quiet


FIRST_PAINT = """() => {
  const graph = document.querySelector('.fl-trace .fl-graph'), svg = graph.querySelector('svg');
  const [at, room] = [svg.querySelector('.fl-ring:not(.fl-lit)'), graph].map((one) =>
    one.getBoundingClientRect());
  const seen = at.top >= room.top && at.bottom <= room.bottom;
  return [svg.getBoundingClientRect().width / svg.viewBox.baseVal.width, seen];
}"""


def test_the_graph_is_readable_and_the_step_in_sight_before_any_key(lab, run_cells):
    code = MODEL.replace(".ones((4, 3)))", ".ones((4, 3)), step=6)")
    page = shown(run_cells, lab, code).page

    becomes(page, lambda: page.evaluate(FIRST_PAINT), [1, True])


def test_every_key_goes_where_it_says(lab, run_cells):
    notebook = shown(run_cells, lab, SCENE.format(settings=""))
    page = notebook.page
    steps = {
        "b": 10,
        "w": 19,
        "End": 21,
        "Home": 1,
        "n": 2,
        "ArrowRight": 3,
        "ArrowLeft": 2,
        "u": 3,
    }

    for key, step in steps.items():
        press(page, key)
        page.wait_for_function(
            "(words) => document.querySelector('.fl-trace .fl-caption').innerText.includes(words)",
            arg=f"Step {step} of 21.",
        )

    press(page, "r")
    expect(page.locator(f"{ROOT} .fl-caption")).to_contain_text("Step 1 of 21")
    assert notebook.quiet


def test_a_wide_layer_is_drawn_in_fields(lab, run_cells):
    notebook = shown(run_cells, lab, MODEL)
    page = notebook.page

    press(page, "ArrowRight")

    page.wait_for_selector(f"{ROOT} .fl-frame path.s-ink", state="attached")
    expect(page.locator(f"{ROOT} .fl-frame")).to_have_count(4)
    heads = page.locator(f"{ROOT} .fl-all th[scope=row]").all_text_contents()
    assert heads == ["x[0:0]", "wide/kernel", "wide/bias", "wide[0:0]"]
    assert "(16, 200) · means of blocks" in text(page, ".fl-shown")
    assert notebook.quiet
