"""On a projector, the numbers that say how far to trust a view are seen without scrolling."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model, layers
from tests.browser.test_inside import IDS, WORDS, looking
from tests.view.mistakes import models
from tests.view.whatif.models import editor, reader, trio

VIEWS = {
    "whatif": (lambda **s: funclab.whatif(*reader(), **s), ".fl-wi-measures tr, .fl-wi-read"),
    "whatif, change": (
        lambda **s: funclab.whatif(*reader(), face="change", sample=368, **s),
        ".fl-wi-answers li, .fl-wi-tools .fl-button:not([hidden]), .fl-wi-limits",
    ),
    "whatif, words": (lambda **s: funclab.whatif(*editor(), **s), ".fl-wi-measures tr"),
    "attention": (
        lambda **s: funclab.attention(looking(), IDS, tokens=WORDS, **s),
        ".fl-in-table tr, .fl-in-table + p, .fl-in-heads figure",
    ),
    "one weight": (
        lambda **s: funclab.attention(looking(), IDS, tokens=WORDS, face="number", **s),
        ".fl-in-line, .fl-in-term, .fl-in-products",
    ),
    "one number": (
        lambda **s: funclab.inside(*reader(), face="number", call="parts[0]", **s),
        ".fl-in-line, .fl-in-term, .fl-in-where svg, .fl-in-tops li",
    ),
    "one number of an answer": (
        lambda **s: funclab.inside(*reader(), face="number", call="digit[0]", **s),
        ".fl-in-line, .fl-in-term, .fl-in-where svg, .fl-in-tops li",
    ),
    "all calls": (
        lambda **s: funclab.inside(*reader(), **s),
        ".fl-in-box, .fl-in-tops li",
    ),
    "embedding": (
        lambda **s: funclab.embedding(models.images(), *models.digits(), sample=3, **s),
        ".fl-panel .fl-table tr",
    ),
}
LAID_OVER = """(face) => {
  const room = face.querySelector(".fl-in-where").getBoundingClientRect().left;
  const cut = face.getBoundingClientRect().right;
  return [...face.querySelectorAll(".fl-in-made .fl-in-line > *")]
    .filter((part) => part.getBoundingClientRect().right > room).map((part) => part.innerText)
    .concat([...face.querySelectorAll(".fl-in-term, .fl-in-where svg")]
      .filter((part) => part.getBoundingClientRect().right > cut).map((part) => part.innerText));
}"""
BEYOND = """(picture) => {
  const room = picture.closest(".fl-stage").getBoundingClientRect();
  const drawn = picture.getBoundingClientRect();
  return ["left", "top"].some((end) => drawn[end] < room[end])
    || ["right", "bottom"].some((end) => drawn[end] > room[end]);
}"""
LINES = """(part) => {
  const all = document.createRange();
  all.selectNodeContents(part);
  return new Set([...all.getClientRects()].map(({ top }) => Math.round(top))).size;
}"""
UNSEEN = """(rows) => rows.filter((row) => {
  const { top, bottom } = row.getBoundingClientRect();
  for (let one = row.parentElement; one; one = one.parentElement) {
    const around = one.getBoundingClientRect();
    const cuts = getComputedStyle(one).overflowY !== "visible";
    if (cuts && (top < around.top - 1 || bottom > around.bottom + 1)) return true;
  }
  return false;
}).map((row) => row.innerText)"""


@pytest.mark.parametrize("name", VIEWS)
def test_every_row_of_its_table_is_in_sight(name, opened_page):
    make, rows = VIEWS[name]
    view = make(look="projector")
    if name.startswith("whatif"):
        view.told("trust", 40)  # as the page asks for it
    page = opened_page(view, width=1212, height=720)

    assert page.locator(rows).count() > 2
    assert page.locator(rows).evaluate_all(UNSEEN) == []


@pytest.mark.parametrize("call", ["parts[0]", "digit[0]"])
@pytest.mark.parametrize("size", ["projector", "page", "narrow"])
def test_no_number_of_a_sum_is_laid_over_its_map_or_cut(call, size, opened_page):
    look = "projector" if size == "projector" else "light"
    width = {"projector": 1280, "page": 1128, "narrow": 860}[size]
    view = funclab.inside(*reader(), face="number", call=call, look=look)
    page = opened_page(view, width=width, height=720)

    assert page.locator(".fl-in-face .fl-in-line").count() > 2
    assert page.locator(".fl-in-face").evaluate(LAID_OVER) == []


def test_the_plot_of_predictions_and_its_bars_are_whole(opened_page):
    view = funclab.mistakes(*trio(), of="mass", look="projector")
    page = opened_page(view, width=1280, height=720)

    plot = page.locator(".fl-mistakes-main > svg")
    expect(plot).to_contain_text("within 1")
    assert not plot.evaluate(BEYOND)
    page.keyboard.press("f")
    numbers = page.locator(".fl-whole dd")
    expect(numbers.first).to_be_attached()
    assert [number.evaluate(LINES) for number in numbers.all()] == [1] * numbers.count()


def test_words_at_the_rim_of_an_embedding_are_whole(opened_page):
    words, ids = ["teacher carries", "station at ten", "dog", "a", "of"], Input((3,), dtype="int32")
    rows = layers.Embedding(5, 2, name="rows")
    Model(ids, rows(ids)).set_weights([[[-9.0, 0], [9, 0.5], [0, 1], [1, -1], [2, 0]]])
    page = opened_page(funclab.embedding(rows, tokens=words, look="projector"), width=1280)

    marks = page.locator(".fl-plane g.shape > text")
    assert marks.count() == 5
    cut = """(mark) => {
      const [room, own] = [mark.ownerSVGElement, mark].map((one) => one.getBoundingClientRect());
      return own.left < room.left - 1 || own.right > room.right + 1;
    }"""
    assert [mark.evaluate(cut) for mark in marks.all()] == [False] * 5
