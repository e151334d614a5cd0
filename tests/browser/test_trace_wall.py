"""Slow motion on a wall: where gradients of one weight meet."""

from __future__ import annotations

import numpy as np

import funclab
from tests.browser import stage
from tests.browser.test_trace_pages import pictures_overflow

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
