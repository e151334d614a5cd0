"""Two models side by side on a page."""

from __future__ import annotations

import pytest

import funclab
from funclab import Input, Model, layers
from tests.browser.projector import small_words

SCALES = "() => [...document.querySelectorAll('.fl-graph svg')].map((svg) => svg.getScreenCTM().a)"
ENDS = """() => [...document.querySelectorAll('.fl-graph,.fl-bar,.fl-panel,.fl-caption')]
  .map((part) => part.getBoundingClientRect()).map((at) => [at.right, at.bottom])"""


def narrow_and_wide() -> list[Model]:
    x = Input((8,), name="x")
    heads = [layers.Dense(i + 1, name=f"head_{i}")(x) for i in range(8)]
    return [Model(x, heads[0], name="narrow"), Model(x, layers.concatenate(heads), name="wide")]


@pytest.mark.parametrize(("look", "least"), [("auto", 0.99), ("projector", 1.6)])
def test_both_sides_have_one_scale_inside_the_window(opened_page, look, least):
    page = opened_page(funclab.diff(*narrow_and_wide()).view(look=look), height=720)

    left, right = page.evaluate(SCALES)
    assert left == pytest.approx(right, rel=1e-3)
    assert left >= least
    if look == "projector":
        assert all(x <= 1280 and y <= 720 for x, y in page.evaluate(ENDS))
        assert small_words(page.locator(".fl")) == []


def test_the_differences_are_walked_in_a_circle_both_ways(opened_page):
    difference = funclab.diff(*narrow_and_wide())
    page = opened_page(difference.view())
    caption = page.locator(".fl-caption")
    page.locator(".fl-diff").focus()

    captions = []
    for key in ["ArrowDown"] * (len(difference.entries) + 1) + ["ArrowUp", "ArrowUp"]:
        page.keyboard.press(key)
        captions.append(caption.inner_text())

    *through, again, last, second_last = captions
    assert len(through) == len(set(through)) > 2
    assert (again, last, second_last) == (through[0], through[-1], through[-2])
