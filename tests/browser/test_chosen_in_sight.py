"""What keys have chosen is in sight, however low the window is and however long the list."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from tests.browser import stage
from tests.browser.waiting import becomes
from tests.view import gallery, models
from tests.view.counted import NAMED, STROKES, scores, strokes
from tests.view.mistakes import models as answering

# Which of the chosen parts are cut off by the window or by a box that scrolls.
HIDDEN = """selector => [...document.querySelectorAll(selector)].filter((part) => {
  const { top, bottom } = part.getBoundingClientRect(), middle = (top + bottom) / 2;
  for (let box = part.parentElement; box; box = box.parentElement) {
    const { overflowY } = getComputedStyle(box), seen = box.getBoundingClientRect();
    const whole = box === document.documentElement || box === document.body;
    const cut = middle < seen.top || middle > seen.bottom;
    if (!whole && overflowY !== "visible" && cut) return true;
  }
  return middle < 0 || middle > innerHeight;
}).length"""
CHAIN = models.chain(24)
VIEWS = {
    "profile": (
        lambda: funclab.profile(CHAIN, np.ones((2, *CHAIN.inputs[0].shape[1:]), "float32")),
        *(".fl-now", ["ArrowDown"] * 12),
    ),
    "explorer": (lambda: funclab.explore(CHAIN), ".fl-ring", ["ArrowDown"] * 20),
    "diff": (
        lambda: funclab.diff(CHAIN, models.twice()).view(),
        *(".fl-tape .fl-here", ["ArrowDown"] * 20),
    ),
    "shapes": (lambda: funclab.shapes(CHAIN, all=True), ".fl-now", ["ArrowDown"] * 12),
    "edit": (lambda: funclab.edit(CHAIN), ".fl-ring", ["ArrowUp"] * 16),
    "inside": (
        lambda: funclab.inside(strokes(), STROKES, [0, 1, 0], **NAMED),
        *(".fl-in-here", ["ArrowDown"] * 5),
    ),
    "mistakes": (
        lambda: funclab.mistakes(answering.classes(3), *scores(), labels=["ant", "bee", "cow"]),
        *(".fl-sample[aria-pressed=true]", [".", ".", "."]),
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_what_is_chosen_by_keys_is_in_sight(name, opened_page):
    make, chosen, keys = VIEWS[name]
    page = opened_page(make(), height=420)

    for key in keys:
        page.keyboard.press(key)
        assert page.locator(chosen).count() > 0
        becomes(page, lambda: page.evaluate(HIDDEN, chosen), 0)


@pytest.mark.parametrize("size", [stage.PROJECTOR, stage.NOTEBOOK])
def test_the_box_that_a_view_opens_with_is_whole_in_sight(size, opened_page):
    """A sign that there is more, and a panel, take their room from the picture."""
    look = "projector" if size == stage.PROJECTOR else "auto"
    view = funclab.explore(gallery.built("unet"), selected="concatenate_2[0]", look=look)
    page = opened_page(view, **size)

    pane, ring = page.locator(".fl-stage").bounding_box(), page.locator(".fl-ring:not(.fl-lit)")
    box = ring.bounding_box()
    assert pane["y"] <= box["y"]
    assert box["y"] + box["height"] <= pane["y"] + pane["height"]
    if look == "projector":  # no line of the panel is cut off at its top
        panel = page.locator(".fl-panel").bounding_box()
        places = [part.bounding_box() for part in page.locator(".fl-panel > *").all()]
        spans = [(at["y"] - panel["y"], at["y"] + at["height"] - panel["y"]) for at in places if at]
        assert not [span for span in spans if span[0] < -2 and span[1] > 2]
