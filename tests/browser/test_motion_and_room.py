"""What moves on a page, and when; and how much room there is beside a small picture."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
from tests.browser import sheet, stage
from tests.browser.waiting import laid_out

# Counts the dots that begin to travel along an edge, with the ends of their way.
DOTS = """globalThis.ways = [];
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, ...more) {
  if (this.classList.contains("fl-dot")) globalThis.ways.push(frames.offsetDistance.join());
  return animate.call(this, frames, ...more);
};"""


IN_SIGHT = """(one) => {
  const box = one.getBoundingClientRect(), room = one.closest(".fl-stage").getBoundingClientRect();
  const inside = box.top >= room.top - 1 && box.bottom <= room.bottom + 1;
  return inside && one.scrollWidth <= one.clientWidth;
}"""


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
    page.close()  # its scripts have changed for good


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


def test_where_pictures_leave_room_the_plan_and_the_statistics_stand_on_the_stage(opened_page):
    view = sheet.STATES["step of an input"]()
    page = opened_page(view, **stage.NOTEBOOK, reduced_motion="reduce")
    plan, table = page.locator(".fl-aside"), page.locator(".fl-stage .fl-all")
    found = []

    for step in range(len(view.facts["steps"])):
        laid_out(page)
        waiting = page.locator(".fl-plan:not([hidden])").count()
        assert plan.count() + table.count() + waiting == 2
        found.append((plan.count(), table.count()))
        if table.count():
            assert table.evaluate(IN_SIGHT)
        lines = view.facts["lines"]
        own = [line["text"] for line in lines if line["step"] == step]
        if plan.count():
            assert plan.locator("li").all_inner_texts() == [line["text"] for line in lines]
            here = plan.locator("[aria-current]")
            assert {*own} <= {*here.all_inner_texts()}
            assert not own or here.first.evaluate(IN_SIGHT)
        page.keyboard.press("ArrowRight")
    assert {plans for plans, _ in found} == {tables for _, tables in found} == {0, 1}
