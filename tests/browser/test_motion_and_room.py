"""What moves on a page, and when; and how much room there is beside a small picture."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
from tests.browser.waiting import laid_out

# Counts the dots that begin to travel along an edge, with the ends of their way.
DOTS = """globalThis.ways = [];
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, ...more) {
  if (this.classList.contains("fl-dot")) globalThis.ways.push(frames.offsetDistance.join());
  return animate.call(this, frames, ...more);
};"""


def test_dots_travel_with_each_step_forward_and_back_but_not_when_the_page_opens(opened_page):
    x = Input((2,), name="x")
    model = Model(x, layers.Dense(1, name="out")(layers.Dense(2, name="hidden")(x)))
    model.compile("sgd", "mse")
    view = funclab.trace(model, np.ones((1, 2)), np.ones((1, 1)), step=1)
    page = opened_page(view)
    page.add_init_script(DOTS)
    page.reload()
    laid_out(page)
    assert page.evaluate("ways") == []

    page.focus(".fl")
    page.keyboard.press("ArrowRight")

    assert page.evaluate("ways") == ["0%,100%"]  # into `out`, from one end to the other
    steps = view.facts["steps"]
    back = next(i for i, step in enumerate(steps) if step["phase"] == "backward" and step["key"])
    page.keyboard.press("b")
    for _ in range(len(steps)):
        page.keyboard.press("ArrowRight")
    ways = page.evaluate("ways")
    assert back and "100%,0%" in ways and ways.count("0%,100%") == 1


def test_beside_a_small_picture_the_panel_has_room_for_most_layers(opened_page):
    x = Input((4,), name="x")
    page = opened_page(funclab.explore(Model(x, Dense(2)(x))), height=900)
    drawn = page.locator(".fl-explorer .fl-stage svg").bounding_box()
    work = page.locator(".fl-explorer .fl-work").bounding_box()
    panel = page.locator(".fl-explorer .fl-said").bounding_box()

    assert drawn["height"] < 400
    assert work["height"] == panel["height"] > 390
    assert panel["x"] > drawn["x"] + drawn["width"] - 2


def test_a_question_that_is_asked_is_in_sight_in_a_low_window(opened_page):
    x = Input((4,), name="x")
    y = x
    for i in range(6):
        y = Dense(4 + i, name=f"layer_{i}")(y)
    page = opened_page(funclab.shapes(Model(x, y), ask=True, all=True), height=300)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    page.keyboard.press("ArrowRight")

    expect(page.locator(".fl-ask")).to_contain_text("?")
    expect(page.locator(".fl-ask")).to_be_in_viewport(ratio=0.99)
