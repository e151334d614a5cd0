"""A page that is printed from a wide window: each view is laid out for its paper."""

from __future__ import annotations

import re

import pytest

import funclab
from funclab.teach import ask
from tests.browser import sheet, stage
from tests.browser.stage import PAGE_SCROLLS, SHRUNK
from tests.browser.waiting import laid_out

PAPER = {"width": 680, "height": 1000}
WIDTH = "() => document.querySelector('.fl').offsetWidth"
# Marks of an answer as they are drawn: what is before a button, and whether that is seen.
MARKS = """() => [...document.querySelectorAll(".fl-options button")].map((one) => {
  const { content, clipPath, position } = getComputedStyle(one, "::before");
  return clipPath === "none" && position === "static" ? JSON.parse(content).trim() : null;
})"""

CHOSEN = """() => [...document.querySelectorAll(".fl-options button")]
  .findIndex((one) => one.ariaPressed === "true")"""


def on_paper(page):
    """What the browser does when a page is printed."""
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    width = page.evaluate(WIDTH)
    page.emulate_media(media="print")
    return width


@pytest.mark.parametrize("name", ["u-net", "error", "playground", "training", "whatif"])
def test_a_view_is_laid_out_for_the_width_of_paper_and_again_for_the_window(name, opened_page):
    page = opened_page((sheet.VIEWS | sheet.STATES)[name](), **stage.NOTEBOOK)
    before = page.evaluate(WIDTH), page.evaluate(stage.HEIGHT)

    assert on_paper(page) == PAPER["width"]
    assert page.evaluate(SHRUNK) == (["the network"] if name == "playground" else [])
    assert page.evaluate(PAGE_SCROLLS) == 0
    page.emulate_media(media="screen")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    laid_out(page)
    assert (page.evaluate(WIDTH), page.evaluate(stage.HEIGHT)) == before


@pytest.mark.parametrize("name", ["answer", "vote", "playground", "question", "verdict"])
def test_a_low_view_is_one_page(name, opened_page):
    """What only screen readers are told takes no room on paper."""
    page = opened_page((sheet.VIEWS | sheet.STATES)[name](), **stage.NOTEBOOK)

    sheets = re.findall(rb"/Type /Page\b(?!s)", page.pdf(format="A4"))

    assert len(sheets) == 1


@pytest.mark.parametrize(("is_right", "sign"), [(True, "✓"), (False, "✕")])
def test_an_answer_on_paper_has_a_sign_for_right_or_for_wrong(is_right, sign, opened_page):
    question = ask("1.2")
    options = question.facts["options"]
    question.choose(next(i for i, one in enumerate(options) if one.get("right", False) == is_right))

    page = opened_page(question, **stage.NOTEBOOK)
    page.emulate_media(media="print")

    chosen = page.locator(".fl-options button[aria-pressed=true]")
    assert page.evaluate(MARKS)[page.evaluate(CHOSEN)] == sign
    assert any(
        chosen.locator(".fl-word").inner_text().startswith(one["text"])
        for one in options
        if one.get("right", False) == is_right
    )


def test_a_playground_on_paper_has_its_title(opened_page):
    view = funclab.playground(epochs=1)
    page = opened_page(view, **stage.NOTEBOOK)
    page.emulate_media(media="print")

    box = page.locator(".fl-title").bounding_box()
    assert page.locator(".fl-title").inner_text() == view.title
    assert box["width"] > 60
