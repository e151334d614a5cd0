"""Two models side by side on a page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model, layers
from funclab.view.diff.picture import halves
from funclab.view.scene.diagram import bare
from tests.browser.projector import small_words
from tests.view import models

SCALES = "() => [...document.querySelectorAll('.fl-graph svg')].map((svg) => svg.getScreenCTM().a)"
ENDS = """() => [...document.querySelectorAll('.fl-graph,.fl-bar,.fl-told,.fl-caption')]
  .map((part) => part.getBoundingClientRect()).map((at) => [at.right, at.bottom])"""


def narrow_and_wide() -> list[Model]:
    x = Input((8,), name="x")
    heads = [layers.Dense(i + 1, name=f"head_{i}")(x) for i in range(8)]
    return [Model(x, heads[0], name="narrow"), Model(x, layers.concatenate(heads), name="wide")]


@pytest.mark.parametrize(("look", "least"), [("auto", 0.99), ("projector", 1.6)])
def test_both_sides_have_one_scale_inside_the_window(opened_page, look, least):
    page = opened_page(funclab.diff(*narrow_and_wide()).view(look=look), height=720)

    scales = page.evaluate(SCALES)  # of both sides together, or of each if they are wide
    assert max(scales) == pytest.approx(min(scales), rel=1e-3)
    assert min(scales) >= least
    if look == "projector":
        assert [(x, y) for x, y in page.evaluate(ENDS) if x > 1280 or y > 720] == []
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


def test_the_lines_of_the_present_difference_are_dark_and_a_line_leads_to_it(opened_page):
    difference = funclab.diff(models.twice(), models.twice(3))
    page = opened_page(difference.view())
    line = page.locator(".tie[data-mark]").first
    number = int(line.get_attribute("data-mark").split(",")[0])
    expect(page.locator(".tie.fl-on")).to_have_count(0)

    line.locator("rect").click(force=True)

    expect(line).to_have_class("tie fl-on")
    expect(page.locator(".fl-tape li").nth(number - 1)).to_have_class("fl-here")
    expect(page.locator(".fl-place")).to_have_text(f"{number} of {len(difference)}")


def test_a_comparison_that_was_stored_as_two_pictures_is_still_walked(opened_page):
    difference = funclab.diff(*narrow_and_wide())
    view = difference.view()
    halved = dict(zip(("left", "right"), map(bare, halves(difference)), strict=True))
    view.pictures = halved

    page = opened_page(view)
    expect(page.locator(".fl-graph svg")).to_have_count(2)
    page.keyboard.press("ArrowDown")

    expect(page.locator(".fl-ring").first).to_be_attached()
    expect(page.locator(".fl-tape li").first).to_have_class("fl-here")


def test_on_a_projector_lines_join_what_fits_and_wide_graphs_are_scrolled_one_by_one(opened_page):
    small, wide = (models.twice(), models.twice(3)), narrow_and_wide()

    counts = []
    for pair in (small, wide):
        page = opened_page(funclab.diff(*pair).view(look="projector"), height=720)
        counts.append((page.locator(".fl-graph").count(), page.locator(".tie").count()))

    assert counts == [(1, 4), (2, 0)]


def test_two_graphs_with_capsules_at_both_sides_are_seen_whole_beside_the_list(opened_page):
    left, right = Input((64,), name="left"), Input((64,), name="right")

    def judge(eye, other, name):
        gap = (eye(left) - other(right)) ** 2
        return Model([left, right], layers.Dense(1, name="same")(gap), name=name)

    one, two, eye = (layers.Dense(32, name=name) for name in ("one", "two", "enc"))
    view = funclab.diff(judge(eye, eye, "twins"), judge(one, two, "copied")).view()

    page = opened_page(view, width=1132, height=660)

    assert page.locator(".fl-graph svg .capsule").count() == 3
    assert page.locator(".fl-graph").evaluate("one => one.scrollWidth - one.clientWidth") == 0
