"""Slow motion in a real JupyterLab and Notebook 7, driven by keys alone."""

from __future__ import annotations

import funclab
from funclab.teach.scenes import scene

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
ANSWERED = "[('1.5', False)]"
WATCH_DOTS = """() => {
  window.dots = 0;
  const isDot = (node) => node.classList?.contains("fl-dot");
  new MutationObserver((changes) => {
    for (const change of changes) window.dots += [...change.addedNodes].filter(isDot).length;
  }).observe(document, {subtree: true, childList: true});
}"""
ASK_PYTHON = """async (code) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  let said = "";
  const future = kernel.requestExecute({code});
  future.onIOPub = (message) => { said += message.content.text ?? ""; };
  await future.done;
  return said.trim();
}"""


def shown(open_notebook, write_notebook, server, cell):
    notebook = open_notebook(server, write_notebook("trace", cell))
    cells = notebook.run_all()
    assert not [one["error"] for one in cells if one["error"]]
    notebook.page.wait_for_selector(f"{ROOT} svg .box")
    notebook.page.focus(ROOT)
    return notebook


def text(page, selector):
    return page.locator(f"{ROOT} {selector}").inner_text()


def press(page, key, times=1):
    for _ in range(times):
        page.keyboard.press(key)


def python_says(page, code, wanted):
    """Whether the kernel comes to hold a value; what the page sends takes its time."""
    for _ in range(50):
        if page.evaluate(ASK_PYTHON, f"print({code})") == wanted:
            return True
        page.wait_for_timeout(100)
    return False


def quiet(notebook):
    return notebook.console_errors == [] and notebook.outside_requests == []


def test_keys_lead_to_the_sum_at_the_shared_weight(jupyter, open_notebook, write_notebook):
    notebook = shown(open_notebook, write_notebook, jupyter, SCENE.format(settings=""))
    page = notebook.page

    press(page, "ArrowRight", 17)

    page.wait_for_selector(f"{ROOT} .fl-example")
    assert text(page, ".fl-example") == "1.0 + 2.0 = 3.0"
    assert page.locator(f"{ROOT} .fl-number").all_text_contents() == ["1.0", "2.0", "3.0"]
    assert "Step 18 of 21" in text(page, ".fl-caption")
    assert page.locator(f"{ROOT} .fl-tag").text_content() == "gradient ↑"
    assert page.locator(f"{ROOT} .capsule .fl-ring").count() == 1
    assert text(page, ".fl-lines [aria-current]") == "g_shared/kernel += more_1"
    for theme in ("light", "dark"):
        notebook.theme(theme)
        page.locator("#jupyterlab-splash").wait_for(state="detached")
        notebook.screenshot(f"trace-{jupyter.kind}-{theme}")
    assert quiet(notebook)


def test_every_key_goes_where_it_says(lab, open_notebook, write_notebook):
    notebook = shown(open_notebook, write_notebook, lab, SCENE.format(settings=""))
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
    assert "Step 1 of 21" in text(page, ".fl-caption")
    assert quiet(notebook)


def test_ask_mode_hides_the_sum_until_an_answer_is_recorded(lab, open_notebook, write_notebook):
    notebook = shown(open_notebook, write_notebook, lab, SCENE.format(settings=", ask=True"))
    page = notebook.page
    press(page, "ArrowRight", 17)
    page.wait_for_selector(f"{ROOT} .fl-choices button")
    assert "What does it get?" in text(page, ".fl-prompt")
    assert page.locator(f"{ROOT} .fl-example").count() == 0

    press(page, "2")

    page.wait_for_selector(f"{ROOT} .fl-example")
    assert "You said 1.5; it is 3.0." in text(page, ".fl-ask")
    assert python_says(page, "[(a['given'], a['correct']) for a in view.answers]", ANSWERED)
    assert quiet(notebook)


def test_a_tour_is_walked_with_a_clicker(lab, open_notebook, write_notebook):
    notebook = shown(open_notebook, write_notebook, lab, SCENE.format(settings=""))
    page = notebook.page

    press(page, "PageDown", 7)

    page.wait_for_selector(f"{ROOT} .fl-example")
    assert "7 of 8: The shared weight gets both" in text(page, ".fl-tour")
    assert python_says(page, "view.line()", 'funclab.scene("shared_gradient", step=17)')
    assert quiet(notebook)


def test_a_step_set_in_python_is_shown_and_a_key_is_seen_by_python(
    lab, open_notebook, write_notebook
):
    notebook = shown(open_notebook, write_notebook, lab, SCENE.format(settings=""))
    page = notebook.page

    page.evaluate(ASK_PYTHON, "view.show(step=8)")
    page.wait_for_function(
        "() => document.querySelector('.fl-trace .fl-caption').innerText.includes('Step 9 of')"
    )
    press(page, "ArrowRight")

    assert python_says(page, "view.state", "{'step': 9}")


def test_a_wide_layer_is_drawn_in_fields(lab, open_notebook, write_notebook):
    notebook = shown(open_notebook, write_notebook, lab, MODEL)
    page = notebook.page

    press(page, "ArrowRight")

    page.wait_for_selector(f"{ROOT} .fl-signs", state="attached")
    assert page.locator(f"{ROOT} .fl-frame").count() == 4
    heads = page.locator(f"{ROOT} .fl-all th[scope=row]").all_inner_texts()
    assert heads == ["x[0:0]", "wide/kernel", "wide/bias", "wide[0:0]"]
    assert "(16, 200) · means of blocks" in text(page, ".fl-shown")
    assert quiet(notebook)


def page_of(browser, tmp_path, view, **settings):
    path = tmp_path / "view.html"
    funclab.export_html(view, path)
    page = browser.new_page(viewport={"width": 1280, "height": 720}, **settings)
    page.goto(path.as_uri())
    page.wait_for_selector(f"{ROOT} svg .box")
    page.focus(ROOT)
    return page


def test_a_page_without_a_kernel_plays_to_the_end_and_stops(browser, tmp_path):
    page = page_of(browser, tmp_path, scene("mask"), reduced_motion="reduce")

    press(page, "p")
    page.wait_for_function(
        "() => document.querySelector('.fl-trace .fl-caption').innerText.includes('Step 5 of 5')"
    )

    page.wait_for_selector(f"{ROOT} .fl-bar [aria-pressed=false]")
    assert page.locator(f"{ROOT} .fl-dot").count() == 0
    assert "Paused." in text(page, ".fl-status")
    page.close()


def test_a_dot_shows_the_way_unless_motion_is_unwelcome(browser, tmp_path):
    dots = {}
    for motion in ("no-preference", "reduce"):
        page = page_of(browser, tmp_path, scene("frozen"), reduced_motion=motion)
        page.evaluate(WATCH_DOTS)
        press(page, "ArrowRight")
        page.wait_for_timeout(500)
        dots[motion] = page.evaluate("() => window.dots")
        assert page.locator(f"{ROOT} .fl-dot").count() == 0
        page.close()

    assert dots == {"no-preference": 1, "reduce": 0}


def test_on_a_wall_every_word_is_large_enough_and_at_most_12_boxes_are_drawn(browser, tmp_path):
    page = page_of(browser, tmp_path, scene("shared_gradient", look="projector", step=17))

    small = page.evaluate(
        """() => [...document.querySelectorAll('.fl-trace *')]
          .filter((one) => one.checkVisibility() && [...one.childNodes].some((node) =>
            node.nodeType === 3 && node.data.trim()))
          .map((one) => {
            const scale = one.getScreenCTM && one instanceof SVGElement ? one.getScreenCTM().a : 1;
            return [parseFloat(getComputedStyle(one).fontSize) * scale, one.textContent];
          })
          .filter(([size]) => size < 18)"""
    )

    assert small == []
    assert page.locator(f"{ROOT} .fl-graph .box").count() <= 12
    page.close()
