"""Slow motion on a projector: every word is large enough, and no step needs scrolling."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import funclab
from funclab.teach.scenes import scene
from tests.browser import stage
from tests.browser.projector import small_words
from tests.browser.test_trace import ROOT, press
from tests.browser.test_trace_pages import image_model, small_model, twin_model

SUM_IN_ROWS = """() => {
  const zoom = document.querySelector(".fl").currentCSSZoom ?? 1;
  const at = (one) => one.getBoundingClientRect();
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  const { left, top } = at(document.querySelector(".fl-rows"));
  const ends = (path) => { const end = path.getTotalLength();
    return [0, end].map((far) => path.getPointAtLength(far))
      .map(({ x, y }) => [left + x * zoom, top + y * zoom]); };
  const parts = [...document.querySelectorAll(".fl-row-part")];
  return [...document.querySelectorAll(".fl-tie")].map((path, i) => {
    const [from, to] = ends(path), bars = at(parts[i].querySelector("svg"));
    const box = at(document.querySelector(`.box[data-key="${parts[i].dataset.call}"] rect`));
    const clip = at(document.querySelector(".fl-shown"));
    return { call: parts[i].dataset.call, seen: from[0] >= clip.left && to[1] < clip.bottom,
      begins: Math.abs(from[1] - middle(box)) < 2 && from[0] - box.right < 16 * zoom,
      ends: Math.abs(to[1] - middle(bars)) < 3 && bars.left - to[0] < 24 * zoom };
  });
}"""


@pytest.fixture
def page_of(opened_page):
    """`page_of(view)`: its page in the window of a projector."""
    return partial(opened_page, height=720)


def test_on_a_wall_every_word_is_large_enough_and_at_most_12_boxes_are_drawn(page_of):
    page = page_of(scene("shared_gradient", look="projector", step=17))

    assert small_words(page.locator(ROOT)) == []
    assert page.locator(f"{ROOT} .fl-graph .box").count() <= 12


def pictures_overflow(page):
    return page.evaluate(
        "() => { const s = document.querySelector('.fl-shown');"
        " const r = s.getBoundingClientRect();"
        " const top = document.querySelector('.fl-trace').getBoundingClientRect().top;"
        " return s.scrollHeight > s.clientHeight + 1 || r.bottom - top > 720; }"
    )


def ring_is_seen(page):
    """Whether the ring of the current step is in the visible part of the graph."""
    return page.evaluate(
        "() => { const ring = document.querySelector('.fl-ring:not(.fl-lit)');"
        " if (!ring) return true;"
        " const at = ring.getBoundingClientRect();"
        " const room = document.querySelector('.fl-graph').getBoundingClientRect();"
        " const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];"
        " return x > room.left && x < room.right && y > room.top && y < room.bottom; }"
    )


@pytest.mark.parametrize("make", [image_model, twin_model, small_model])
def test_on_a_wall_no_step_needs_scrolling_and_its_place_in_the_graph_is_seen(make, page_of):
    view = funclab.trace(*make(), look="projector")
    page = page_of(view, reduced_motion="reduce")
    hidden, lost, small = [], [], []

    for step in range(len(view.stills)):
        hidden += [step] if pictures_overflow(page) else []
        lost += [] if ring_is_seen(page) else [step]
        small += small_words(page.locator(ROOT))
        press(page, "ArrowRight")

    assert hidden == lost == small == []


def test_on_a_wall_gradients_that_meet_are_tied_to_their_calls_and_lead_to_their_sum(opened_page):
    view = funclab.trace(*stage.traced(), look="projector")
    view.show(step=view.find("add_into", "bias"))
    page = opened_page(view, **stage.PROJECTOR, reduced_motion="reduce")

    tied = page.evaluate(SUM_IN_ROWS)
    numbers = [
        [float(one.replace("−", "-")) for one in part.locator("svg text").all_text_contents()]
        for part in page.locator(".fl-rows > figure").all()
    ]

    assert [one["call"] for one in tied] == ["shared[0]", "shared[1]"]
    assert all(one["seen"] and one["begins"] and one["ends"] for one in tied), tied
    first, second, total = map(np.array, numbers)
    assert len(total) == 4
    np.testing.assert_allclose(first + second, total, atol=2e-4)
    assert not pictures_overflow(page)
